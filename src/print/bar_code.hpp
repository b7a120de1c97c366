// Code 128 (ISO/IEC 15417) and PDF417 (ISO/IEC 15438) as grids of modules, by libzint. Pure; any thread.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

struct BarCode {
  int columns = 0, rows = 0;  // modules across; rows of the symbol
  int row_modules = 0;        // height of a row in modules; 0: as high as there is room
  int quiet_modules = 0;      // at each end, and of PDF417 above and below
  std::vector<bool> dark;     // row by row
  bool at(int column, int row) const {
    return dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                static_cast<std::size_t>(column)];
  }
};

struct Dots {
  int across = 0, down = 0;
};

// The symbol whose modules are the largest in this room, and never less than `module_dots_min` dots. Code 128
// takes printable ASCII only; PDF417 any UTF-8 (told by an ECI where it is not Latin-1). Errors
// face.bad_value (characters that the symbol has not), face.code_too_long.
Result<BarCode> encode_bar_code(const BarcodeElement& element, std::string_view payload, Dots room);

// Dots of a module of this symbol in the room, rounded down.
int module_dots(const BarCode& code, Dots room);

}  // namespace imprimatur::print
