// Every message that the daemon can write into the technical log: the rooms' messages.hpp, put together by
// CMake so that none is forgotten.
#pragma once

#include <span>
#include <string>

#include "base/log.hpp"

namespace imprimatur::app {

std::span<const LogMessage* const> all_messages();

// The 128 bits by which journald knows the message (MESSAGE_ID, sd_journal_print(3)), 32 hex digits: the
// beginning of the SHA-256 of "imprimatur message " and the id, with the version and variant bits of a UUID.
std::string journald_message_id(std::string_view id);

}  // namespace imprimatur::app
