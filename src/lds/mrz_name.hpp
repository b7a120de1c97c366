// The name in the machine readable zone (ICAO Doc 9303-3 section 4.6, for TD1 9303-5 section 4.2.3). Pure
// functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "lds/mrz_checks.hpp"

namespace imprimatur::lds {

struct NameIdentifiers {
  std::string primary;
  std::string secondary;
};

// 30 characters. A name that does not fit is truncated, and then ends with a letter, which tells the reader
// so. Errors mrz.character, mrz.name (empty, or fillers at an end or side by side), mrz.too_long (so many
// components that no truncation obeys the rules), with the field.
Result<std::string> compose_name(std::string_view primary, std::string_view secondary);

// The identifiers in the field of a name, of the MRZ's alphabet, which begins at `place`: 30 characters in
// TD1, 31 in TD2, 39 in TD3. Errors mrz.character, mrz.name.
Result<NameIdentifiers> parse_name(std::string_view text, const MrzPlace& place);

}  // namespace imprimatur::lds
