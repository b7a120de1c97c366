#include "lds/mrz.hpp"

#include "base/check.hpp"
#include "lds/mrz_checks.hpp"
#include "lds/mrz_name.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::size_t kLine = 30;
constexpr std::size_t kNumber = 9;          // positions 6 to 14 of line 1
constexpr std::size_t kOptional1 = 15;      // positions 16 to 30 of line 1
constexpr std::size_t kOptional2 = 11;      // positions 19 to 29 of line 2
constexpr std::size_t kNumberMax = 9 + 13;  // with its check digit and a filler the rest fits optional data 1

struct Placed {
  std::string_view text;
  MrzPlace place;
};

Status check_length(const Placed& field, std::size_t length_max) {
  if (field.text.size() <= length_max) return ok();
  return wrong("mrz.too_long", field.place,
               "the field holds at most " + std::to_string(length_max) + " characters");
}

constexpr MrzPlace kDocumentCode{"document_code", 1, 1};
constexpr MrzPlace kIssuer{"issuer", 1, 3};
constexpr MrzPlace kDocumentNumber{"document_number", 1, 6};
constexpr MrzPlace kDocumentNumberDigit{"document_number", 1, 15};
constexpr MrzPlace kOptionalData1{"optional_data_1", 1, 16};
constexpr MrzPlace kBirthDate{"birth_date", 2, 1};
constexpr MrzPlace kBirthDateDigit{"birth_date", 2, 7};
constexpr MrzPlace kSex{"sex", 2, 8};
constexpr MrzPlace kExpiryDate{"expiry_date", 2, 9};
constexpr MrzPlace kExpiryDateDigit{"expiry_date", 2, 15};
constexpr MrzPlace kNationality{"nationality", 2, 16};
constexpr MrzPlace kOptionalData2{"optional_data_2", 2, 19};
constexpr MrzPlace kCompositeDigit{"composite", 2, 30};

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
  TRY_STATUS(check_card_code(fields.document_code, kDocumentCode));
  TRY_STATUS(check_state(fields.issuer, kIssuer));
  TRY_STATUS(check_number(fields.document_number));
  TRY_STATUS(check_date(fields.birth_date, kBirthDate, UnknownParts::allowed));
  TRY_STATUS(check_sex(fields.sex, kSex));
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

}  // namespace

char check_digit(std::string_view text) {
  constexpr int kWeights[] = {7, 3, 1};
  int sum = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    CHECK(is_mrz_character(c));
    const int value = is_digit(c) ? c - '0' : c == '<' ? 0 : c - 'A' + 10;
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

  TRY(auto number, read_number(line1.substr(5, kNumber), line1[14], line1.substr(15, kOptional1),
                               {kDocumentNumberDigit, kOptionalData1}));
  fields.document_number = std::move(number.number);
  fields.optional_data_1 = std::move(number.optional);
  TRY_STATUS(check_check_digit(fields.birth_date, line2[6], kBirthDateDigit));
  TRY_STATUS(check_check_digit(fields.expiry_date, line2[14], kExpiryDateDigit));
  const char composite = composite_digit(line1, line2);
  if (composite != line2[29])
    return wrong("mrz.check_digit", kCompositeDigit, "the composite check digit is wrong");

  TRY_STATUS(check_fields(fields));
  TRY(auto name, parse_name(mrz.lines[2], {"mrz", 3, 1}));
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
