// The machine readable zone of any travel document, to read documents that others issued: TD1 (three lines of
// 30 characters, ICAO Doc 9303-5), TD2 (two of 36, 9303-6) and TD3, the passport (two of 44, 9303-4). What is
// issued here is TD1: mrz.hpp. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::lds {

struct TravelMrz {
  std::vector<std::string> lines;  // none: there is no zone

  TravelMrz() = default;
  explicit TravelMrz(std::vector<std::string> given) : lines(std::move(given)) {}
  TravelMrz(const Mrz& mrz) : lines(mrz.lines.begin(), mrz.lines.end()) {}  // every TD1 zone is one of these
  std::string joined() const;
  bool operator==(const TravelMrz&) const = default;
};

// Verifies lengths, characters, every check digit, dates, codes and names. `optional_data_1` is the optional
// data of TD2 (up to 7 characters) and TD3 (up to 14), `optional_data_2` stays empty for them. Errors as
// parse_td1; mrz.length when the lines are those of no document.
Result<MrzFields> parse_any(const TravelMrz& mrz);

// What a person typed or a reader of zones gave: lines in a text, white space around them. Error mrz.length
// when they are those of no document.
Result<TravelMrz> travel_mrz_of_text(std::string_view text);

// DG1 of any document: its zone, in lines. Errors of tlv.hpp, mrz.length, mrz.character.
Result<TravelMrz> decode_travel_dg1(ByteView file);
// For tests and tools that play another issuer; `mrz` is of one of the three shapes (CHECK).
Bytes encode_travel_dg1(const TravelMrz& mrz);

}  // namespace imprimatur::lds
