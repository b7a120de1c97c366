// UPDATE BINARY (ISO/IEC 7816-4 section 11.3.5) while a card is personalised by files. Who may write is the
// caller's business. Pure functions over the card's memory; one thread at a time.
#pragma once

#include "devices/virtual_card/file_reader.hpp"
#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

// D6 with an offset of 15 bits or a short id and an offset of 8, D7 with DO 54 and DO 53. `current` becomes
// the file that is named. 6986 without a file, 6A82, 6B00 for an offset beyond the end, 6700 for data beyond
// it.
StatusWord update_binary(Memory& memory, const Command& command, const ShortIdLookup& short_id,
                         std::uint16_t& current);

}  // namespace imprimatur::devices
