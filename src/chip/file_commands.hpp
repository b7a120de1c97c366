// The engine of the dialects that write files by ISO/IEC 7816-4 commands (sections 11.2 and 11.3; 7816-9 for
// CREATE FILE): create, select, UPDATE BINARY in pieces, key commands, activation, all as the profile's
// `commands` say. Blocks.
//
// Order within a file: its first piece, which has the TLV header, goes last, so that a file which was cut off
// never looks whole. Commands are as few as the profile allows: nothing is selected that is current already.
#pragma once

#include "chip/dialect.hpp"

namespace imprimatur::chip::file_commands {

// Whether the content fits: sizes, offsets that UPDATE BINARY can name, a value for every gap of a key
// command, and a length that the card takes. Sends nothing. `offsets_max`: largest offset that the dialect
// can write at.
Status check(const ChipProfile& profile, const ChipContent& content, const CardChannel& channel,
             std::size_t offsets_max);

Result<lds::FileMap> write(const WriteContext& context);
Status activate(const ActivateContext& context);
Result<bool> is_activated(CardChannel& channel, const ChipProfile& profile);
Result<bool> is_begun(CardChannel& channel, const ChipProfile& profile);

// The commands that write `content` at its place in the current file, in the order of sending, each with at
// most `command_max` data bytes. Public for tests.
struct Pieces {
  std::size_t command_max = 255;
  bool header_last = true;
  std::uint8_t short_id = 0;  // not 0: the first command selects with it
};
std::vector<Command> update_commands(ByteView content, const Pieces& pieces);

}  // namespace imprimatur::chip::file_commands
