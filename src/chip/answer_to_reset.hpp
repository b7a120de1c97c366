// The answer to reset (ISO/IEC 7816-3 section 8): what its historical bytes say the card can do (7816-4
// section 12.1.1). A malformed one says nothing. Pure functions; any thread.
#pragma once

#include "base/bytes.hpp"

namespace imprimatur::chip {

struct CardCapabilities {
  bool extended_length = false;  // extended Lc and Le fields
  bool command_chaining = false;
};

CardCapabilities capabilities_of(ByteView atr);

}  // namespace imprimatur::chip
