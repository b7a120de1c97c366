#include "base/encoding.hpp"

#include <algorithm>
#include <array>

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
  // Whole groups first, without a look at the end: photographs go this way.
  const std::size_t groups = bytes.size() / 3, rest = bytes.size() % 3;
  std::string out(groups * 4, '\0');
  for (std::size_t i = 0; i < groups; ++i) {
    const std::uint32_t group =
        std::uint32_t{bytes[3 * i]} << 16 | std::uint32_t{bytes[3 * i + 1]} << 8 | bytes[3 * i + 2];
    out[4 * i] = alphabet[group >> 18];
    out[4 * i + 1] = alphabet[group >> 12 & 63];
    out[4 * i + 2] = alphabet[group >> 6 & 63];
    out[4 * i + 3] = alphabet[group & 63];
  }
  if (rest == 0) return out;
  const std::uint32_t second = rest == 2 ? bytes[3 * groups + 1] : 0U;
  const std::uint32_t last = std::uint32_t{bytes[3 * groups]} << 16 | second << 8;
  out.push_back(alphabet[last >> 18]);
  out.push_back(alphabet[last >> 12 & 63]);
  if (rest == 2) out.push_back(alphabet[last >> 6 & 63]);
  if (padded) out.append(3 - rest, '=');
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

Error foreign_character(const std::array<std::int8_t, 256>& table, std::string_view text, const char* code) {
  const auto* const at = std::find_if(text.begin(), text.end(),
                                      [&table](char c) { return table[static_cast<std::uint8_t>(c)] < 0; });
  const auto offset = static_cast<std::size_t>(at - text.begin());
  return fail(code, "character at offset " + std::to_string(offset) + " is not of the alphabet");
}

// `text` without padding; `code` is the error's code.
Result<Bytes> decode_base64(const std::array<std::int8_t, 256>& table, std::string_view text,
                            const char* code) {
  const std::size_t groups = text.size() / 4, rest = text.size() % 4;
  if (rest == 1) return fail(code, "the length cannot be that of base64 text");
  Bytes out(groups * 3);
  const auto value_at = [&table, text](std::size_t i) {
    return static_cast<std::uint32_t>(int{table[static_cast<std::uint8_t>(text[i])]});
  };
  std::uint32_t foreign = 0;  // a character that is not of the alphabet sets the high bits
  for (std::size_t i = 0; i < groups; ++i) {
    const std::uint32_t a = value_at(4 * i), b = value_at(4 * i + 1), c = value_at(4 * i + 2),
                        d = value_at(4 * i + 3);
    foreign |= a | b | c | d;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    out[3 * i] = static_cast<std::uint8_t>(group >> 16);
    out[3 * i + 1] = static_cast<std::uint8_t>(group >> 8);
    out[3 * i + 2] = static_cast<std::uint8_t>(group);
  }
  std::uint32_t bits = 0;
  for (std::size_t i = groups * 4; i < text.size(); ++i) {
    foreign |= value_at(i);
    bits = bits << 6 | value_at(i);
  }
  if (foreign > 63) return foreign_character(table, text, code);
  if (rest == 3) out.push_back(static_cast<std::uint8_t>(bits >> 10));
  if (rest != 0) out.push_back(static_cast<std::uint8_t>(bits >> (rest == 3 ? 2 : 4)));
  const std::uint32_t unused = rest == 3 ? 3 : rest == 2 ? 15 : 0;
  if ((bits & unused) != 0) return fail(code, "the last character has bits that mean nothing");
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
