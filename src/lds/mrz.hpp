// The machine readable zone of a TD1 card: three lines of 30 characters (ICAO Doc 9303-3, 9303-5).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::lds {

struct Mrz {
  std::array<std::string, 3> lines;  // 30 characters each
  std::string joined() const { return lines[0] + lines[1] + lines[2]; }
  bool operator==(const Mrz&) const = default;
};

// What stands in the zone, without fillers at the ends and without check digits.
struct MrzFields {
  std::string document_code;  // 1 or 2 characters: "I", "ID"
  std::string issuer;         // 1 to 3 characters: "UTO", "VNM", "D"
  std::string
      document_number;  // up to 9 characters; longer ones flow into optional data 1 (9303-5, 4.2.2.2 note j)
  std::string optional_data_1;  // up to 15 characters
  std::string birth_date;       // YYMMDD, unknown parts "<<"
  std::string sex;              // "M", "F" or "<"
  std::string expiry_date;      // YYMMDD
  std::string nationality;
  std::string optional_data_2;       // up to 11 characters
  std::string primary_identifier;    // A to Z and "<" between words
  std::string secondary_identifier;  // may be empty
  bool operator==(const MrzFields&) const = default;
};

// 7-3-1 weights, modulo 10, as a digit character; `text` holds A-Z, 0-9, <.
char check_digit(std::string_view text);

// Names longer than the 30 characters are truncated by the rules of 9303-5, 4.2.3. Errors, each with the
// field: mrz.character, mrz.too_long, mrz.length (a date of other than six characters), mrz.date (no such
// day), mrz.document_code, mrz.state (a state code has three letters, or is D), mrz.document_number,
// mrz.name.
Result<Mrz> compose_td1(const MrzFields& fields);

// Verifies every check digit. Errors mrz.length, mrz.character, mrz.check_digit with line and position, and
// those of compose_td1: what is accepted can be composed again to the same zone.
Result<MrzFields> parse_td1(const Mrz& mrz);

// Document number, birth date and expiry date, each with its check digit: input of the BAC and PACE key
// derivation (9303-11 section 9.7.2, "MRZ information"). The number is the one of positions 6 to 14 when it
// has up to nine characters, the whole number when it is longer. `fields` as parse_td1 gave or compose_td1
// took them (CHECK: only the characters of the zone).
std::string mrz_information(const MrzFields& fields);

}  // namespace imprimatur::lds
