// Command and answer of a smart card (ISO/IEC 7816-4 section 5): encoding in short and extended form, and
// the transport rules that every command shares (61xx, 6Cxx). Pure but for `exchange`, which talks through
// a CardChannel and blocks.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "chip/card_channel.hpp"

namespace imprimatur::chip {

inline constexpr std::uint16_t kSwDone = 0x9000;
inline constexpr std::size_t kShortDataMax = 255;
inline constexpr std::size_t kShortAnswerMax = 256;
inline constexpr std::size_t kExtendedDataMax = 65535;
inline constexpr std::size_t kExtendedAnswerMax = 65536;

// What the card and reader take: a command is encoded short when it fits, extended only where allowed.
enum class ApduForm { short_only, extended };

struct Command {
  std::uint8_t cla = 0;
  std::uint8_t ins = 0;
  std::uint8_t p1 = 0;
  std::uint8_t p2 = 0;
  Bytes data;
  // Bytes of answer wanted, 1 to 65536; 256 and 65536 mean "as many as there are" in short and extended form.
  std::optional<std::size_t> le;
};

struct Response {
  Bytes data;
  std::uint16_t sw = 0;
  bool done() const { return sw == kSwDone; }
};

// The command's bytes. Error chip.apdu_too_long when it does not fit the form.
Result<Bytes> encode_command(const Command& command, ApduForm form);
// Bytes to command: for tests and traces. Error chip.apdu_syntax.
Result<Command> decode_command(ByteView bytes);
// Error chip.answer_short when there are fewer than two bytes.
Result<Response> decode_response(ByteView bytes);

// Whether the command only reads (READ BINARY, SELECT, GET DATA, GET STATUS …), so that it may be sent again.
bool only_reads(const Command& command);

// Sends one command and collects its whole answer: 61xx by GET RESPONSE on the same logical channel, 6Cxx by
// the same command with the right Le, and that only for commands that only read and have no secure messaging
// (elsewhere 6Cxx is handed back). At most 256 rounds. Errors: encode_command's, the channel's
// (Happened::unknown), chip.answer_too_long (unknown too when the command writes).
Result<Response> exchange(CardChannel& channel, const Command& command, ApduForm form);

// One way to the card: plain, or through a secure channel. Functions that work over any of them take this.
struct CardLink {
  std::function<Result<Response>(const Command&)> send;
  std::size_t answer_max = kShortAnswerMax;  // plain bytes that one answer can bring
};

// A plain link over the channel; the channel must outlive it.
CardLink plain_link(CardChannel& channel, ApduForm form, std::size_t answer_max = kShortAnswerMax);

// SELECT by application identifier, no answer data wanted (7816-4 section 11.2.2).
Command select_application(ByteView aid);
// SELECT of a security domain, whose answer GlobalPlatform wants to be asked for (2.3.1 section 11.9).
Command select_security_domain(ByteView aid);
// SELECT of an elementary file under the current application.
Command select_file(std::uint16_t file_id);

}  // namespace imprimatur::chip
