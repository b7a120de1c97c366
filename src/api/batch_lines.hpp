// Splits a body that comes in pieces into lines (NDJSON), each at most so many bytes. Data; one thread.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::api {

class BatchLines {
 public:
  struct Limits {
    std::size_t line_bytes_max;
    std::size_t lines_max;
  };
  explicit BatchLines(Limits limits) : limits_(limits) {}

  // Errors api.too_large (a line), api.batch_size (too many lines): nothing more is taken.
  Status add(std::string_view piece);
  // The last line may end without a line feed. The same errors.
  Status finish();

  // Whole lines that were not taken yet, the first so many, in order; empty ones are left out.
  std::vector<std::string> take(std::size_t lines_max);
  std::size_t waiting() const { return lines_.size(); }
  std::size_t waiting_bytes() const { return bytes_; }

 private:
  Status end_line();

  Limits limits_;
  std::string open_;  // a line that has not ended
  std::deque<std::string> lines_;
  std::size_t bytes_ = 0;  // of lines_
  std::size_t count_ = 0;
};

}  // namespace imprimatur::api
