// Personalisation of one chip (design section 7), in the order write → read back → rotate keys → activate →
// issuer domain SECURED. Inspection follows (inspect.hpp). Blocks; call it on the reader's own thread.
//
// Errors, for all functions:
//   the channel's (card.*, Happened::unknown): the card may have executed the command. Read the card first
//     (read_chip_state); never start again blindly.
//   chip.authentication_failed: wrong keys or a counterfeit. Nothing was tried again; quarantine the card.
//   chip.* otherwise: `action_of(error)` (status_words.hpp) says what to do with card and line.
// vault.* errors stop before the card was changed, but for those of close_chip between its steps.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "chip/chip_keys.hpp"
#include "chip/profile.hpp"
#include "crypto/key_vault.hpp"
#include "lds/files.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::chip {

// Who a chip is: its card production life cycle data, all 42 bytes (GP tag 9F7F), or what the profile's
// `identity` command answers instead.
struct ChipIdentity {
  Bytes cplc;
  std::string hex() const;  // upper case, 84 characters of a CPLC: `chip_id` of the stock receipt
  bool operator==(const ChipIdentity&) const = default;
};

// The profile's SELECT and identity command (GET DATA 9F7F); changes nothing. Error chip.identity when the
// answer is no CPLC.
Result<ChipIdentity> read_identity(CardChannel& channel, const ChipProfile& profile);

// How far a chip has come, told without any authentication: for recovery after a cut.
enum class ChipProgress {
  untouched,  // nothing outside the personalisation channel shows that anything was written
  written,    // files, or the card's own keys, are there; not closed
  closed,     // the application is locked, and the card has its own keys where the profile gives it some
};
struct ChipState {
  ChipIdentity identity;
  std::vector<std::uint8_t> key_versions;  // of the issuer domain (GP key information template E0)
  bool activated = false;   // the application takes part in access control: nothing is written any more
  bool blank_keys = false;  // the profile's version of the blank's keys is there
  bool card_keys = false;   // the profile's version of the card's own keys is there
  // Where a profile has no keys of its own for the card, blank_keys means "not activated" and card_keys
  // "activated".
  ChipProgress progress = ChipProgress::untouched;
};
Result<ChipState> read_chip_state(CardChannel& channel, const ChipProfile& profile);

// What goes onto the chip: whole files, EF.COM and EF.SOD among them, the MRZ whose data are the access key,
// and the private keys that DG14 and DG15 are the other half of (chip_keys.hpp).
struct ChipContent {
  lds::FileMap files;
  lds::Mrz mrz;
  std::string can = {};  // six digits; empty when the face has none
  ChipKeys keys = {};
};

struct ApduCount {
  std::size_t commands = 0;    // command APDUs sent
  std::size_t bytes_sent = 0;  // on the wire
  std::size_t bytes_received = 0;
};

struct WriteReport {
  ApduCount count;
  std::size_t payload_bytes = 0;  // bytes of the files
  std::uint8_t key_version = 0;   // that opened the channel
  lds::FileMap read_back;         // as the card gave them; equal to the content
};

// Every file of `content` in the profile's order, access rules and keys, as the profile's dialect tells them
// to the card, then all of it read back in the personalisation channel and compared byte by byte, once.
// Before anything is sent: every required file is there, none that the profile lacks, the keys are those that
// the profile asks for (chip.content). Error chip.readback_differs names the file; the card is then faulty.
Result<WriteReport> write_chip(CardChannel& channel, const ChipProfile& profile, const ChipContent& content,
                               crypto::KeyVault& vault, Random& random);

struct CloseReport {
  ApduCount count;
  std::uint8_t key_version = 0;  // of the card's own keys, which are now the only ones
  // What this call did; false where an earlier, cut attempt had done it already or the profile does not ask
  // for it.
  bool keys_rotated = false;
  bool activated = false;
  bool secured = false;
};

// The profile's closing steps: PUT KEY from the blank's to the card's own keys with check values compared and
// the key template read afterwards; activation; issuer domain to SECURED. Never CARD_LOCKED, never
// TERMINATED. The key template is read before any authentication, so that it may be called again after a cut:
// what is done already is left as it is. Error chip.key_check when the card's check values are not ours.
Result<CloseReport> close_chip(CardChannel& channel, const ChipProfile& profile, crypto::KeyVault& vault,
                               Random& random);

}  // namespace imprimatur::chip
