// Encoding of the records of a card file (FORMAT.md section 2). Pure functions; any thread.
#pragma once

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

Bytes card_file_header();
Bytes encode_record(std::uint8_t type, ByteView payload);
Bytes encode_identity(const CardIdentity& identity);

}  // namespace imprimatur::devices
