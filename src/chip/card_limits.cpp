#include "chip/card_limits.hpp"

#include <algorithm>
#include <array>

#include "chip/read_files.hpp"
#include "lds/atr_info.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::uint8_t kAtrInfoShortId = 0x01;
// Card capabilities (ISO/IEC 7816-4 section 12.1.1.9): extended Lc and Le.
constexpr std::uint32_t kTagCapabilities = 0x47;
constexpr std::array<std::uint8_t, 3> kExtendedLength = {0x00, 0x00, 0x40};
constexpr std::uint32_t kTagExtendedLengths = 0x7F66;
constexpr std::size_t kObjectsMax = 32;
// A command APDU with extended Lc and Le has nine bytes around its data, an answer two.
constexpr std::size_t kCommandOverhead = 9;
constexpr std::size_t kAnswerOverhead = 2;

// The value of the first object with this tag among the objects side by side.
std::optional<ByteView> find(ByteView bytes, std::uint32_t tag) {
  ByteReader reader(bytes, "objects of the card");
  for (std::size_t i = 0; i < kObjectsMax && !reader.at_end(); ++i) {
    const auto object = lds::read_tlv(reader);
    if (!object) return {};
    if (object.value().tag == tag) return object.value().value;
  }
  return {};
}

}  // namespace

Result<TransferLimits> card_limits(CardChannel& channel, const ChipProfile& profile) {
  TransferLimits limits = profile.transfer;
  const bool asked = limits.from_card && apdu_form(profile, channel) == ApduForm::extended;
  if (!asked) return limits;
  const Command master_file{0x00, 0xA4, 0x00, 0x0C, {0x3F, 0x00}, {}};
  TRY(auto selected, exchange(channel, master_file, ApduForm::short_only));
  if (!selected.done()) return limits;
  TRY(auto read,
      exchange(channel, read_binary_short_id(kAtrInfoShortId, kShortAnswerMax), ApduForm::short_only));
  if (!read.done() && read.sw != 0x6282) {
    TRY(selected, exchange(channel, select_file(lds::kAtrInfoFile), ApduForm::short_only));
    if (!selected.done()) return limits;
    TRY(read, exchange(channel, read_binary({.offset = 0, .length = kShortAnswerMax}), ApduForm::short_only));
  }
  if (!find(read.data, kTagExtendedLengths)) return limits;
  // The historical bytes said that the card takes extended length; its file may leave that out, or differ.
  const auto told =
      lds::decode_atr_info(concat({lds::encode_tlv(kTagCapabilities, kExtendedLength), read.data}));
  if (!told || !told.value().extended) return limits;
  const std::size_t command = told.value().command_bytes_max;
  const std::size_t answer = told.value().answer_bytes_max;
  limits.extended_command_bytes_max = std::min(limits.extended_command_bytes_max, command - kCommandOverhead);
  limits.extended_answer_bytes_max = std::min(limits.extended_answer_bytes_max, answer - kAnswerOverhead);
  return limits;
}

std::optional<std::size_t> command_data_limit(ByteView select_answer) {
  const auto fci = find(select_answer, 0x6F);
  const auto proprietary = fci ? find(*fci, 0xA5) : std::nullopt;
  const auto limit = proprietary ? find(*proprietary, 0x9F65) : std::nullopt;
  if (!limit || limit->empty() || limit->size() > 2) return {};
  return static_cast<std::size_t>(read_be(*limit));
}

}  // namespace imprimatur::chip
