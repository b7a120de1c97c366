// How long commands and answers may be with one card: what the profile says, narrowed by what the card says
// of itself where the profile trusts that (`transfer.from_card`). Blocks.
#pragma once

#include "chip/profile.hpp"

namespace imprimatur::chip {

// Reads EF.ATR/INFO under the master file (2F01; 7F66 has the sizes of commands and answers, ISO/IEC 7816-4
// section 12.7.1). A card without it, or with one that makes no sense, keeps the profile's limits; no card
// widens them. Sends nothing, and answers the profile's limits, unless the profile asks for it and extended
// length is in use.
Result<TransferLimits> card_limits(CardChannel& channel, const ChipProfile& profile);

// The largest data field that a security domain takes (9F65 in the answer to SELECT, GlobalPlatform 2.3.1
// section 11.9.3.1); nothing when it does not say.
std::optional<std::size_t> command_data_limit(ByteView select_answer);

}  // namespace imprimatur::chip
