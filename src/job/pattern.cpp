#include "job/pattern.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace imprimatur::job {
namespace {

constexpr std::string_view kSeparator = "|";

Error bad_pattern(std::string_view what, std::size_t offset) {
  return fail("product.syntax",
              "the pattern has " + std::string(what) + " at offset " + std::to_string(offset));
}

bool is_field_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool uses_separator(const Pattern& pattern) {
  return std::any_of(pattern.begin(), pattern.end(), [](const PatternPart& part) {
    return part.literal.find(kSeparator) != std::string::npos;
  });
}

// Calls `put` with each piece of a date format: a token of letters, or one other character.
template <class Put>
void each_token(std::string_view format, Put put) {
  while (!format.empty()) {
    std::size_t length = 1;
    for (const std::string_view token : {"YYYY", "MM", "DD"}) {
      if (format.starts_with(token)) length = token.size();
    }
    put(format.substr(0, length));
    format.remove_prefix(length);
  }
}

}  // namespace

bool is_date_format(std::string_view format) {
  bool fits = !format.empty();
  each_token(format, [&](std::string_view token) {
    const bool separator =
        token.size() == 1 && std::string_view("/.- ").find(token) != std::string_view::npos;
    fits = fits && (token.size() > 1 || separator);
  });
  return fits;
}

std::string format_date_text(std::string_view date, std::string_view format) {
  CHECK(date.size() == 10);
  std::string text;
  each_token(format, [&](std::string_view token) {
    if (token == "YYYY")
      text += date.substr(0, 4);
    else if (token == "MM")
      text += date.substr(5, 2);
    else if (token == "DD")
      text += date.substr(8, 2);
    else
      text += token;
  });
  return text;
}

Result<Pattern> parse_pattern(std::string_view text) {
  Pattern pattern;
  std::size_t at = 0;
  while (at < text.size()) {
    if (text[at] == '}') return bad_pattern("a } without {", at);
    if (text[at] != '{') {
      const std::size_t end = std::min(text.find_first_of("{}", at), text.size());
      pattern.push_back({.literal = std::string(text.substr(at, end - at)), .field = {}, .date_format = {}});
      at = end;
      continue;
    }
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) return bad_pattern("a { without }", at);
    const std::string_view inside = text.substr(at + 1, end - at - 1);
    const std::size_t colon = inside.find(':');
    PatternPart part{.literal = {}, .field = std::string(inside.substr(0, colon)), .date_format = {}};
    if (!is_field_name(part.field)) return bad_pattern("no field's name", at + 1);
    if (colon != std::string_view::npos) {
      part.date_format = inside.substr(colon + 1);
      if (!is_date_format(part.date_format))
        return bad_pattern("no format of DD, MM and YYYY", at + 2 + colon);
    }
    pattern.push_back(std::move(part));
    at = end + 1;
  }
  return pattern;
}

Result<std::string> fill_pattern(const Pattern& pattern, const std::map<std::string, std::string>& fields) {
  const bool separated = uses_separator(pattern);
  std::string text;
  for (const PatternPart& part : pattern) {
    text += part.literal;
    if (part.field.empty()) continue;
    const auto found = fields.find(part.field);
    if (found == fields.end()) {
      return fail("content.field", "the pattern names a field that a card does not have", part.field);
    }
    const std::string& value = found->second;
    if (separated && value.find(kSeparator) != std::string::npos) {
      return fail("content.qr_separator",
                  "the value holds the character that separates the fields of the code", part.field,
                  "Correct the value in the source and submit again.");
    }
    const bool as_date = !part.date_format.empty() && value.size() == 10;
    text += as_date ? format_date_text(value, part.date_format) : value;
  }
  return text;
}

}  // namespace imprimatur::job
