#include "lds/tlv.hpp"

#include "base/check.hpp"

namespace imprimatur::lds {
namespace {

// Longest length field that is read or written: 83 and three bytes, 16 MiB. A chip's file holds 64 KiB at
// most.
constexpr std::size_t kLengthBytesMax = 3;
constexpr std::size_t kLengthMax = 0xFFFFFF;

std::string at(std::size_t offset) {
  return " at offset " + std::to_string(offset);
}

std::string tag_text(std::uint32_t tag) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const int width = tag > 0xFFFF ? 6 : tag > 0xFF ? 4 : 2;
  std::string text;
  for (int shift = 4 * (width - 1); shift >= 0; shift -= 4) text += kDigits[tag >> shift & 0xF];
  return text;
}

// ISO/IEC 8825-1 section 8.1.2. The LDS uses long-form tags whose number is below 31 (5F0E), so that rule
// of minimal tag numbers is not applied; a leading zero (second byte 80) is refused.
Result<std::uint32_t> read_tag(ByteReader& reader) {
  const std::size_t start = reader.offset();
  TRY(const std::uint8_t first, reader.take_u8());
  if (first == 0) return fail("tlv.tag", "tag 00 is padding, not an object," + at(start));
  if ((first & 0x1F) != 0x1F) return std::uint32_t{first};
  TRY(const std::uint8_t second, reader.take_u8());
  if (second == 0x80) return fail("tlv.tag", "tag number begins with a zero byte," + at(start));
  const std::uint32_t two = std::uint32_t{first} << 8 | second;
  if ((second & 0x80) == 0) return two;
  TRY(const std::uint8_t third, reader.take_u8());
  if ((third & 0x80) != 0) return fail("tlv.tag", "tag is longer than three bytes," + at(start));
  return two << 8 | third;
}

// Definite and minimal, as DER asks (ISO/IEC 8825-1 sections 8.1.3 and 10.1).
Result<std::size_t> read_length(ByteReader& reader) {
  const std::size_t start = reader.offset();
  TRY(const std::uint8_t first, reader.take_u8());
  if (first < 0x80) return std::size_t{first};
  const std::size_t count = first & 0x7FU;
  if (count == 0) return fail("tlv.length", "indefinite length" + at(start));
  if (count > kLengthBytesMax) return fail("tlv.length", "length field of more than four bytes" + at(start));
  TRY(const std::uint64_t length, reader.take_be(count));
  const bool minimal = count == 1 ? length >= 0x80 : length >> (8 * (count - 1)) != 0;
  if (!minimal) return fail("tlv.length", "length is not written in its shortest form" + at(start));
  return static_cast<std::size_t>(length);
}

}  // namespace

Bytes encode_length(std::size_t length) {
  CHECK(length <= kLengthMax);
  Bytes out;
  if (length < 0x80) {
    out.push_back(static_cast<std::uint8_t>(length));
    return out;
  }
  const std::size_t count = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  out.push_back(static_cast<std::uint8_t>(0x80 | count));
  append_be(out, length, count);
  return out;
}

Bytes encode_tlv(std::uint32_t tag, ByteView value) {
  CHECK(tag != 0 && tag <= 0xFFFFFF);
  Bytes out;
  append_be(out, tag, tag > 0xFFFF ? 3 : tag > 0xFF ? 2 : 1);
  append(out, encode_length(value.size()));
  append(out, value);
  return out;
}

Result<Tlv> read_tlv(ByteReader& reader) {
  TRY(const std::uint32_t tag, read_tag(reader));
  TRY(const std::size_t length, read_length(reader));
  TRY(const ByteView value, reader.take(length));
  return Tlv{tag, value};
}

Result<ByteView> expect_tlv(ByteReader& reader, std::uint32_t tag) {
  const std::size_t start = reader.offset();
  TRY(const Tlv object, read_tlv(reader));
  if (object.tag != tag) {
    return fail("tlv.unexpected",
                "expected tag " + tag_text(tag) + ", found " + tag_text(object.tag) + at(start));
  }
  return object.value;
}

Result<ByteView> only_tlv(ByteView bytes, std::uint32_t tag, std::string_view what) {
  ByteReader reader(bytes, what);
  auto value = expect_tlv(reader, tag);
  if (!value) return while_doing(what, value.error());
  if (!reader.at_end()) {
    return fail("tlv.trailing", std::string(what) + " has " + std::to_string(reader.left()) +
                                    " bytes after its end" + at(reader.offset()));
  }
  return value;
}

Result<std::size_t> total_length(ByteView first_bytes) {
  ByteReader reader(first_bytes, "header of the file");
  TRY_STATUS(read_tag(reader));
  TRY(const std::size_t length, read_length(reader));
  return reader.offset() + length;
}

}  // namespace imprimatur::lds
