#include "lds/mrz_travel.hpp"

#include <algorithm>
#include <sstream>

#include "base/check.hpp"
#include "lds/dg1_text.hpp"
#include "lds/mrz_checks.hpp"
#include "lds/mrz_name.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

enum class Format { td1, td2, td3 };
struct Shape {
  Format format;
  std::size_t lines;
  std::size_t width;
};
constexpr Shape kShapes[] = {{Format::td1, 3, 30}, {Format::td2, 2, 36}, {Format::td3, 2, 44}};
constexpr std::size_t kLinesMax = 3;

// Line 2 of TD2 and TD3 begins alike: number 1 to 9, nationality 11 to 13, birth 14 to 19, sex 21, expiry 22
// to 27, optional data from 29 (9303-4 and 9303-6 section 4.2.2.2); the composite digit is the last one.
constexpr std::size_t kNumber = 9;
constexpr std::size_t kOptionalFrom = 28;
constexpr std::size_t kOptionalTd2 = 7;
constexpr std::size_t kOptionalTd3 = 14;

constexpr MrzPlace kDocumentCode{"document_code", 1, 1};
constexpr MrzPlace kIssuer{"issuer", 1, 3};
constexpr MrzPlace kDocumentNumber{"document_number", 2, 1};
constexpr MrzPlace kDocumentNumberDigit{"document_number", 2, 10};
constexpr MrzPlace kNationality{"nationality", 2, 11};
constexpr MrzPlace kBirthDate{"birth_date", 2, 14};
constexpr MrzPlace kBirthDateDigit{"birth_date", 2, 20};
constexpr MrzPlace kSex{"sex", 2, 21};
constexpr MrzPlace kExpiryDate{"expiry_date", 2, 22};
constexpr MrzPlace kExpiryDateDigit{"expiry_date", 2, 28};
constexpr MrzPlace kOptionalData{"optional_data_1", 2, 29};
constexpr MrzPlace kOptionalDataDigit{"optional_data_1", 2, 43};

const Shape* shape_of(const std::vector<std::string>& lines) {
  for (const Shape& shape : kShapes) {
    const bool fits = lines.size() == shape.lines &&
                      std::all_of(lines.begin(), lines.end(),
                                  [&shape](const std::string& line) { return line.size() == shape.width; });
    if (fits) return &shape;
  }
  return nullptr;
}

Error no_shape() {
  return fail("mrz.length",
              "the zone of a document has three lines of 30 characters, two of 36, or two of 44", "mrz");
}

Status check_alphabet(const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    TRY_STATUS(check_characters(lines[i], {"mrz", static_cast<int>(i) + 1, 1}, is_mrz_character,
                                "only A to Z, 0 to 9 and < may stand here"));
  }
  return ok();
}

Status check_code(Format format, std::string_view code) {
  if (format == Format::td2) return check_card_code(code, kDocumentCode);
  if (code.starts_with('P')) return ok();
  return wrong("mrz.document_code", kDocumentCode, "the document code of a passport begins with P");
}

// A digit that fits, or a filler where the optional data are empty (9303-4 section 4.2.2.2, position 43).
Status check_optional_digit(std::string_view optional, char digit) {
  if (digit == '<' && without_trailing_fillers(optional).empty()) return ok();
  return check_check_digit(optional, digit, kOptionalDataDigit);
}

Result<NumberAndOptional> number_and_optional(Format format, std::string_view line) {
  const std::string_view nine = line.substr(0, kNumber);
  if (format == Format::td2) {
    return read_number(nine, line[kNumber], line.substr(kOptionalFrom, kOptionalTd2),
                       {kDocumentNumberDigit, kOptionalData});
  }
  const std::string_view optional = line.substr(kOptionalFrom, kOptionalTd3);
  TRY_STATUS(check_check_digit(nine, line[kNumber], kDocumentNumberDigit));
  TRY_STATUS(check_optional_digit(optional, line[kOptionalFrom + kOptionalTd3]));
  return NumberAndOptional{std::string(without_trailing_fillers(nine)),
                           std::string(without_trailing_fillers(optional))};
}

