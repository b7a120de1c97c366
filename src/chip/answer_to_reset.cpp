#include "chip/answer_to_reset.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kCompactTlv = 0x80;           // category indicator: data objects up to the end
constexpr std::uint8_t kCompactTlvAndStatus = 0x00;  // data objects, then three bytes of status
constexpr std::uint8_t kCardCapabilities = 0x73;     // tag 7, three bytes
constexpr std::uint8_t kExtendedLength = 0x40;
constexpr std::uint8_t kCommandChaining = 0x80;

// The historical bytes; empty when the interface bytes run over the end.
ByteView historical_bytes(ByteView atr) {
  if (atr.size() < 2) return {};
  const std::size_t count = atr[1] & 0x0F;
  std::size_t at = 2;
  // TA, TB, TC, TD of each group; bit 8 of the indicator announces TD, which announces the next group.
  for (std::uint8_t present = atr[1] >> 4; present != 0;) {
    for (const int bit : {1, 2, 4}) at += (present & bit) != 0 ? 1 : 0;
    if ((present & 8) == 0) break;
    if (at >= atr.size()) return {};
    present = static_cast<std::uint8_t>(atr[at++] >> 4);
  }
  if (at > atr.size() || count > atr.size() - at) return {};
  return atr.subspan(at, count);
}

}  // namespace

CardCapabilities capabilities_of(ByteView atr) {
  const ByteView bytes = historical_bytes(atr);
  if (bytes.empty() || (bytes[0] != kCompactTlv && bytes[0] != kCompactTlvAndStatus)) return {};
  for (std::size_t i = 1; i < bytes.size();) {
    const std::size_t length = bytes[i] & 0x0F;
    if (length > bytes.size() - i - 1) return {};
    if (bytes[i] == kCardCapabilities) {
      const std::uint8_t third = bytes[i + 3];
      return {(third & kExtendedLength) != 0, (third & kCommandChaining) != 0};
    }
    i += 1 + length;
  }
  return {};
}

}  // namespace imprimatur::chip
