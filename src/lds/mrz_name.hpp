// The name line of the machine readable zone (ICAO Doc 9303-5 section 4.2.3). Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::lds {

struct NameIdentifiers {
  std::string primary;
  std::string secondary;
};

// 30 characters. A name that does not fit is truncated, and then ends with a letter, which tells the reader
// so. Errors mrz.character, mrz.name (empty, or fillers at an end or side by side), mrz.too_long (so many
// components that no truncation obeys the rules), with the field.
Result<std::string> compose_name(std::string_view primary, std::string_view secondary);

// The identifiers in a line of 30 characters of the MRZ's alphabet. Errors mrz.character, mrz.name.
Result<NameIdentifiers> parse_name(std::string_view line);

}  // namespace imprimatur::lds
