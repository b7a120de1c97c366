// Command and response APDU as the card sees them (ISO/IEC 7816-3 section 12.1, 7816-4 section 5).
// Pure data and functions; any thread.
#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

using StatusWord = std::uint16_t;

namespace sw {
inline constexpr StatusWord kDone = 0x9000;
inline constexpr StatusWord kMoreToCome = 0x6100;  // low byte: how many; 00: 256 or more
inline constexpr StatusWord kEndOfFile = 0x6282;
inline constexpr StatusWord kCardLocked = 0x6283;
inline constexpr StatusWord kAuthenticationFailed = 0x6300;
inline constexpr StatusWord kTriesLeft = 0x63C0;  // low half byte: how many
inline constexpr StatusWord kMemoryFailure = 0x6581;
inline constexpr StatusWord kWrongLength = 0x6700;
inline constexpr StatusWord kChannelNotSupported = 0x6881;
inline constexpr StatusWord kSecureMessagingNotSupported = 0x6882;
inline constexpr StatusWord kLastOfChainExpected = 0x6883;
inline constexpr StatusWord kChainingNotSupported = 0x6884;
inline constexpr StatusWord kSecurityNotSatisfied = 0x6982;
inline constexpr StatusWord kMethodBlocked = 0x6983;
inline constexpr StatusWord kConditionsNotSatisfied = 0x6985;
inline constexpr StatusWord kNoCurrentFile = 0x6986;
inline constexpr StatusWord kSecureObjectMissing = 0x6987;
inline constexpr StatusWord kSecureObjectWrong = 0x6988;
inline constexpr StatusWord kWrongData = 0x6A80;
inline constexpr StatusWord kFunctionNotSupported = 0x6A81;
inline constexpr StatusWord kFileNotFound = 0x6A82;
inline constexpr StatusWord kNotEnoughMemory = 0x6A84;
inline constexpr StatusWord kWrongParameters = 0x6A86;
inline constexpr StatusWord kReferenceNotFound = 0x6A88;
inline constexpr StatusWord kFileExists = 0x6A89;
inline constexpr StatusWord kNameExists = 0x6A8A;
inline constexpr StatusWord kOffsetOutside = 0x6B00;
inline constexpr StatusWord kWrongExpectedLength = 0x6C00;  // low byte: the right one
inline constexpr StatusWord kInstructionNotSupported = 0x6D00;
inline constexpr StatusWord kClassNotSupported = 0x6E00;
inline constexpr StatusWord kAlgorithmNotSupported = 0x9484;
inline constexpr StatusWord kWrongCheckValue = 0x9485;
}  // namespace sw

struct Command {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data;
  std::size_t ne = 0;     // bytes expected at most; 0: no Le, so no answer data
  bool ne_all = false;    // Le coded as zeros: as much as there is
  bool extended = false;  // length fields have the extended form

  std::uint16_t p1_p2() const { return static_cast<std::uint16_t>(p1 << 8 | p2); }
  // The most that one answer may carry in this form of length fields, status word not counted.
  std::size_t answer_room() const;
  // The same, and not more than Le asks for.
  std::size_t answer_max() const { return ne == 0 ? answer_room() : std::min(ne, answer_room()); }
};

// Answers of one card to one command. `data` goes out only with a status word of success or warning.
struct Response {
  StatusWord status = sw::kDone;
  Bytes data;

  Response(StatusWord word) : status(word) {}  // NOLINT: a status word alone is a response
  explicit Response(Bytes content, StatusWord word = sw::kDone) : status(word), data(std::move(content)) {}

  bool carries_data() const { return status == sw::kDone || status >> 8 == 0x62 || status >> 8 == 0x63; }
  Bytes encode() const;
};

inline constexpr std::size_t kCommandDataMax = 2048;  // announced by EF.ATR/INFO (7F66) and 9F65
inline constexpr std::size_t kAnswerDataMax = 2304;   // likewise

// Length fields of every case, short and extended, nothing left over. Error apdu.length.
Result<Command> parse_command(ByteView apdu);

// Tag (1 or 2 bytes) ‖ length (minimal BER) ‖ value.
void append_tlv(Bytes& to, std::uint16_t tag, ByteView value);
Bytes tlv(std::uint16_t tag, ByteView value);

}  // namespace imprimatur::devices
