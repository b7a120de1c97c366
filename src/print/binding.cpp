#include "print/binding.hpp"

#include <algorithm>
#include <array>
#include <optional>

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

std::string month_word(const std::string& month) {
  if (month == "XX") return "XXX";
  return std::string(kMonths[static_cast<std::size_t>(std::stoi(month) - 1)]);
}

}  // namespace

Result<std::string> format_date(std::string_view date, std::string_view pattern) {
  const Error bad = fail("face.bad_date", "the value is not a date written YYYY-MM-DD");
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return bad;
  const auto year = part_of(date.substr(0, 4)), month = part_of(date.substr(5, 2)),
             day = part_of(date.substr(8));
  if (!year || !month || !day) return bad;
  if ((*month != "XX" && *month > "12") || (*day != "XX" && *day > "31")) return bad;
  std::string out;
  for (std::size_t i = 0; i < pattern.size();) {
    const std::string_view rest = pattern.substr(i);
    if (rest.starts_with("YYYY")) {
      out += *year;
      i += 4;
    } else if (rest.starts_with("MMM")) {
      out += month_word(*month);
      i += 3;
    } else if (rest.starts_with("MM")) {
      out += *month;
      i += 2;
    } else if (rest.starts_with("DD")) {
      out += *day;
      i += 2;
    } else {
      out += pattern[i++];
    }
  }
  return out;
}

Result<std::string> bound_text(const TextElement& element, const FaceData& data) {
  if (element.field.empty()) return element.text;
  const auto found = data.fields.find(element.field);
  if (found == data.fields.end() || found->second.empty()) {
    if (element.when_empty) return *element.when_empty;
    if (element.optional) return std::string();
    return fail("face.missing", "the face shows this field and it is empty");
  }
  const std::string& value = found->second;
  if (element.format.kind == Format::Kind::date) return format_date(value, element.format.pattern);
  if (element.format.kind == Format::Kind::words) {
    const auto word = element.format.words.find(value);
    if (word == element.format.words.end()) {
      return fail("face.bad_value", "the face has no word for this value");
    }
    return word->second;
  }
  return value;
}

}  // namespace imprimatur::print
