#include "lds/mrz.hpp"

#include <algorithm>
#include <optional>

#include "base/check.hpp"
#include "lds/mrz_name.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::size_t kLine = 30;
constexpr std::size_t kNumber = 9;          // positions 6 to 14 of line 1
constexpr std::size_t kOptional1 = 15;      // positions 16 to 30 of line 1
constexpr std::size_t kOptional2 = 11;      // positions 19 to 29 of line 2
constexpr std::size_t kNumberMax = 9 + 13;  // with its check digit and a filler the rest fits optional data 1

bool is_letter(char c) {
  return c >= 'A' && c <= 'Z';
}
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

// Where a field stands, for errors: names the line and first position (from 1), never the content.
struct Place {
  std::string_view field;
  int line = 0;
  std::size_t position = 0;
};

std::string text_of_place(const Place& place) {
  return "line " + std::to_string(place.line) + ", position " + std::to_string(place.position);
}

Error wrong(std::string_view code, const Place& place, std::string_view sentence) {
  return fail(std::string(code), text_of_place(place) + ": " + std::string(sentence),
              std::string(place.field));
}

// Every character must satisfy `allowed`.
Status check_characters(std::string_view text, Place place, bool (*allowed)(char),
                        std::string_view sentence) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (allowed(text[i])) continue;
    place.position += i;
    return wrong("mrz.character", place, sentence);
  }
  return ok();
}

int days_in(int month, std::optional<int> year) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  // Two digits of a year: every fourth may be a leap year, an unknown one too.
  const bool leap = !year || *year % 4 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

enum class UnknownParts { refused, allowed };

