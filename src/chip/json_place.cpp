#include "chip/json_place.hpp"

#include <algorithm>
#include <charconv>

namespace imprimatur::chip {

namespace {

// Walks valid JSON; every step stays inside the text, so that it ends whatever the text is.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) { skip_space(); }

  std::size_t line() const {
    return 1 + static_cast<std::size_t>(
                   std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at_), '\n'));
  }

  // Goes into the member or element `name` of the value that begins here; false leaves it where it was.
  bool enter(std::string_view name) {
    const std::size_t start = at_;
    const bool object = peek() == '{';
    std::size_t wanted = 0;
    if (!object) {
      const auto parsed = std::from_chars(name.data(), name.data() + name.size(), wanted);
      if (peek() != '[' || parsed.ec != std::errc{}) return false;
    }
    step();
    for (std::size_t index = 0; at_ < text_.size() && peek() != '}' && peek() != ']'; ++index) {
      std::string_view key;
      if (object) {
        key = string();
        step();  // the colon
      }
      if (object ? key == name : index == wanted) return true;
      skip_value();
      if (peek() == ',') step();
    }
    at_ = start;
    return false;
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  void step() {
    ++at_;
    skip_space();
  }

  // The string that begins here, without its quotes.
  std::string_view string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') at_ += text_[at_] == '\\' ? 2U : 1U;
    at_ = std::min(at_, text_.size());
    const std::string_view found = text_.substr(begin, at_ - begin);
    step();
    return found;
  }

  void skip_value() {
    std::size_t depth = 0;
    do {
      if (peek() == '"') {
        string();
        continue;
      }
      if (peek() == '{' || peek() == '[') ++depth;
      if (peek() == '}' || peek() == ']') --depth;
      if (peek() == '{' || peek() == '[' || peek() == '}' || peek() == ']' || peek() == ',' ||
          peek() == ':') {
        step();
      } else {
        at_ = std::min(text_.find_first_of(",]}", at_), text_.size());
      }
    } while (depth > 0 && at_ < text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::size_t line_of_pointer(std::string_view text, std::string_view pointer) {
  Walker walker(text);
  while (!pointer.empty()) {
    pointer.remove_prefix(1);  // the slash
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    if (!walker.enter(name)) break;
    pointer.remove_prefix(name.size());
  }
  return walker.line();
}

}  // namespace imprimatur::chip
