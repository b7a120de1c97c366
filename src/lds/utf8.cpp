#include "lds/utf8.hpp"

#include <cstdint>

namespace imprimatur::lds {

std::optional<CodePoint> code_point_at(std::string_view text, std::size_t offset) {
  const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(text[offset + index]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return CodePoint{first, 1};
  std::size_t count = 0;
  char32_t value = 0;
  char32_t smallest = 0;
  if ((first & 0xE0) == 0xC0) {
    count = 2, value = first & 0x1F, smallest = 0x80;
  } else if ((first & 0xF0) == 0xE0) {
    count = 3, value = first & 0x0F, smallest = 0x800;
  } else if ((first & 0xF8) == 0xF0) {
    count = 4, value = first & 0x07, smallest = 0x10000;
  } else {
    return std::nullopt;
  }
  if (text.size() - offset < count) return std::nullopt;
  for (std::size_t i = 1; i < count; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    value = value << 6 | (byte(i) & 0x3F);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest || value > 0x10FFFF || surrogate) return std::nullopt;
  return CodePoint{value, count};
}

bool is_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const auto point = code_point_at(text, offset);
    if (!point) return false;
    offset += point->bytes;
  }
  return true;
}

}  // namespace imprimatur::lds
