#include "devices/virtual_card/apdu.hpp"

#include "base/byte_reader.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::size_t kShortAnswerMax = 256;
constexpr std::size_t kExtendedAnswerMax = 65536;

Error wrong_length() {
  return fail("apdu.length", "the length fields do not fit the command");
}

// Lc and data are taken; what is left is nothing or Le.
Status parse_expected_length(ByteReader& reader, Command& command) {
  if (reader.at_end()) return ok();
  const std::size_t width = command.extended ? 2 : 1;
  if (reader.left() != width) return wrong_length();
  TRY(auto value, reader.take_be(width));
  command.ne_all = value == 0;
  const std::size_t most = command.extended ? kExtendedAnswerMax : kShortAnswerMax;
  command.ne = value == 0 ? most : static_cast<std::size_t>(value);
  return ok();
}

}  // namespace

std::size_t Command::answer_room() const {
  return extended ? kAnswerDataMax : kShortAnswerMax;
}

Bytes Response::encode() const {
  Bytes out;
  if (carries_data()) out = data;
  append_be(out, status, 2);
  return out;
}

Result<Command> parse_command(ByteView apdu) {
  ByteReader reader(apdu, "command APDU");
  Command command;
  TRY(auto header, reader.take(4));
  command.cla = header[0];
  command.ins = header[1];
  command.p1 = header[2];
  command.p2 = header[3];
  if (reader.at_end()) return command;  // case 1
  if (reader.left() == 1) {             // case 2, short
    TRY_STATUS(parse_expected_length(reader, command));
    return command;
  }
  TRY(auto first, reader.take_u8());
  std::size_t length = first;
  if (first == 0) {
    command.extended = true;
    if (reader.left() == 2) {  // case 2, extended
      TRY_STATUS(parse_expected_length(reader, command));
      return command;
    }
    TRY(auto extended_length, reader.take_be(2));
    length = static_cast<std::size_t>(extended_length);
    if (length == 0) return wrong_length();
  }
  TRY(auto data, reader.take(length));
  command.data = copy_of(data);
  TRY_STATUS(parse_expected_length(reader, command));
  return command;
}

void append_tlv(Bytes& to, std::uint16_t tag, ByteView value) {
  append_be(to, tag, tag > 0xFF ? 2 : 1);
  if (value.size() > 0xFF) {
    to.push_back(0x82);
    append_be(to, value.size(), 2);
  } else {
    if (value.size() > 0x7F) to.push_back(0x81);
    to.push_back(static_cast<std::uint8_t>(value.size()));
  }
  append(to, value);
}

Bytes tlv(std::uint16_t tag, ByteView value) {
  Bytes out;
  append_tlv(out, tag, value);
  return out;
}

}  // namespace imprimatur::devices
