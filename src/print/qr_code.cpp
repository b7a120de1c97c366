#include "print/qr_code.hpp"

#include <qrencode.h>

#include <algorithm>
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
  if (!encoded) {
    return fail("face.qr_too_long",
                "a payload of " + std::to_string(bytes.size()) + " bytes makes no QR code");
  }
  QrCode code;
  code.size = encoded->width;
  const auto modules = static_cast<std::size_t>(code.size) * static_cast<std::size_t>(code.size);
  code.dark.resize(modules);
  for (std::size_t i = 0; i < modules; ++i) code.dark[i] = (encoded->data[i] & 1) != 0;
  return code;
}

}  // namespace imprimatur::print
