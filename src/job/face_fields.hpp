// Texts of a card's face beyond what the document holds letter by letter.
#pragma once

#include <string>
#include <string_view>

namespace imprimatur::job {

// In capital letters, by the letters that a name may have (lds/transliteration_table.hpp); others stay as
// they are. The length in code points does not change.
std::string capitals_of(std::string_view utf8);

}  // namespace imprimatur::job
