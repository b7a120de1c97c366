// Patterns that put fields together: "{personal_number}|{birth_date:DDMMYYYY}". Parsed and judged when the
// product is loaded, filled for each card.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::job {

struct PatternPart {
  std::string literal;  // stands as it is; empty for a field
  std::string field;
  std::string date_format;  // of DD, MM, YYYY and separators; empty: the value as it is
};
using Pattern = std::vector<PatternPart>;

// Error product.syntax with the offset.
Result<Pattern> parse_pattern(std::string_view text);

// Every value in its place. A value that holds the separator "|" while the pattern uses it is refused: error
// content.qr_separator, with the field's name as field (vn-cccd facts, section 5).
Result<std::string> fill_pattern(const Pattern& pattern, const std::map<std::string, std::string>& fields);

// A date YYYY-MM-DD (parts may be XX) as the format says.
std::string format_date_text(std::string_view date, std::string_view format);
bool is_date_format(std::string_view format);

}  // namespace imprimatur::job
