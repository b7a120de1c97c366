// National characters to the MRZ's alphabet (ICAO 9303-3 section 6.A, and the Vietnamese letters that the
// table leaves out, folded to their base letter). The table is data: transliteration_table.cpp, one letter a
// line; tests/data/mrz-td1.json agrees with it. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::lds {

// One identifier in UTF-8 to A-Z and "<", capital or small, NFC or NFD, at most 1024 bytes. Spaces, hyphens
// and commas become one filler, apostrophes and other punctuation are dropped (9303-3 section 4.6). Error
// mrz.letter with the offset of a letter that has no entry: it is never guessed.
Result<std::string> transliterate_name(std::string_view utf8);

}  // namespace imprimatur::lds
