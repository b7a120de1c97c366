// The catalogue of error codes: what each means, what to do about it, and with which HTTP status it is
// answered. Published at GET /v1/problems. A code that is raised anywhere has to be here; a test looks.
#pragma once

#include <span>
#include <string_view>

namespace imprimatur::api {

struct Problem {
  std::string_view code;  // an error's code or, with a dot at the end, the beginning of one
  int status;
  std::string_view meaning;
  std::string_view remedy;  // for the client; empty when the error itself says it
};

// The first row that fits counts.
std::span<const Problem> problem_catalogue();

// The row of a code; the last row, which fits everything, for one that nobody foresaw.
const Problem& problem_of(std::string_view code);

}  // namespace imprimatur::api
