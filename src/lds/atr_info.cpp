#include "lds/atr_info.hpp"

#include <algorithm>

#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kCapabilities = 0x47;
constexpr std::uint32_t kExtendedLength = 0x7F66;
constexpr std::uint32_t kInteger = 0x02;
constexpr std::uint8_t kExtendedBit = 0x40;
constexpr std::uint8_t kChainingBit = 0x80;
// ISO/IEC 7816-3 section 12.1.3: header 4, Lc 3, data 65,535, Le 2; answer 65,536 and status 2.
constexpr std::uint32_t kCommandBytesMax = 65'544;
constexpr std::uint32_t kAnswerBytesMax = 65'538;
constexpr std::size_t kShortCommand = 261;
constexpr std::size_t kShortAnswer = 258;

Error atr_error(std::string_view sentence) {
  return fail("lds.atr_info", std::string(sentence), "EF.ATR/INFO");
}

// A positive size; chips write it in two to four bytes, with or without leading zeros.
Result<std::uint32_t> read_size(ByteReader& reader) {
  TRY(const ByteView value, expect_tlv(reader, kInteger));
  if (value.empty() || value.size() > 4)
    return atr_error("a buffer size is not a number of one to four bytes");
  return static_cast<std::uint32_t>(read_be(value));
}

Status read_sizes(ByteView content, AtrInfo& info) {
  ByteReader reader(content, "extended length information");
  TRY(const std::uint32_t command, read_size(reader));
  TRY(const std::uint32_t answer, read_size(reader));
  if (!reader.at_end()) return atr_error("bytes stand behind the buffer sizes");
  // Less than a short APDU would be no size to work with.
  if (command < kShortCommand || answer < kShortAnswer)
    return atr_error("a buffer is smaller than a short APDU");
  info.command_bytes_max = std::min(command, kCommandBytesMax);
  info.answer_bytes_max = std::min(answer, kAnswerBytesMax);
  return ok();
}

bool is_padding(ByteView rest) {
  return std::all_of(rest.begin(), rest.end(), [&rest](std::uint8_t byte) { return byte == rest[0]; }) &&
         (rest[0] == 0x00 || rest[0] == 0xFF);
}

}  // namespace

Result<AtrInfo> decode_atr_info(ByteView file) {
  ByteReader reader(file, "EF.ATR/INFO");
  AtrInfo info;
  AtrInfo sizes;
  while (!reader.at_end() && !is_padding(reader.rest())) {
    TRY(const Tlv object, read_tlv(reader));
    if (object.tag == kExtendedLength) {
      TRY_STATUS(read_sizes(object.value, sizes));
    } else if (object.tag == kCapabilities) {
      // One to three bytes (7816-4 table 117 and following); what is not there is not offered.
      if (object.value.empty() || object.value.size() > 3)
        return atr_error("card capabilities are not 1 to 3 bytes");
      const std::uint8_t third = object.value.size() == 3 ? object.value[2] : 0;
      info.extended = (third & kExtendedBit) != 0;
      info.chaining = (third & kChainingBit) != 0;
    }
  }
  if (info.extended) {
    info.command_bytes_max = sizes.command_bytes_max;
    info.answer_bytes_max = sizes.answer_bytes_max;
  }
  return info;
}

}  // namespace imprimatur::lds
