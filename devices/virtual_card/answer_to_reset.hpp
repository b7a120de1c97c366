// What a card says of itself before it is asked anything: its answer to reset and EF.ATR/INFO (ISO/IEC 7816-3
// section 8.2, 7816-4 sections 12.1.1 and 12.2.2). Pure functions; any thread.
#pragma once

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

// T=1; historical bytes with card capabilities: extended length, command chaining, or neither.
Bytes answer_to_reset(Lengths lengths = Lengths::extended);

// EF.ATR/INFO: card service data, capabilities, and with extended length the largest command and answer.
Bytes information_file(Lengths lengths);

}  // namespace imprimatur::devices
