// What a dialect is to the rest of this room: a table of functions. A further dialect is a file with such a
// table and a line in dialect.cpp. All block on the card; called by personalise, closing and chip_state.
#pragma once

#include "chip/personalise.hpp"
#include "chip/secure_channel.hpp"

namespace imprimatur::chip {

// Borrowed by the functions for the time of one call.
struct WriteContext {
  CardChannel& channel;
  const ChipProfile& profile;
  const ChipContent& content;
  crypto::KeyVault& vault;
  Random& random;
};

struct ActivateContext {
  CardChannel& channel;
  const ChipProfile& profile;
  crypto::KeyVault& vault;
  Random& random;
  const KeySetReference& keys;    // of the issuer domain now
  SecureChannel* issuer_session;  // open with `keys`; nullptr when the dialect does not use it
};

struct DialectFunctions {
  // Whether the content can be written as the profile says, keys and chunks too; nothing is sent. Errors
  // chip.content, mrz.*.
  Status (*check)(const ChipProfile& profile, const ChipContent& content, const CardChannel& channel);
  // Writes files, rules and keys, then reads the files back in the personalisation channel.
  Result<lds::FileMap> (*write)(const WriteContext& context);
  // Ends personalisation of the application.
  Status (*activate)(const ActivateContext& context);
  // Without authentication: is the application locked, or does it show that something was written?
  Result<bool> (*is_activated)(CardChannel& channel, const ChipProfile& profile);
  Result<bool> (*is_begun)(CardChannel& channel, const ChipProfile& profile);
  bool activates_through_issuer_domain;
};

const DialectFunctions& functions_of(Dialect dialect);

// Reads every file of `written` through `link` and compares it, byte by byte. Error chip.readback_differs
// names the file; the card is then faulty.
Status read_back(const CardLink& link, const ChipProfile& profile, const lds::FileMap& written,
                 lds::FileMap& read);

}  // namespace imprimatur::chip
