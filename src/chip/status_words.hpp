// Status words as a data table: what they mean, and what is done with the card (ISO/IEC 7816-4 section 5.6,
// GlobalPlatform 2.3.1 chapter 11). A profile may override the action of single words.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur::chip {

enum class StatusAction {
  go_on,       // done, or a warning without consequence
  retry_read,  // a read may be tried once more; a write never
  next,        // this card is faulty: spoil it and take the next
  quarantine,  // this card is not what it should be: set it aside for people
  stop,        // profile, program or stock is wrong: stop the line, not the card
};

std::string_view name_of(StatusAction action);  // "go_on", "retry_read" …

struct StatusWord {
  std::uint16_t sw;
  std::uint16_t mask;  // FFFF; FFF0 for 63Cx, FF00 for 61xx
  std::string_view meaning;
  StatusAction action;
};

// The entry that fits best; an unknown word is "not documented", quarantine.
const StatusWord& status_word(std::uint16_t sw);

// Done, or done with a warning (7816-4 section 5.6: 62xx, 63xx).
bool succeeded(std::uint16_t sw);
std::string sw_text(std::uint16_t sw);  // "6A88"

using StatusOverrides = std::map<std::uint16_t, StatusAction>;

StatusAction action_for(std::uint16_t sw, const StatusOverrides& overrides = {});

// The error of a command that was refused. `doing` names the step ("STORE DATA block 12"). Codes:
// chip.authentication_failed (6300 and 63Cx, 6983 of an authentication), chip.card_faulty (next),
// chip.card_unexpected (quarantine), chip.profile_fault (stop), chip.read_failed (retry_read).
// Happened::no: the card lives and has said so; what is to be done with it is known.
Error refused(std::string_view doing, std::uint16_t sw, const StatusOverrides& overrides = {});

// What to do with the card after an error of this room: the action behind its code. Errors of the channel
// (Happened::unknown) are quarantine: read the card first.
StatusAction action_of(const Error& error);

}  // namespace imprimatur::chip
