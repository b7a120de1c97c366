// EF.ATR/INFO (2F01, under the master file; ISO/IEC 7816-4 section 12.2.2): what the chip says of its
// buffers. A reader without this file must assume short APDUs. Pure functions; any thread.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::lds {

inline constexpr std::uint16_t kAtrInfoFile = 0x2F01;

struct AtrInfo {
  // Whole command and answer APDUs, headers and status included, with secure messaging; 7F66. As an ISO/IEC
  // 7816-3 short APDU where the file does not say: 261 and 258.
  std::uint32_t command_bytes_max = 261;
  std::uint32_t answer_bytes_max = 258;
  bool extended = false;  // 47, third byte: extended Lc and Le
  bool chaining = false;  // 47, third byte: command chaining
  bool operator==(const AtrInfo&) const = default;
};

// Data objects side by side, without an outer tag; a tail of 00 or FF, as files larger than their content
// have it, is passed over. Sizes are taken only together with `extended`, and are at most 65,544 and 65,538
// (the largest extended APDUs) whatever the chip says. Errors of tlv.hpp and lds.atr_info.
Result<AtrInfo> decode_atr_info(ByteView file);

}  // namespace imprimatur::lds
