#include "lds/mrz_checks.hpp"

#include <algorithm>
#include <optional>

#include "lds/mrz.hpp"

namespace imprimatur::lds {
namespace {

bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}

std::string text_of_place(const MrzPlace& place) {
  return "line " + std::to_string(place.line) + ", position " + std::to_string(place.position);
}

int days_in(int month, std::optional<int> year) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  // Two digits of a year: every fourth may be a leap year, an unknown one too.
  const bool leap = !year || *year % 4 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_mrz_character(char c) {
  return is_letter(c) || is_digit(c) || c == '<';
}

std::string_view without_trailing_fillers(std::string_view text) {
  const std::size_t last = text.find_last_not_of('<');
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string padded(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, out.size()), '<');
  return out;
}

Error wrong(std::string_view code, const MrzPlace& place, std::string_view sentence) {
  return fail(std::string(code), text_of_place(place) + ": " + std::string(sentence),
              std::string(place.field));
}

Status check_characters(std::string_view text, MrzPlace place, bool (*allowed)(char),
                        std::string_view sentence) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (allowed(text[i])) continue;
    place.position += i;
    return wrong("mrz.character", place, sentence);
  }
  return ok();
}

Status check_date(std::string_view text, const MrzPlace& place, UnknownParts unknown) {
  if (text.size() != 6) return wrong("mrz.length", place, "a date has six characters");
  std::optional<int> parts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string_view two = text.substr(2 * i, 2);
    const MrzPlace here{place.field, place.line, place.position + 2 * i};
    if (two == "<<" && unknown == UnknownParts::allowed) continue;
    TRY_STATUS(check_characters(two, here, is_digit, "a date has digits only"));
    parts[i] = (two[0] - '0') * 10 + (two[1] - '0');
  }
  const auto& [year, month, day] = parts;
  if (month && (*month < 1 || *month > 12)) {
    return wrong("mrz.date", {place.field, place.line, place.position + 2}, "there is no such month");
  }
  const int days = month ? days_in(*month, year) : 31;
  if (day && (*day < 1 || *day > days)) {
    return wrong("mrz.date", {place.field, place.line, place.position + 4}, "the month has no such day");
  }
  return ok();
}

Status check_card_code(std::string_view code, const MrzPlace& place) {
  TRY_STATUS(check_characters(code, place, is_letter, "the document code has letters only"));
  if (code.empty() || (code[0] != 'A' && code[0] != 'C' && code[0] != 'I')) {
    return wrong("mrz.document_code", place, "the document code of a card begins with A, C or I");
  }
  if (code.size() == 2 && (code[1] == 'V' || code == "AI")) {
    return wrong("mrz.document_code", {place.field, place.line, place.position + 1},
                 "the document code is reserved for another kind of document");
  }
  return ok();
}

Status check_state(std::string_view code, const MrzPlace& place) {
  TRY_STATUS(check_characters(code, place, is_letter, "a state code has letters only"));
  if (code.size() != 3 && code != "D")
    return wrong("mrz.state", place, "a state code has three letters, or is D");
  return ok();
}

Status check_sex(std::string_view sex, const MrzPlace& place) {
  if (sex == "M" || sex == "F" || sex == "<") return ok();
  return wrong("mrz.character", place, "the sex is M, F or <");
}

Status check_check_digit(std::string_view input, char digit, const MrzPlace& place) {
  if (check_digit(input) == digit) return ok();
  return wrong("mrz.check_digit", place, "the check digit does not fit its field");
}

Result<NumberAndOptional> read_number(std::string_view nine, char digit, std::string_view optional,
                                      const NumberPlaces& places) {
  if (digit != '<') {
    TRY_STATUS(check_check_digit(nine, digit, places.digit));
    return NumberAndOptional{std::string(without_trailing_fillers(nine)),
                             std::string(without_trailing_fillers(optional))};
  }
  const std::size_t end = optional.find('<');
  if (end == std::string_view::npos || end < 2) {
    return wrong("mrz.check_digit", places.digit,
                 "the filler announces a long document number, but its rest and check digit do not follow");
  }
  std::string number = std::string(nine) + std::string(optional.substr(0, end - 1));
  const MrzPlace& behind = places.optional;
  TRY_STATUS(check_check_digit(number, optional[end - 1],
                               {places.digit.field, behind.line, behind.position + end - 1}));
  return NumberAndOptional{std::move(number),
                           std::string(without_trailing_fillers(optional.substr(end + 1)))};
}

}  // namespace imprimatur::lds
