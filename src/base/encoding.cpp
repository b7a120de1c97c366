#include "base/encoding.hpp"

#include "base/check.hpp"

namespace imprimatur {
namespace {

constexpr std::string_view kHexUpper = "0123456789ABCDEF";
constexpr std::string_view kHexLower = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kBase64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string hex_with(std::string_view digits, ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (std::uint8_t byte : bytes) {
    out.push_back(digits[byte >> 4]);
    out.push_back(digits[byte & 15]);
  }
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::string base64_with(std::string_view alphabet, bool padded, ByteView bytes) {
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? bytes[i + k] : 0U);
    for (std::size_t k = 0; k < 4; ++k) {
      if (k <= have) {
        out.push_back(alphabet[group >> (18 - 6 * k) & 63]);
      } else if (padded) {
        out.push_back('=');
      }
    }
  }
  return out;
}

std::array<std::int8_t, 256> decoding_table(std::string_view alphabet) {
  std::array<std::int8_t, 256> table{};
  table.fill(-1);
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::int8_t>(i);
  }
  return table;
}

// `text` without padding; `code` is the error's code.
Result<Bytes> decode_base64(const std::array<std::int8_t, 256>& table, std::string_view text,
                            const char* code) {
  if (text.size() % 4 == 1) return fail(code, "the length cannot be that of base64 text");
  Bytes out;
  out.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::int8_t value = table[static_cast<std::uint8_t>(text[i])];
    if (value < 0) return fail(code, "character at offset " + std::to_string(i) + " is not of the alphabet");
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> have));
    }
  }
  if ((bits & ((1U << have) - 1)) != 0) return fail(code, "the last character has bits that mean nothing");
  return out;
}

}  // namespace

std::string to_hex(ByteView bytes) {
  return hex_with(kHexUpper, bytes);
}

std::string to_hex_lower(ByteView bytes) {
  return hex_with(kHexLower, bytes);
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return fail("encoding.hex", "hex text has an odd number of digits");
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return fail("encoding.hex", "no hex digit at offset " + std::to_string(high < 0 ? i : i + 1));
    }
    out.push_back(static_cast<std::uint8_t>(high << 4 | low));
  }
  return out;
}

std::string to_base64(ByteView bytes) {
  return base64_with(kBase64, true, bytes);
}

std::string to_base64url(ByteView bytes) {
  return base64_with(kBase64Url, false, bytes);
}

Result<Bytes> from_base64(std::string_view text) {
  static const auto table = decoding_table(kBase64);
  if (text.size() % 4 != 0) return fail("encoding.base64", "the length is not a multiple of four");
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode_base64(table, text, "encoding.base64");
}

Result<Bytes> from_base64url(std::string_view text) {
  static const auto table = decoding_table(kBase64Url);
  return decode_base64(table, text, "encoding.base64url");
}

Bytes hex(std::string_view literal) {
  auto bytes = from_hex(literal);
  CHECK(bytes.has_value());
  return std::move(bytes).value();
}

}  // namespace imprimatur