// Over number, birth date, expiry date and optional data with their digits (9303-4 and 9303-6 section 4.2.4).
Status check_composite(std::string_view line) {
  const std::size_t last = line.size() - 1;
  std::string input(line.substr(0, kNumber + 1));
  input += line.substr(13, 7);
  input += line.substr(21, last - 21);
  if (check_digit(input) == line[last]) return ok();
  return wrong("mrz.check_digit", {"composite", 2, last + 1}, "the composite check digit is wrong");
}

Result<MrzFields> parse_two_lines(Format format, std::string_view line1, std::string_view line2) {
  MrzFields fields;
  fields.document_code = without_trailing_fillers(line1.substr(0, 2));
  fields.issuer = without_trailing_fillers(line1.substr(2, 3));
  fields.nationality = without_trailing_fillers(line2.substr(10, 3));
  fields.birth_date = line2.substr(13, 6);
  fields.sex = line2.substr(20, 1);
  fields.expiry_date = line2.substr(21, 6);

  TRY(auto number, number_and_optional(format, line2));
  fields.document_number = std::move(number.number);
  fields.optional_data_1 = std::move(number.optional);
  TRY_STATUS(check_check_digit(fields.birth_date, line2[19], kBirthDateDigit));
  TRY_STATUS(check_check_digit(fields.expiry_date, line2[27], kExpiryDateDigit));
  TRY_STATUS(check_composite(line2));

  TRY_STATUS(check_code(format, fields.document_code));
  TRY_STATUS(check_state(fields.issuer, kIssuer));
  if (fields.document_number.empty() || fields.document_number.front() == '<') {
    return wrong("mrz.document_number", kDocumentNumber,
                 "the document number is empty or begins with a filler");
  }
  TRY_STATUS(check_state(fields.nationality, kNationality));
  TRY_STATUS(check_date(fields.birth_date, kBirthDate, UnknownParts::allowed));
  TRY_STATUS(check_sex(fields.sex, kSex));
  TRY_STATUS(check_date(fields.expiry_date, kExpiryDate, UnknownParts::refused));
  TRY(auto name, parse_name(line1.substr(5), {"mrz", 1, 6}));
  fields.primary_identifier = std::move(name.primary);
  fields.secondary_identifier = std::move(name.secondary);
  return fields;
}

}  // namespace

std::string TravelMrz::joined() const {
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

Result<MrzFields> parse_any(const TravelMrz& mrz) {
  if (mrz.lines.size() == kLinesMax) return parse_td1({{mrz.lines[0], mrz.lines[1], mrz.lines[2]}});
  const Shape* shape = shape_of(mrz.lines);
  if (shape == nullptr) return no_shape();
  TRY_STATUS(check_alphabet(mrz.lines));
  return parse_two_lines(shape->format, mrz.lines[0], mrz.lines[1]);
}

Result<TravelMrz> travel_mrz_of_text(std::string_view text) {
  std::istringstream stream{std::string(text)};
  TravelMrz mrz;
  for (std::string line; mrz.lines.size() <= kLinesMax && stream >> line;) {
    mrz.lines.push_back(std::move(line));
  }
  if (shape_of(mrz.lines) == nullptr) return no_shape();
  return mrz;
}

Result<TravelMrz> decode_travel_dg1(ByteView file) {
  TRY(const std::string text, dg1_text(file));
  for (const Shape& shape : kShapes) {
    if (text.size() != shape.lines * shape.width) continue;
    TravelMrz mrz;
    for (std::size_t i = 0; i < shape.lines; ++i) {
      mrz.lines.push_back(text.substr(i * shape.width, shape.width));
    }
    TRY_STATUS(check_alphabet(mrz.lines));
    return mrz;
  }
  return fail("mrz.length", "the zone has " + std::to_string(text.size()) + " characters, not 90, 72 or 88",
              "DG1");
}

Bytes encode_travel_dg1(const TravelMrz& mrz) {
  CHECK(shape_of(mrz.lines) != nullptr);
  return encode_tlv(0x61, encode_tlv(0x5F1F, bytes_of(mrz.joined())));
}

}  // namespace imprimatur::lds
