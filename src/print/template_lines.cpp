#include "print/template_lines.hpp"

#include <algorithm>
#include <vector>

namespace imprimatur::print {
namespace {

struct Level {
  bool is_array = false;
  std::string path;
  std::size_t index = 0;  // in an array
  std::string name;       // of the member that follows, in an object
};

// The string that begins behind the quote at `at`; moves `at` to its closing quote.
std::string string_at(std::string_view text, std::size_t& at) {
  const std::size_t start = at + 1;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  const std::size_t end = std::min(at, text.size());
  return std::string(text.substr(start, end - std::min(start, end)));
}

std::string path_of_next(const std::vector<Level>& levels) {
  if (levels.empty()) return {};
  const Level& level = levels.back();
  return level.path + "/" + (level.is_array ? std::to_string(level.index) : level.name);
}

}  // namespace

std::map<std::string, int> object_lines(std::string_view json) {
  std::map<std::string, int> lines;
  std::vector<Level> levels;
  int line = 1;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '\n') ++line;
    if (c == '"') {
      std::string text = string_at(json, at);
      const std::size_t next = json.find_first_not_of(" \t\r\n", at + 1);
      const bool is_name = next != std::string_view::npos && json[next] == ':';
      if (is_name && !levels.empty()) {
        levels.back().name = std::move(text);
      }
    } else if (c == '{' || c == '[') {
      std::string path = path_of_next(levels);
      if (c == '{') lines.emplace(path, line);
      levels.push_back({c == '[', std::move(path), 0, {}});
    } else if (c == '}' || c == ']') {
      if (!levels.empty()) levels.pop_back();
    } else if (c == ',' && !levels.empty()) {
      ++levels.back().index;
    }
  }
  return lines;
}

}  // namespace imprimatur::print
