#include "devices/virtual_card/file_reader.hpp"

#include "base/byte_reader.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint8_t kReadBinaryOdd = 0xB1;
constexpr std::uint8_t kShortIdBit = 0x80;

// Where to read: file and offset as the command codes them, or a refusal.
struct Place {
  StatusWord status = sw::kDone;
  std::uint16_t file_id = 0;
  std::size_t offset = 0;
};

// B0: offset of 15 bits in P1 P2, or short EF id in P1 and offset in P2.
Place place_of_even(const Command& command, const ReadContext& context, std::uint16_t current) {
  if (!command.data.empty()) return {.status = sw::kWrongLength};
  if ((command.p1 & kShortIdBit) == 0) return {.file_id = current, .offset = command.p1_p2()};
  const auto short_id = static_cast<std::uint8_t>(command.p1 & 0x1F);
  if ((command.p1 & 0x60) != 0 || short_id == 0) return {.status = sw::kWrongParameters};
  const std::uint16_t file_id = context.short_id(short_id);
  return {.status = file_id == 0 ? sw::kFileNotFound : sw::kDone, .file_id = file_id, .offset = command.p2};
}

// B1: P1 P2 names the file (0000 current, a short id, or a file id), DO 54 the offset.
Place place_of_odd(const Command& command, const ReadContext& context, std::uint16_t current) {
  ByteReader reader(command.data, "offset object");
  const auto tag = reader.take_u8();
  const auto length = reader.take_u8();
  if (!tag || !length || tag.value() != 0x54) return {.status = sw::kWrongData};
  if (length.value() == 0 || length.value() > 4 || reader.left() != length.value())
    return {.status = sw::kWrongData};
  Place place{.file_id = current, .offset = static_cast<std::size_t>(read_be(reader.rest()))};
  const std::uint16_t named = command.p1_p2();
  if (named == 0) return place;
  place.file_id = named < 0x20 ? context.short_id(static_cast<std::uint8_t>(named)) : named;
  return place;
}

// The discretionary object 53 around `data`; its overhead counts against Le.
Bytes wrap_in_53(ByteView rest, std::size_t most) {
  std::size_t overhead = 2;
  if (most > 2 + 0x7F) overhead = 3;
  if (most > 3 + 0xFF) overhead = 4;
  const std::size_t count = std::min(rest.size(), most > overhead ? most - overhead : 0);
  return tlv(0x53, rest.first(count));
}

}  // namespace

Response select_file(const Command& command, const FileLookup& lookup, std::uint16_t& current) {
  if (command.p2 != 0x0C && command.p2 != 0x00) return sw::kWrongParameters;
  if (command.data.size() != 2) return sw::kWrongLength;
  const auto file_id = static_cast<std::uint16_t>(read_be(command.data));
  const Readable file = lookup(file_id);
  if (file.status != sw::kDone) return file.status;
  current = file_id;
  if (command.p2 == 0x0C) return sw::kDone;
  Bytes size;
  append_be(size, file.content.size(), 2);
  Bytes control = tlv(0x80, size);
  append_tlv(control, 0x82, Bytes{0x01});
  append_tlv(control, 0x83, command.data);
  return Response(tlv(0x6F, control));
}

Response read_binary(const Command& command, const ReadContext& context, std::uint16_t& current) {
  const bool odd = command.ins == kReadBinaryOdd;
  const Place place =
      odd ? place_of_odd(command, context, current) : place_of_even(command, context, current);
  if (place.status != sw::kDone) return place.status;
  if (place.file_id == 0) return sw::kNoCurrentFile;
  const Readable file = context.file(place.file_id);
  if (file.status != sw::kDone) return file.status;
  current = place.file_id;
  if (command.ne == 0) return sw::kWrongLength;
  if (place.offset >= file.content.size()) return sw::kOffsetOutside;
  const ByteView rest = file.content.subspan(place.offset);
  if (!command.ne_all && command.ne > context.answer_max) return sw::kWrongLength;
  const std::size_t most = std::min(command.ne, context.answer_max);
  if (odd) return Response(wrap_in_53(rest, most));
  const ByteView data = rest.first(std::min(rest.size(), most));
  const bool end_before_wanted = !command.ne_all && data.size() < command.ne;
  return Response(copy_of(data), end_before_wanted ? sw::kEndOfFile : sw::kDone);
}

}  // namespace imprimatur::devices
