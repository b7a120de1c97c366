// QR codes (ISO/IEC 18004) as a grid of modules. Pure functions; any thread.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::print {

inline constexpr int kQuietZoneModules = 4;  // ISO/IEC 18004, 6.3.8

struct QrCode {
  int size = 0;            // modules of a side, without the quiet zone
  std::vector<bool> dark;  // row by row from the top
  bool at(int column, int row) const {
    return dark[static_cast<std::size_t>(row) * static_cast<std::size_t>(size) +
                static_cast<std::size_t>(column)];
  }
};

// Byte mode, as it stands, at error correction level L, M, Q or H and the smallest version. Error
// face.qr_too_long.
Result<QrCode> encode_qr(std::string_view payload, char level);

// Modules of a side of the code that `encode_qr` makes, without making it: that costs most of all that is
// drawn. The same error.
Result<int> qr_size(std::string_view payload, char level);

}  // namespace imprimatur::print
