#include "chip/status_words.hpp"

#include <array>
#include <cstdio>

namespace imprimatur::chip {

namespace {

using enum StatusAction;

// Exact words first, masks after them: the first match counts.
constexpr std::array kTable{
    StatusWord{0x9000, 0xFFFF, "done", go_on},
    StatusWord{0x6200, 0xFFFF, "warning without information", go_on},
    StatusWord{0x6281, 0xFFFF, "part of the data may be corrupted", retry_read},
    StatusWord{0x6282, 0xFFFF, "end of file before the bytes that were asked for", go_on},
    StatusWord{0x6283, 0xFFFF, "file or application deactivated", quarantine},
    StatusWord{0x6285, 0xFFFF, "in termination state", next},
    StatusWord{0x6300, 0xFFFF, "authentication failed", quarantine},
    StatusWord{0x6310, 0xFFFF, "more data available", go_on},
    StatusWord{0x6400, 0xFFFF, "execution error, memory unchanged", retry_read},
    StatusWord{0x6500, 0xFFFF, "execution error, memory changed", next},
    StatusWord{0x6581, 0xFFFF, "memory failure", next},
    StatusWord{0x6700, 0xFFFF, "wrong length", stop},
    StatusWord{0x6881, 0xFFFF, "logical channel not supported", stop},
    StatusWord{0x6882, 0xFFFF, "secure messaging not supported", stop},
    StatusWord{0x6883, 0xFFFF, "last command of the chain expected", stop},
    StatusWord{0x6884, 0xFFFF, "command chaining not supported", stop},
    StatusWord{0x6981, 0xFFFF, "command incompatible with the file's structure", stop},
    StatusWord{0x6982, 0xFFFF, "security status not satisfied", quarantine},
    StatusWord{0x6983, 0xFFFF, "authentication method blocked", quarantine},
    StatusWord{0x6984, 0xFFFF, "reference data not usable", quarantine},
    StatusWord{0x6985, 0xFFFF, "conditions of use not satisfied", quarantine},
    StatusWord{0x6986, 0xFFFF, "command not allowed", quarantine},
    StatusWord{0x6987, 0xFFFF, "secure messaging object missing", quarantine},
    StatusWord{0x6988, 0xFFFF, "secure messaging object wrong", quarantine},
    StatusWord{0x6999, 0xFFFF, "SELECT failed", stop},
    StatusWord{0x6A80, 0xFFFF, "wrong data", stop},
    StatusWord{0x6A81, 0xFFFF, "function not supported", stop},
    StatusWord{0x6A82, 0xFFFF, "file or application not found", stop},
    StatusWord{0x6A84, 0xFFFF, "not enough memory", stop},
    StatusWord{0x6A86, 0xFFFF, "wrong P1 P2", stop},
    StatusWord{0x6A88, 0xFFFF, "referenced data not found", quarantine},
    StatusWord{0x6A89, 0xFFFF, "file exists already", quarantine},
    StatusWord{0x6A8A, 0xFFFF, "application exists already", quarantine},
    StatusWord{0x6B00, 0xFFFF, "offset outside the file", stop},
    StatusWord{0x6D00, 0xFFFF, "instruction not supported", stop},
    StatusWord{0x6E00, 0xFFFF, "class not supported", stop},
    StatusWord{0x6F00, 0xFFFF, "no diagnosis", next},
    StatusWord{0x9484, 0xFFFF, "algorithm not supported", stop},
    StatusWord{0x9485, 0xFFFF, "invalid key check value", stop},
    StatusWord{0x63C0, 0xFFF0, "verification failed, tries are counted", quarantine},
    StatusWord{0x6100, 0xFF00, "answer data waiting", go_on},
    StatusWord{0x6C00, 0xFF00, "wrong expected length", stop},
    StatusWord{0x6500, 0xFF00, "execution error, memory changed", next},
};

constexpr StatusWord kNotDocumented{0x0000, 0x0000, "not documented", quarantine};

bool is_authentication_failure(std::uint16_t sw) {
  return sw == 0x6300 || (sw & 0xFFF0) == 0x63C0 || sw == 0x6983;
}

std::string_view code_of(StatusAction action) {
  switch (action) {
    case go_on:
    case quarantine:
      return "chip.card_unexpected";
    case retry_read:
      return "chip.read_failed";
    case next:
      return "chip.card_faulty";
    case stop:
      return "chip.profile_fault";
  }
  return {};
}

std::string_view remedy_of(StatusAction action) {
  switch (action) {
    case go_on:
    case quarantine:
      return "Set the card aside for a supervisor; do not use it again.";
    case retry_read:
      return "Clean the contacts and read the card again once.";
    case next:
      return "Reject this card and take the next.";
    case stop:
      return "Stop the line: chip profile, station and card stock do not fit together.";
  }
  return {};
}

struct CodeAction {
  std::string_view code;
  StatusAction action;
};

// Codes of this room that do not come from a status word.
constexpr std::array kCodes{
    CodeAction{"chip.authentication_failed", quarantine},
    CodeAction{"chip.card_unexpected", quarantine},
    CodeAction{"chip.identity", quarantine},
    CodeAction{"chip.key_template", quarantine},
    CodeAction{"chip.key_check", quarantine},
    CodeAction{"chip.session_lost", quarantine},
    CodeAction{"chip.secure_messaging", quarantine},
    CodeAction{"chip.access_failed", quarantine},
    CodeAction{"chip.scp03_answer", quarantine},
    CodeAction{"chip.answer_short", quarantine},
    CodeAction{"chip.answer_too_long", quarantine},
    CodeAction{"chip.card_faulty", next},
    CodeAction{"chip.readback_differs", next},
    CodeAction{"chip.file_length", next},
    CodeAction{"chip.file_short", next},
    CodeAction{"chip.read_failed", retry_read},
    CodeAction{"chip.profile_fault", stop},
    CodeAction{"chip.profile", stop},
    CodeAction{"chip.content", stop},
    CodeAction{"chip.apdu_too_long", stop},
    CodeAction{"chip.dgi_too_long", stop},
};

}  // namespace

std::string_view name_of(StatusAction action) {
  switch (action) {
    case go_on:
      return "go_on";
    case retry_read:
      return "retry_read";
    case next:
      return "next";
    case quarantine:
      return "quarantine";
    case stop:
      return "stop";
  }
  return {};
}

const StatusWord& status_word(std::uint16_t sw) {
  for (const StatusWord& entry : kTable) {
    if ((sw & entry.mask) == entry.sw) return entry;
  }
  return kNotDocumented;
}

bool succeeded(std::uint16_t sw) {
  return sw == 0x9000 || (sw >> 8) == 0x62 || (sw >> 8) == 0x63;
}

std::string sw_text(std::uint16_t sw) {
  std::array<char, 5> text{};
  std::snprintf(text.data(), text.size(), "%04X", static_cast<unsigned>(sw));
  return text.data();
}

StatusAction action_for(std::uint16_t sw, const StatusOverrides& overrides) {
  const auto found = overrides.find(sw);
  return found == overrides.end() ? status_word(sw).action : found->second;
}

Error refused(std::string_view doing, std::uint16_t sw, const StatusOverrides& overrides) {
  const StatusAction action = action_for(sw, overrides);
  const bool authentication = is_authentication_failure(sw);
  return fail(std::string(authentication ? "chip.authentication_failed" : code_of(action)),
              std::string(doing) + ": the card answered " + sw_text(sw) + " (" +
                  std::string(status_word(sw).meaning) + ")",
              {}, std::string(remedy_of(authentication ? quarantine : action)));
}

StatusAction action_of(const Error& error) {
  for (const CodeAction& entry : kCodes) {
    if (error.code == entry.code) return entry.action;
  }
  return error.happened == Happened::unknown ? quarantine : stop;
}

}  // namespace imprimatur::chip
