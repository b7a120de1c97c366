// Return codes of PC/SC and what they mean for a card and its reader (PC/SC part 5; measured with
// pcscd 1.9.9). Pure data and functions; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::devices {

using PcscCode = std::uint32_t;

inline constexpr PcscCode kPcscSuccess = 0x00000000;
inline constexpr PcscCode kPcscTimeout = 0x8010000A;
inline constexpr PcscCode kPcscRemovedCard = 0x80100069;
inline constexpr PcscCode kPcscNoReaders = 0x8010002E;

// pcscd is not there, or is another one than the context was made with: make a new context.
bool is_service_lost(PcscCode code);

// Error of SCardTransmit and SCardReconnect: card.removed, card.reset or card.transport, Happened::unknown.
Error card_error(PcscCode code, std::string_view reader);

// Error of SCardConnect and of waiting: reader.no_card, reader.in_use, reader.mute, reader.gone,
// reader.service; Happened::no.
Error reader_error(PcscCode code, std::string_view reader);

}  // namespace imprimatur::devices