// YYMMDD (9303-3 section 4.8): each of year, month and day has two digits, or two fillers where it is
// unknown and may be. Only what is known can be checked against the calendar.
Status check_date(std::string_view text, const Place& place, UnknownParts unknown) {
  std::optional<int> parts[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const std::string_view two = text.substr(2 * i, 2);
    const Place here{place.field, place.line, place.position + 2 * i};
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

// 9303-5 section 4.2.2.2: the first is A, C or I; the second is the issuer's choice, but not V, nor I after
// A.
Status check_document_code(std::string_view code, const Place& place) {
  TRY_STATUS(check_characters(code, place, is_letter, "the document code has letters only"));
  if (code.empty() || (code[0] != 'A' && code[0] != 'C' && code[0] != 'I')) {
    return wrong("mrz.document_code", place, "the document code of a TD1 begins with A, C or I");
  }
  if (code.size() == 2 && (code[1] == 'V' || code == "AI")) {
    return wrong("mrz.document_code", {place.field, place.line, place.position + 1},
                 "the document code is reserved for another kind of document");
  }
  return ok();
}

// 9303-3 section 5: codes have three letters; the only shorter one is D.
Status check_state(std::string_view code, const Place& place) {
  TRY_STATUS(check_characters(code, place, is_letter, "a state code has letters only"));
  if (code.size() != 3 && code != "D")
    return wrong("mrz.state", place, "a state code has three letters, or is D");
  return ok();
}

struct Placed {
  std::string_view text;
  Place place;
};

Status check_length(const Placed& field, std::size_t length_max) {
  if (field.text.size() <= length_max) return ok();
  return wrong("mrz.too_long", field.place,
               "the field holds at most " + std::to_string(length_max) + " characters");
}

constexpr Place kDocumentCode{"document_code", 1, 1};
constexpr Place kIssuer{"issuer", 1, 3};
constexpr Place kDocumentNumber{"document_number", 1, 6};
constexpr Place kDocumentNumberDigit{"document_number", 1, 15};
constexpr Place kOptionalData1{"optional_data_1", 1, 16};
constexpr Place kBirthDate{"birth_date", 2, 1};
constexpr Place kBirthDateDigit{"birth_date", 2, 7};
constexpr Place kSex{"sex", 2, 8};
constexpr Place kExpiryDate{"expiry_date", 2, 9};
constexpr Place kExpiryDateDigit{"expiry_date", 2, 15};
constexpr Place kNationality{"nationality", 2, 16};
constexpr Place kOptionalData2{"optional_data_2", 2, 19};
constexpr Place kCompositeDigit{"composite", 2, 30};

Status check_number(std::string_view number) {
  TRY_STATUS(check_length({number, kDocumentNumber}, kNumberMax));
  TRY_STATUS(check_characters(number, kDocumentNumber, is_mrz_character,
                              "only A to Z, 0 to 9 and < may stand here"));
  if (number.empty() || number.front() == '<' || number.back() == '<') {
    return wrong("mrz.document_number", kDocumentNumber,
                 "the document number is empty or begins or ends with a filler");
  }
  if (number.size() > kNumber && number.find('<') != std::string_view::npos) {
    return wrong("mrz.document_number", kDocumentNumber,
                 "a number of more than nine characters has no filler inside");
  }
  return ok();
}

Status check_sex(std::string_view sex) {
  if (sex == "M" || sex == "F" || sex == "<") return ok();
  return wrong("mrz.character", kSex, "the sex is M, F or <");
}

Status check_optional(const Placed& field, std::size_t length_max) {
  TRY_STATUS(check_length(field, length_max));
  TRY_STATUS(check_characters(field.text, field.place, is_mrz_character,
                              "only A to Z, 0 to 9 and < may stand here"));
  if (!field.text.empty() && field.text.back() == '<') {
    return wrong("mrz.character", field.place, "the field ends with a filler");
  }
  return ok();
}

// Fields that obey 9303-5; the names are checked by compose_name.
Status check_fields(const MrzFields& fields) {
  TRY_STATUS(check_length({fields.document_code, kDocumentCode}, 2));
  TRY_STATUS(check_document_code(fields.document_code, kDocumentCode));
  TRY_STATUS(check_state(fields.issuer, kIssuer));
  TRY_STATUS(check_number(fields.document_number));
  if (fields.birth_date.size() != 6) return wrong("mrz.length", kBirthDate, "a date has six characters");
  TRY_STATUS(check_date(fields.birth_date, kBirthDate, UnknownParts::allowed));
  TRY_STATUS(check_sex(fields.sex));
  if (fields.expiry_date.size() != 6) return wrong("mrz.length", kExpiryDate, "a date has six characters");
  TRY_STATUS(check_date(fields.expiry_date, kExpiryDate, UnknownParts::refused));
  TRY_STATUS(check_state(fields.nationality, kNationality));
  return check_optional({fields.optional_data_2, kOptionalData2}, kOptional2);
}

// Positions 6 to 30 of line 1 (9303-5 section 4.2.2.2, note j): a number of more than nine characters goes on
// in optional data 1, ended by its check digit and a filler, and position 15 is a filler.
Result<std::string> number_and_optional(const MrzFields& fields) {
  const std::string& number = fields.document_number;
  std::string out;
  std::size_t room = kOptional1;
  if (number.size() <= kNumber) {
    out = padded(number, kNumber);
    out += check_digit(out);
  } else {
    out = number.substr(0, kNumber) + '<' + number.substr(kNumber) + check_digit(number) + '<';
    room = kNumber + 1 + kOptional1 - out.size();
  }
  TRY_STATUS(check_optional({fields.optional_data_1, kOptionalData1}, room));
  return padded(out + fields.optional_data_1, kNumber + 1 + kOptional1);
}

// 9303-5 section 4.2.4: line 1 from 6 to 30, line 2 from 1 to 7, 9 to 15 and 19 to 29.
char composite_digit(std::string_view line1, std::string_view line2) {
  std::string input(line1.substr(5, 25));
  input += line2.substr(0, 7);
  input += line2.substr(8, 7);
  input += line2.substr(18, 11);
  return check_digit(input);
}

Status check_lines(const Mrz& mrz) {
  for (int line = 1; line <= 3; ++line) {
    const std::string& text = mrz.lines[static_cast<std::size_t>(line - 1)];
    TRY_STATUS(check_characters(text, {"mrz", line, 1}, is_mrz_character,
                                "only A to Z, 0 to 9 and < may stand here"));
    if (text.size() != kLine) {
      return fail(
          "mrz.length",
          "line " + std::to_string(line) + " has " + std::to_string(text.size()) + " characters, not 30",
          "mrz");
    }
  }
  return ok();
}

Status check_check_digit(std::string_view input, char digit, const Place& place) {
  if (check_digit(input) == digit) return ok();
  return wrong("mrz.check_digit", place, "the check digit does not fit its field");
}

struct NumberAndOptional {
  std::string number;
  std::string optional;
};

Result<NumberAndOptional> parse_number(std::string_view line1) {
  const std::string_view nine = line1.substr(5, kNumber);
  const char digit = line1[14];
  const std::string_view optional = line1.substr(15, kOptional1);
  if (digit != '<') {
    TRY_STATUS(check_check_digit(nine, digit, kDocumentNumberDigit));
    return NumberAndOptional{std::string(without_trailing_fillers(nine)),
                             std::string(without_trailing_fillers(optional))};
  }
  const std::size_t end = optional.find('<');
  if (end == std::string_view::npos || end < 2) {
    return wrong("mrz.check_digit", kDocumentNumberDigit,
                 "the filler announces a long document number, but its rest and check digit do not follow");
  }
  std::string number = std::string(nine) + std::string(optional.substr(0, end - 1));
  TRY_STATUS(check_check_digit(number, optional[end - 1], {"document_number", 1, 15 + end}));
  return NumberAndOptional{std::move(number),
                           std::string(without_trailing_fillers(optional.substr(end + 1)))};
}

}  // namespace

char check_digit(std::string_view text) {
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    CHECK(is_mrz_character(c));
    const int value = is_digit(c) ? c - '0' : is_letter(c) ? c - 'A' + 10 : 0;
    sum = (sum + value * kWeights[i % 3]) % 10;
  }
  return static_cast<char>('0' + sum);
}

