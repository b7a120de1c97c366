#include "print/text_pattern.hpp"

#include <algorithm>

#include "print/binding.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kPartsMax = 64;

using WordLists = std::map<std::string, std::map<std::string, std::string>>;

Error bad(const std::string& what, std::size_t offset) {
  return fail("template.value", "has " + what + " at offset " + std::to_string(offset));
}

bool is_field_name(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// What stands between { and }.
Result<TextPart> read_field(const std::string& inside, std::size_t offset, const WordLists& words) {
  TextPart part;
  const std::size_t mark = std::min(inside.find_first_of(":|"), inside.size());
  part.field = inside.substr(0, mark);
  if (!is_field_name(part.field)) return bad("no field's name", offset);
  if (mark == inside.size()) return part;
  const std::string rest = inside.substr(mark + 1);
  if (inside[mark] == ':') {
    if (!is_date_pattern(rest)) return bad("no date pattern", offset + mark + 1);
    part.format = {Format::Kind::date, rest, {}};
    return part;
  }
  const auto list = words.find(rest);
  if (list == words.end()) return bad("no word list of this template", offset + mark + 1);
  part.format = {Format::Kind::words, {}, list->second};
  return part;
}

}  // namespace

Result<std::vector<TextPart>> parse_text_pattern(const std::string& text, const WordLists& words) {
  std::vector<TextPart> parts;
  int group = 0, groups = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    if (parts.size() >= kPartsMax) return bad("too many parts", at);
    const char c = text[at];
    if (c == '{') {
      const std::size_t end = text.find('}', at);
      if (end == std::string::npos) return bad("a { without }", at);
      TRY(auto part, read_field(text.substr(at + 1, end - at - 1), at + 1, words));
      part.group = group;
      parts.push_back(std::move(part));
      at = end + 1;
    } else if (c == '[' || c == ']') {
      if ((c == '[') != (group == 0)) return bad("[ ] that do not pair", at);
      group = c == '[' ? ++groups : 0;
      ++at;
    } else if (c == '}') {
      return bad("a } without {", at);
    } else {
      const std::size_t end = std::min(text.find_first_of("{}[]", at), text.size());
      parts.push_back({text.substr(at, end - at), {}, {}, group});
      at = end;
    }
  }
  if (group != 0) return bad("[ ] that do not pair", text.size());
  return parts;
}

}  // namespace imprimatur::print
