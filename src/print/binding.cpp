#include "print/binding.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace imprimatur::print {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                      "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};

// The digits of a part, X's when it is unknown, nothing when it is neither.
std::optional<std::string> part_of(std::string_view digits) {
  const auto all = [&](auto is) { return std::all_of(digits.begin(), digits.end(), is); };
  if (all([](char c) { return c == '0'; }) || all([](char c) { return c == 'X'; })) {
    return std::string(digits.size(), 'X');
  }
  if (!all([](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::string(digits);
}

constexpr std::array<std::string_view, 7> kTokens = {"YYYY", "YY", "MMM", "MM", "M", "DD", "D"};

// The token at the front, longest first; empty when there is none.
std::string_view token_at(std::string_view rest) {
  const auto found = std::find_if(kTokens.begin(), kTokens.end(),
                                  [&](std::string_view token) { return rest.starts_with(token); });
  return found == kTokens.end() ? std::string_view() : *found;
}

struct DateParts {
  std::string year, month, day;
};

Result<std::string> month_word(const std::string& month, const std::map<std::string, std::string>& months) {
  if (month == "XX") return std::string("XXX");
  if (months.empty()) return std::string(kMonths[static_cast<std::size_t>(std::stoi(month) - 1)]);
  const auto word = months.find(month);
  if (word == months.end()) return fail("face.bad_value", "the face has no word for this month");
  return word->second;
}

std::string without_zero(const std::string& digits) {
  return digits[0] == '0' ? digits.substr(1) : digits;
}

Result<std::string> shown_part(std::string_view token, const DateParts& date,
                               const std::map<std::string, std::string>& months) {
  if (token == "MMM") return month_word(date.month, months);
  if (token == "YYYY") return date.year;
  if (token == "YY") return date.year.substr(2);
  if (token == "MM") return date.month;
  if (token == "M") return without_zero(date.month);
  return token == "DD" ? date.day : without_zero(date.day);
}

// A field by its format; empty when the field is.
Result<std::string> formatted(const std::string& field, const Format& format, const FaceData& data) {
  const auto found = data.fields.find(field);
  if (found == data.fields.end() || found->second.empty()) return std::string();
  const std::string& value = found->second;
  if (format.kind == Format::Kind::date) return format_date(value, format.pattern, format.words);
  if (format.kind == Format::Kind::plain) return value;
  const auto word = format.words.find(value);
  if (word == format.words.end()) return fail("face.bad_value", "the face has no word for this value");
  return word->second;
}

// A field outside the groups that is empty makes the whole pattern empty.
Result<std::string> filled(const std::vector<TextPart>& parts, const FaceData& data) {
  std::vector<std::string> texts;
  std::set<int> left_out;
  for (const TextPart& part : parts) {
    if (part.field.empty()) {
      texts.push_back(part.literal);
      continue;
    }
    TRY(auto text, formatted(part.field, part.format, data));
    if (text.empty() && part.group == 0) return std::string();
    if (text.empty()) left_out.insert(part.group);
    texts.push_back(std::move(text));
  }
  std::string all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!left_out.contains(parts[i].group)) all += texts[i];
  }
  return all;
}

}  // namespace

bool is_date_pattern(std::string_view pattern) {
  bool any = false;
  while (!pattern.empty()) {
    const std::string_view token = token_at(pattern);
    const char c = pattern[0];
    if (token.empty() && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) return false;
    any = any || !token.empty();
    pattern.remove_prefix(std::max<std::size_t>(1, token.size()));
  }
  return any;
}

Result<std::string> format_date(std::string_view date, std::string_view pattern,
                                const std::map<std::string, std::string>& months) {
  const Error bad = fail("face.bad_date", "the value is not a date written YYYY-MM-DD");
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return bad;
  const auto year = part_of(date.substr(0, 4)), month = part_of(date.substr(5, 2)),
             day = part_of(date.substr(8));
  if (!year || !month || !day) return bad;
  if ((*month != "XX" && *month > "12") || (*day != "XX" && *day > "31")) return bad;
  const DateParts parts{*year, *month, *day};
  std::string out;
  while (!pattern.empty()) {
    const std::string_view token = token_at(pattern);
    if (token.empty()) {
      out += pattern[0];
      pattern.remove_prefix(1);
      continue;
    }
    TRY(auto shown, shown_part(token, parts, months));
    out += shown;
    pattern.remove_prefix(token.size());
  }
  return out;
}

bool holds(const Condition& condition, const FaceData& data) {
  if (condition.field.empty()) return true;
  const auto found = data.fields.find(condition.field);
  const std::string value = found == data.fields.end() ? std::string() : found->second;
  const auto& values = condition.values;
  const bool fits =
      values.empty() ? !value.empty() : std::find(values.begin(), values.end(), value) != values.end();
  return fits != condition.negated;
}

Result<std::string> bound_text(const TextElement& element, const FaceData& data) {
  if (element.field.empty()) return element.text;
  TRY(auto text,
      element.parts.empty() ? formatted(element.field, element.format, data) : filled(element.parts, data));
  if (!text.empty()) return text;
  if (element.when_empty) return *element.when_empty;
  if (element.optional) return std::string();
  return fail("face.missing", "the face shows this field and it is empty");
}

}  // namespace imprimatur::print