Result<Mrz> compose_td1(const MrzFields& fields) {
  TRY_STATUS(check_fields(fields));
  TRY(const std::string number, number_and_optional(fields));
  TRY(std::string name, compose_name(fields.primary_identifier, fields.secondary_identifier));
  Mrz mrz;
  mrz.lines[0] = padded(fields.document_code, 2) + padded(fields.issuer, 3) + number;
  std::string& line2 = mrz.lines[1];
  line2 = fields.birth_date + check_digit(fields.birth_date) + fields.sex + fields.expiry_date +
          check_digit(fields.expiry_date) + padded(fields.nationality, 3) +
          padded(fields.optional_data_2, kOptional2);
  line2 += composite_digit(mrz.lines[0], line2);
  mrz.lines[2] = std::move(name);
  return mrz;
}

Result<MrzFields> parse_td1(const Mrz& mrz) {
  TRY_STATUS(check_lines(mrz));
  const std::string_view line1 = mrz.lines[0];
  const std::string_view line2 = mrz.lines[1];
  MrzFields fields;
  fields.document_code = without_trailing_fillers(line1.substr(0, 2));
  fields.issuer = without_trailing_fillers(line1.substr(2, 3));
  fields.birth_date = line2.substr(0, 6);
  fields.sex = line2.substr(7, 1);
  fields.expiry_date = line2.substr(8, 6);
  fields.nationality = without_trailing_fillers(line2.substr(15, 3));
  fields.optional_data_2 = without_trailing_fillers(line2.substr(18, kOptional2));
  const auto date_character = [](char c) { return is_digit(c) || c == '<'; };
  TRY_STATUS(check_characters(fields.birth_date, kBirthDate, date_character, "a date has digits only"));
  TRY_STATUS(check_characters(fields.expiry_date, kExpiryDate, date_character, "a date has digits only"));

  TRY(auto number, parse_number(line1));
  fields.document_number = std::move(number.number);
  fields.optional_data_1 = std::move(number.optional);
  TRY_STATUS(check_check_digit(fields.birth_date, line2[6], kBirthDateDigit));
  TRY_STATUS(check_check_digit(fields.expiry_date, line2[14], kExpiryDateDigit));
  const char composite = composite_digit(line1, line2);
  if (composite != line2[29])
    return wrong("mrz.check_digit", kCompositeDigit, "the composite check digit is wrong");

  TRY_STATUS(check_fields(fields));
  TRY(auto name, parse_name(mrz.lines[2]));
  fields.primary_identifier = std::move(name.primary);
  fields.secondary_identifier = std::move(name.secondary);
  return fields;
}

std::string mrz_information(const MrzFields& fields) {
  const std::string number = padded(fields.document_number, kNumber);
  return number + check_digit(number) + fields.birth_date + check_digit(fields.birth_date) +
         fields.expiry_date + check_digit(fields.expiry_date);
}

}  // namespace imprimatur::lds
