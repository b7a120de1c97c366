#include "devices/pcsc/pcsc_errors.hpp"

#include <array>
#include <cstdio>
#include <string>

namespace imprimatur::devices {

namespace {

struct Meaning {
  PcscCode code;
  std::string_view name;         // as in winscard.h, without SCARD_
  std::string_view card_code;    // after a command may have reached the card
  std::string_view reader_code;  // before
};

constexpr std::array kTable{
    Meaning{0x80100003, "E_INVALID_HANDLE", "card.transport", "reader.service"},
    Meaning{0x80100008, "E_INSUFFICIENT_BUFFER", "card.transport", "reader.gone"},
    Meaning{0x80100009, "E_UNKNOWN_READER", "card.transport", "reader.gone"},
    Meaning{0x8010000B, "E_SHARING_VIOLATION", "card.transport", "reader.in_use"},
    Meaning{0x8010000C, "E_NO_SMARTCARD", "card.removed", "reader.no_card"},
    Meaning{0x8010000F, "E_PROTO_MISMATCH", "card.transport", "reader.mute"},
    Meaning{0x80100010, "E_NOT_READY", "card.transport", "reader.mute"},
    Meaning{0x80100013, "F_COMM_ERROR", "card.transport", "reader.service"},
    Meaning{0x80100016, "E_NOT_TRANSACTED", "card.transport", "reader.gone"},
    Meaning{0x80100017, "E_READER_UNAVAILABLE", "card.transport", "reader.gone"},
    Meaning{0x8010001D, "E_NO_SERVICE", "card.transport", "reader.service"},
    Meaning{0x8010001E, "E_SERVICE_STOPPED", "card.transport", "reader.service"},
    Meaning{0x8010002E, "E_NO_READERS_AVAILABLE", "card.transport", "reader.gone"},
    Meaning{0x80100065, "W_UNSUPPORTED_CARD", "card.transport", "reader.mute"},
    Meaning{0x80100066, "W_UNRESPONSIVE_CARD", "card.transport", "reader.mute"},
    Meaning{0x80100067, "W_UNPOWERED_CARD", "card.transport", "reader.mute"},
    Meaning{0x80100068, "W_RESET_CARD", "card.reset", "reader.mute"},
    Meaning{0x80100069, "W_REMOVED_CARD", "card.removed", "reader.no_card"},
};

constexpr Meaning kOther{0, "another error", "card.transport", "reader.gone"};

const Meaning& meaning_of(PcscCode code) {
  for (const Meaning& entry : kTable) {
    if (entry.code == code) return entry;
  }
  return kOther;
}

std::string sentence(PcscCode code, std::string_view reader) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(code));
  return "reader " + std::string(reader) + ": PC/SC says " + text.data() + " (" +
         std::string(meaning_of(code).name) + ")";
}

std::string_view remedy_of(std::string_view reader_code) {
  if (reader_code == "reader.no_card") return "Put a card into the reader.";
  if (reader_code == "reader.in_use")
    return "Another program holds the card: end it. The reader is not reset by force.";
  if (reader_code == "reader.mute")
    return "The card does not answer: take it out and clean its contacts; then reject it.";
  if (reader_code == "reader.service") return "Start pcscd.";
  return "Check the reader's cable and power; then clear the fault.";
}

}  // namespace

bool is_service_lost(PcscCode code) {
  return meaning_of(code).reader_code == "reader.service";
}

Error card_error(PcscCode code, std::string_view reader) {
  return unknown(std::string(meaning_of(code).card_code), sentence(code, reader),
                 "The card may have executed the command: read it before anything is done with it.");
}

Error reader_error(PcscCode code, std::string_view reader) {
  const std::string_view reader_code = meaning_of(code).reader_code;
  return fail(std::string(reader_code), sentence(code, reader), {}, std::string(remedy_of(reader_code)));
}

}  // namespace imprimatur::devices
