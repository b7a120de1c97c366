// The letters beyond A to Z that a name may hold, and what the MRZ has for each. Data: to allow another
// letter, add a line to transliteration_table.cpp.
#pragma once

#include <span>
#include <string_view>

namespace imprimatur::lds {

struct Transliteration {
  char32_t capital;      // the letter
  char32_t small;        // its small form; 0 when it has none
  std::string_view mrz;  // A to Z, one or two
  char32_t base;         // canonical decomposition of the capital: base letter …
  char32_t mark;         // … and combining mark; 0 when it has none
};

std::span<const Transliteration> transliteration_table();

}  // namespace imprimatur::lds
