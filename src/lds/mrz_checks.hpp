// Rules that the fields of every machine readable zone share (ICAO Doc 9303-3 section 4), for the files that
// read and write zones. Errors name line and position (from 1), never the content. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::lds {

// Where a field stands.
struct MrzPlace {
  std::string_view field;
  int line = 0;
  std::size_t position = 0;
};

bool is_digit(char c);
bool is_mrz_character(char c);

std::string_view without_trailing_fillers(std::string_view text);
std::string padded(std::string_view text, std::size_t width);

Error wrong(std::string_view code, const MrzPlace& place, std::string_view sentence);

// Every character must satisfy `allowed`. Error mrz.character.
Status check_characters(std::string_view text, MrzPlace place, bool (*allowed)(char),
                        std::string_view sentence);

// YYMMDD (9303-3 section 4.8): each of year, month and day has two digits, or two fillers where it is unknown
// and may be. Only what is known can be checked against the calendar. Errors mrz.length, mrz.character,
// mrz.date.
enum class UnknownParts { refused, allowed };
Status check_date(std::string_view text, const MrzPlace& place, UnknownParts unknown);

// Of a card (TD1, TD2): the first letter is A, C or I; the second is the issuer's choice, but not V, nor I
// after A (9303-5 section 4.2.2.2, 9303-6 section 4.2.2.2). Errors mrz.character, mrz.document_code.
Status check_card_code(std::string_view code, const MrzPlace& place);

// 9303-3 section 5: codes have three letters; the only shorter one is D. Errors mrz.character, mrz.state.
Status check_state(std::string_view code, const MrzPlace& place);

// M, F or filler. Error mrz.character.
Status check_sex(std::string_view sex, const MrzPlace& place);

// Error mrz.check_digit.
Status check_check_digit(std::string_view input, char digit, const MrzPlace& place);

// A document number of nine positions, its check digit and the optional data of TD1 or TD2: a filler in the
// digit's place says that a longer number goes on in the optional data, ended by its check digit and a filler
// (9303-5 section 4.2.2.2 note j, 9303-6 section 4.2.2.2 note j). Error mrz.check_digit.
struct NumberAndOptional {
  std::string number;
  std::string optional;
};
struct NumberPlaces {
  MrzPlace digit;
  MrzPlace optional;
};
Result<NumberAndOptional> read_number(std::string_view nine, char digit, std::string_view optional,
                                      const NumberPlaces& places);

}  // namespace imprimatur::lds
