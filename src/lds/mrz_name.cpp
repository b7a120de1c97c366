#include "lds/mrz_name.hpp"

#include <algorithm>
#include <vector>

namespace imprimatur::lds {
namespace {

constexpr std::size_t kLine = 30;
// "<<" and the first character of the secondary identifier fit behind it.
constexpr std::size_t kPrimaryMax = kLine - 3;

using Components = std::vector<std::string>;

Result<Components> components_of(std::string_view identifier, std::string_view field) {
  Components parts(1);
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    const char c = identifier[i];
    if (c == '<') {
      parts.emplace_back();
    } else if (c >= 'A' && c <= 'Z') {
      parts.back() += c;
    } else {
      return fail("mrz.character",
                  "a name has letters A to Z and fillers only, position " + std::to_string(i + 1),
                  std::string(field));
    }
  }
  const bool empty_part =
      std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return part.empty(); });
  if (empty_part) {
    return fail("mrz.name", "an identifier is empty, or has fillers at an end or side by side",
                std::string(field));
  }
  return parts;
}

std::string joined(const Components& parts) {
  std::string out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) out += '<' + parts[i];
  return out;
}

// Shortens components to initials, from the last to the first, until the identifier leaves room for the
// secondary one (the way of 9303-5, 4.2.3.2 example a). Never so far that the line would not be filled: a
// truncated line ends with a letter. False when initials alone are too long.
bool shorten_primary(Components& parts, std::size_t secondary_size) {
  std::size_t size = joined(parts).size();
  for (std::size_t i = parts.size(); i-- > 0 && size > kPrimaryMax;) {
    const std::size_t spare = parts[i].size() - 1;
    const std::size_t surplus = size + 2 + secondary_size - kLine;
    const std::size_t wanted = i == 0 ? size - kPrimaryMax : surplus;
    const std::size_t cut = std::min(spare, wanted);
    parts[i].resize(parts[i].size() - cut);
    size -= cut;
  }
  return size <= kPrimaryMax;
}

// Cuts a longer name to 30 characters so that the last is a letter: where a filler would stand there, the
// nearest component in front of it that has more than one letter gives one up. False when there is none,
// which needs sixteen initials and no secondary identifier.
bool cut_to_line(std::string& name) {
  if (name[kLine - 1] == '<') {
    std::size_t i = kLine - 2;
    while (i > 0 && (name[i] == '<' || name[i - 1] == '<' || name[i + 1] != '<')) --i;
    if (i == 0) return false;
    name.erase(i, 1);
  }
  name.resize(kLine);
  return true;
}

Error too_many_parts() {
  return fail("mrz.too_long",
              "the name has so many parts that it cannot be shortened to 30 characters by the rules",
              "primary_identifier", "Ask the authority which parts of the name the card shall carry.");
}

}  // namespace

Result<std::string> compose_name(std::string_view primary, std::string_view secondary) {
  TRY(Components primary_parts, components_of(primary, "primary_identifier"));
  std::string name(primary);
  if (!secondary.empty()) {
    TRY_STATUS(components_of(secondary, "secondary_identifier"));
    const bool fits = primary.size() + 2 + secondary.size() <= kLine;
    if (!fits && primary.size() > kPrimaryMax) {
      if (!shorten_primary(primary_parts, secondary.size())) return too_many_parts();
      name = joined(primary_parts);
    }
    name += "<<" + std::string(secondary);
  }
  if (name.size() > kLine && !cut_to_line(name)) return too_many_parts();
  name.resize(kLine, '<');
  return name;
}

Result<NameIdentifiers> parse_name(std::string_view text, const MrzPlace& place) {
  TRY_STATUS(check_characters(
      text, place, [](char c) { return !is_digit(c); }, "a name has no digits"));
  const std::string_view name = without_trailing_fillers(text);
  const std::size_t separator = name.find("<<");
  NameIdentifiers out;
  out.primary = name.substr(0, separator);
  TRY_STATUS(components_of(out.primary, "primary_identifier"));
  if (separator != std::string_view::npos) {
    out.secondary = name.substr(separator + 2);
    TRY_STATUS(components_of(out.secondary, "secondary_identifier"));
  }
  return out;
}

}  // namespace imprimatur::lds
