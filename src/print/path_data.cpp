#include "print/path_data.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace imprimatur::print {
namespace {

constexpr std::size_t kStepsMax = 2000;

std::size_t points_in(PathStep::Kind kind) {
  if (kind == PathStep::Kind::curve) return 3;
  return kind == PathStep::Kind::close ? 0 : 1;
}

class PathReader {
 public:
  explicit PathReader(std::string_view text) : text_(text) {}

  bool at_end() {
    skip();
    return offset_ == text_.size();
  }
  char letter() { return text_[offset_++]; }
  bool number_follows() {
    skip();
    if (offset_ == text_.size()) return false;
    const char next = text_[offset_];
    return (next >= '0' && next <= '9') || next == '-' || next == '.';
  }
  Result<double> number() {
    skip();
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data() + offset_, text_.data() + text_.size(), value);
    if (error != std::errc() || !std::isfinite(value)) return failure("a number is wanted");
    offset_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }
  Error failure(const std::string& what) const {
    return fail("template.value", "path data, offset " + std::to_string(offset_) + ": " + what);
  }

 private:
  void skip() {
    while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == ',')) ++offset_;
  }
  std::string_view text_;
  std::size_t offset_ = 0;
};

Result<PathStep> read_step(PathReader& reader, char command, Point& at) {
  PathStep step;
  if (command == 'H' || command == 'V') {
    TRY(auto value, reader.number());
    (command == 'H' ? at.x : at.y) = value;
    step.kind = PathStep::Kind::line;
    step.points[0] = at;
    return step;
  }
  step.kind = command == 'M'   ? PathStep::Kind::move
              : command == 'L' ? PathStep::Kind::line
                               : PathStep::Kind::curve;
  for (std::size_t i = 0; i < points_in(step.kind); ++i) {
    TRY(auto x, reader.number());
    TRY(auto y, reader.number());
    step.points[i] = at = {x, y};
  }
  return step;
}

}  // namespace

Result<std::vector<PathStep>> parse_path(std::string_view text, Point origin, double scale) {
  PathReader reader(text);
  std::vector<PathStep> steps;
  Point at;
  while (!reader.at_end()) {
    const char command = reader.letter();
    if (std::string_view("MLHVCZ").find(command) == std::string_view::npos) {
      return reader.failure("only the commands M L H V C Z are known");
    }
    if (steps.empty() && command != 'M') return reader.failure("a path begins with M");
    if (command == 'Z') {
      steps.push_back({PathStep::Kind::close, {}});
      continue;
    }
    do {
      TRY(auto step, read_step(reader, command, at));
      steps.push_back(step);
      if (steps.size() > kStepsMax) return reader.failure("too many steps");
    } while (command != 'M' && reader.number_follows());
  }
  if (steps.size() < 2) return reader.failure("the path draws nothing");
  for (PathStep& step : steps) {
    for (std::size_t i = 0; i < points_in(step.kind); ++i) {
      step.points[i] = {origin.x + step.points[i].x * scale, origin.y + step.points[i].y * scale};
    }
  }
  return steps;
}

Box bounds_of(const std::vector<PathStep>& steps) {
  constexpr double kFar = std::numeric_limits<double>::max();
  double left = kFar, top = kFar, right = -kFar, bottom = -kFar;
  for (const PathStep& step : steps) {
    for (std::size_t i = 0; i < points_in(step.kind); ++i) {
      left = std::min(left, step.points[i].x);
      right = std::max(right, step.points[i].x);
      top = std::min(top, step.points[i].y);
      bottom = std::max(bottom, step.points[i].y);
    }
  }
  return {left, top, right - left, bottom - top};
}

}  // namespace imprimatur::print
