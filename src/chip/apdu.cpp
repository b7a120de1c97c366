#include "chip/apdu.hpp"

#include "base/byte_reader.hpp"
#include "base/check.hpp"
#include "base/encoding.hpp"

namespace imprimatur::chip {

namespace {

constexpr std::size_t kRoundsMax = 256;
constexpr std::size_t kWholeAnswerMax = 1U << 17;
constexpr std::uint8_t kInsGetResponse = 0xC0;

Error too_long(const Command& command) {
  return fail("chip.apdu_too_long",
              "a command of INS " + to_hex(ByteView(&command.ins, 1)) + " with " +
                  std::to_string(command.data.size()) +
                  " data bytes does not fit the form that card, reader and profile allow");
}

void append_short(Bytes& out, const Command& command) {
  if (!command.data.empty()) {
    out.push_back(static_cast<std::uint8_t>(command.data.size()));
    append(out, command.data);
  }
  if (command.le) out.push_back(static_cast<std::uint8_t>(*command.le));  // 256 becomes 00
}

// ISO/IEC 7816-4 section 5.2: Lc is 00 and two bytes; Le has two bytes after Lc, three without.
void append_extended(Bytes& out, const Command& command) {
  out.push_back(0);
  if (!command.data.empty()) {
    append_be(out, command.data.size(), 2);
    append(out, command.data);
  }
  if (command.le) append_be(out, *command.le, 2);  // 65536 becomes 0000
}

}  // namespace

Result<Bytes> encode_command(const Command& command, ApduForm form) {
  const std::size_t le = command.le.value_or(0);
  if (command.data.size() > kExtendedDataMax || le > kExtendedAnswerMax) return too_long(command);
  const bool fits_short = command.data.size() <= kShortDataMax && le <= kShortAnswerMax;
  if (!fits_short && form == ApduForm::short_only) return too_long(command);
  Bytes out{command.cla, command.ins, command.p1, command.p2};
  out.reserve(command.data.size() + 9);
  if (fits_short) {
    append_short(out, command);
  } else {
    append_extended(out, command);
  }
  return out;
}

Result<Command> decode_command(ByteView bytes) {
  const Error syntax = fail("chip.apdu_syntax", "the bytes are no command APDU");
  if (bytes.size() < 4) return syntax;
  Command command{bytes[0], bytes[1], bytes[2], bytes[3], {}, {}};
  const ByteView body = bytes.subspan(4);
  const auto le_of = [](ByteView view, std::size_t otherwise) {
    const std::size_t le = read_be(view);
    return le == 0 ? otherwise : le;
  };
  if (body.empty()) return command;
  if (body.size() == 1) {
    command.le = le_of(body, kShortAnswerMax);
    return command;
  }
  if (body[0] != 0) {
    const std::size_t length = body[0];
    if (body.size() != 1 + length && body.size() != 2 + length) return syntax;
    command.data = copy_of(body.subspan(1, length));
    if (body.size() == 2 + length) command.le = le_of(body.last(1), kShortAnswerMax);
    return command;
  }
  if (body.size() < 3) return syntax;
  const std::size_t length = read_be(body.subspan(1, 2));
  if (body.size() == 3) {
    command.le = le_of(body.subspan(1, 2), kExtendedAnswerMax);
    return command;
  }
  if (length == 0 || (body.size() != 3 + length && body.size() != 5 + length)) return syntax;
  command.data = copy_of(body.subspan(3, length));
  if (body.size() == 5 + length) command.le = le_of(body.last(2), kExtendedAnswerMax);
  return command;
}

Result<Response> decode_response(ByteView bytes) {
  if (bytes.size() < 2) {
    return fail("chip.answer_short",
                "the card answered " + std::to_string(bytes.size()) + " bytes, wanted at least 2");
  }
  return Response{copy_of(bytes.first(bytes.size() - 2)), static_cast<std::uint16_t>(read_be(bytes.last(2)))};
}

bool only_reads(const Command& command) {
  switch (command.ins) {
    case 0xA4:  // SELECT
    case 0xB0:  // READ BINARY
    case 0xB1:
    case 0xB2:  // READ RECORD
    case 0xCA:  // GET DATA
    case 0xCB:
    case 0xF2:  // GET STATUS
      return true;
    default:
      return false;
  }
}

Result<Response> exchange(CardChannel& channel, const Command& command, ApduForm form) {
  const bool secure = (command.cla & 0x0C) != 0;
  TRY(auto bytes, encode_command(command, form));
  TRY(auto answer, channel.transmit(bytes));
  TRY(auto response, decode_response(answer));
  if ((response.sw >> 8) == 0x6C && command.data.empty() && only_reads(command) && !secure) {
    Command again = command;
    again.le = (response.sw & 0xFF) == 0 ? kShortAnswerMax : response.sw & 0xFF;
    TRY(bytes, encode_command(again, form));
    TRY(answer, channel.transmit(bytes));
    TRY(response, decode_response(answer));
  }
  Bytes whole = std::move(response.data);
  for (std::size_t round = 0; (response.sw >> 8) == 0x61; ++round) {
    if (round == kRoundsMax || whole.size() > kWholeAnswerMax) {
      Error error = fail("chip.answer_too_long", "the card offers more and more answer data (61xx)");
      if (!only_reads(command)) error.happened = Happened::unknown;
      return error;
    }
    // Same logical channel, without secure messaging (7816-4 section 11.8.1).
    const Command more{static_cast<std::uint8_t>(command.cla & 0x03),
                       kInsGetResponse,
                       0,
                       0,
                       {},
                       (response.sw & 0xFF) == 0 ? kShortAnswerMax : response.sw & 0xFFU};
    TRY(bytes, encode_command(more, form));
    TRY(answer, channel.transmit(bytes));
    TRY(response, decode_response(answer));
    append(whole, response.data);
  }
  return Response{std::move(whole), response.sw};
}

CardLink plain_link(CardChannel& channel, ApduForm form, std::size_t answer_max) {
  return {[&channel, form](const Command& command) { return exchange(channel, command, form); }, answer_max};
}

Command select_application(ByteView aid) {
  CHECK(!aid.empty() && aid.size() <= 16);
  return {0x00, 0xA4, 0x04, 0x0C, copy_of(aid), {}};
}

Command select_security_domain(ByteView aid) {
  CHECK(!aid.empty() && aid.size() <= 16);
  return {0x00, 0xA4, 0x04, 0x00, copy_of(aid), kShortAnswerMax};
}

Command select_file(std::uint16_t file_id) {
  Command command{0x00, 0xA4, 0x02, 0x0C, {}, {}};
  append_be(command.data, file_id, 2);
  return command;
}

}  // namespace imprimatur::chip
