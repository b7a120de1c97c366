#include "print/qr_code.hpp"

#include <qrencode.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/check.hpp"

namespace imprimatur::print {
namespace {

QRecLevel level_of(char level) {
  CHECK(level == 'L' || level == 'M' || level == 'Q' || level == 'H');
  if (level == 'L') return QR_ECLEVEL_L;
  if (level == 'M') return QR_ECLEVEL_M;
  return level == 'Q' ? QR_ECLEVEL_Q : QR_ECLEVEL_H;
}

// Extended channel interpretation of UTF-8 (AIM ECI 000026). Without it a reader guesses, and takes short
// names with umlauts for Chinese.
constexpr unsigned kEciUtf8 = 26;

using Input = std::unique_ptr<QRinput, decltype(&QRinput_free)>;
using Encoded = std::unique_ptr<QRcode, decltype(&QRcode_free)>;

bool is_ascii(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte < 0x80; });
}

// Data codewords by version and level L, M, Q, H (ISO/IEC 18004, table 7).
using Capacities = std::array<std::uint16_t, 4>;
constexpr std::array<Capacities, 40> kCodewords{{
    {19, 16, 13, 9},          {34, 28, 22, 16},         {55, 44, 34, 26},         {80, 64, 48, 36},
    {108, 86, 62, 46},        {136, 108, 76, 60},       {156, 124, 88, 66},       {194, 154, 110, 86},
    {232, 182, 132, 100},     {274, 216, 154, 122},     {324, 254, 180, 140},     {370, 290, 206, 158},
    {428, 334, 244, 180},     {461, 365, 261, 197},     {523, 415, 295, 223},     {589, 453, 325, 253},
    {647, 507, 367, 283},     {721, 563, 397, 313},     {795, 627, 445, 341},     {861, 669, 485, 385},
    {932, 714, 512, 406},     {1006, 782, 568, 442},    {1094, 860, 614, 464},    {1174, 914, 664, 514},
    {1276, 1000, 718, 538},   {1370, 1062, 754, 596},   {1468, 1128, 808, 628},   {1531, 1193, 871, 661},
    {1631, 1267, 911, 701},   {1735, 1373, 985, 745},   {1843, 1455, 1033, 793},  {1955, 1541, 1115, 845},
    {2071, 1631, 1171, 901},  {2191, 1725, 1231, 961},  {2306, 1812, 1286, 986},  {2434, 1914, 1354, 1054},
    {2566, 1992, 1426, 1096}, {2702, 2102, 1502, 1142}, {2812, 2216, 1582, 1222}, {2956, 2334, 1666, 1276},
}};
constexpr std::size_t kVersionsOfShortCount = 9;  // their count of characters has 8 bits, later 16 (table 3)
constexpr std::size_t kModeBits = 4;
constexpr std::size_t kEciBits = 4 + 8;  // its mode, and a number below 128 (table 4)
// libqrencode 4 takes so many more for an ECI when it chooses a version, though it writes none, and in the
// last version looks at what it has written.
constexpr std::size_t kEciBitsSpare = 16;

// Bits of the payload and what stands before it, in a version (ISO/IEC 18004, 7.4.2 and 7.4.5).
std::size_t bits_of(ByteView bytes, std::size_t version) {
  const std::size_t count_bits = version <= kVersionsOfShortCount ? 8 : 16;
  const std::size_t eci_bits = version < kCodewords.size() ? kEciBits + kEciBitsSpare : kEciBits;
  return (is_ascii(bytes) ? 0 : eci_bits) + kModeBits + count_bits + bytes.size() * 8;
}

Error too_long(std::size_t bytes) {
  return fail("face.qr_too_long", "a payload of " + std::to_string(bytes) + " bytes makes no QR code");
}

// Null when the payload is empty or too long.
Encoded encode(ByteView bytes, QRecLevel level) {
  const Input input(QRinput_new2(0, level), &QRinput_free);
  const bool fits = input && !bytes.empty() &&
                    (is_ascii(bytes) || QRinput_appendECIheader(input.get(), kEciUtf8) == 0) &&
                    QRinput_append(input.get(), QR_MODE_8, static_cast<int>(bytes.size()), bytes.data()) == 0;
  return {fits ? QRcode_encodeInput(input.get()) : nullptr, &QRcode_free};
}

}  // namespace

Result<QrCode> encode_qr(std::string_view payload, char level) {
  const ByteView bytes = bytes_of(payload);
  const auto encoded = encode(bytes, level_of(level));
  if (!encoded) return too_long(bytes.size());
  QrCode code;
  code.size = encoded->width;
  const auto modules = static_cast<std::size_t>(code.size) * static_cast<std::size_t>(code.size);
  code.dark.resize(modules);
  for (std::size_t i = 0; i < modules; ++i) code.dark[i] = (encoded->data[i] & 1) != 0;
  return code;
}

Result<int> qr_size(std::string_view payload, char level) {
  const ByteView bytes = bytes_of(payload);
  const auto place = static_cast<std::size_t>(level_of(level));
  for (std::size_t version = 1; version <= kCodewords.size() && !bytes.empty(); ++version) {
    if (bits_of(bytes, version) <= std::size_t{8} * kCodewords[version - 1].at(place))
      return static_cast<int>(17 + 4 * version);
  }
  return too_long(bytes.size());
}

}  // namespace imprimatur::print
