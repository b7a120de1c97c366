// SELECT of an elementary file and READ BINARY (ISO/IEC 7816-4 sections 11.2.2 and 11.3.3), the same for the
// master file and the application: who may read is told by the caller. Pure functions; any thread.
#pragma once

#include <functional>

#include "devices/virtual_card/apdu.hpp"

namespace imprimatur::devices {

// What the caller knows of a file: its content when it may be read now, else the refusal (6A82, 6982).
struct Readable {
  StatusWord status = sw::kFileNotFound;
  ByteView content = {};
};
using FileLookup = std::function<Readable(std::uint16_t file_id)>;

// The file id that a short EF identifier means in this directory.
using ShortIdLookup = std::function<std::uint16_t(std::uint8_t short_id)>;

struct ReadContext {
  FileLookup file;
  ShortIdLookup short_id;
  std::size_t answer_max = 0;  // bytes of plain answer that the channel has room for
};

// `current` becomes the file that was selected or read by short id; 0 is none.
Response select_file(const Command& command, const FileLookup& lookup, std::uint16_t& current);
Response read_binary(const Command& command, const ReadContext& context, std::uint16_t& current);

}  // namespace imprimatur::devices
