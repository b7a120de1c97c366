#include "api/batch_lines.hpp"

#include <utility>

namespace imprimatur::api {

Status BatchLines::add(std::string_view piece) {
  while (!piece.empty()) {
    const std::size_t end = piece.find('\n');
    const std::string_view part = piece.substr(0, end);
    if (open_.size() + part.size() > limits_.line_bytes_max) {
      return fail("api.too_large",
                  "line " + std::to_string(count_ + 1) + " is larger than this station takes");
    }
    open_ += part;
    if (end == std::string_view::npos) return ok();
    TRY_STATUS(end_line());
    piece.remove_prefix(end + 1);
  }
  return ok();
}

Status BatchLines::finish() {
  return end_line();
}

Status BatchLines::end_line() {
  if (!open_.empty() && open_.back() == '\r') open_.pop_back();
  if (open_.empty()) return ok();
  if (++count_ > limits_.lines_max) {
    return fail("api.batch_size", "a batch has at most " + std::to_string(limits_.lines_max) + " lines", {},
                "Send smaller batches; what was taken already is answered as such when it comes again.");
  }
  bytes_ += open_.size();
  lines_.push_back(std::exchange(open_, {}));
  return ok();
}

std::vector<std::string> BatchLines::take(std::size_t lines_max) {
  std::vector<std::string> taken;
  while (!lines_.empty() && taken.size() < lines_max) {
    bytes_ -= lines_.front().size();
    taken.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  return taken;
}

}  // namespace imprimatur::api
