#include "devices/virtual_card/update_binary.hpp"

#include "devices/virtual_card/ber.hpp"
#include "devices/virtual_card/instructions.hpp"

namespace imprimatur::devices {

namespace {

struct Write {
  StatusWord status = sw::kDone;
  std::uint16_t file_id = 0;
  std::size_t offset = 0;
  ByteView data = {};
};

Write read_even(const Command& command, const ShortIdLookup& short_id, std::uint16_t current) {
  constexpr std::uint8_t kShortIdBit = 0x80;
  if ((command.p1 & kShortIdBit) == 0) {
    return {.file_id = current, .offset = command.p1_p2(), .data = command.data};
  }
  const auto named = static_cast<std::uint8_t>(command.p1 & 0x1F);
  if ((command.p1 & 0x60) != 0 || named == 0) return {.status = sw::kWrongParameters};
  const std::uint16_t file_id = short_id(named);
  return {.status = file_id == 0 ? sw::kFileNotFound : sw::kDone,
          .file_id = file_id,
          .offset = command.p2,
          .data = command.data};
}

Write read_odd(const Command& command, const ShortIdLookup& short_id, std::uint16_t current) {
  ByteReader reader(command.data, "UPDATE BINARY");
  const auto offset = take_value(reader, 0x54);
  if (!offset || offset.value().empty() || offset.value().size() > 4) return {.status = sw::kWrongData};
  const auto data = take_value(reader, 0x53);
  if (!data || !reader.at_end()) return {.status = sw::kWrongData};
  Write write{
      .file_id = current, .offset = static_cast<std::size_t>(read_be(offset.value())), .data = data.value()};
  const std::uint16_t named = command.p1_p2();
  if (named == 0) return write;
  write.file_id = named < 0x20 ? short_id(static_cast<std::uint8_t>(named)) : named;
  if (write.file_id == 0) write.status = sw::kFileNotFound;
  return write;
}

}  // namespace

StatusWord update_binary(Memory& memory, const Command& command, const ShortIdLookup& short_id,
                         std::uint16_t& current) {
  const Write write = command.ins == ins::kUpdateBinaryOdd ? read_odd(command, short_id, current)
                                                           : read_even(command, short_id, current);
  if (write.status != sw::kDone) return write.status;
  if (write.file_id == 0) return sw::kNoCurrentFile;
  const File* file = memory.file(write.file_id);
  if (file == nullptr) return sw::kFileNotFound;
  current = write.file_id;
  if (write.data.empty()) return sw::kWrongLength;
  if (write.offset >= file->content.size()) return sw::kOffsetOutside;
  if (write.data.size() > file->content.size() - write.offset) return sw::kWrongLength;
  return memory.write_bytes(write.file_id, write.offset, write.data);
}

}  // namespace imprimatur::devices
