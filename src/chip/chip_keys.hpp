// The key pairs of one card: for active authentication (DG15) and chip authentication (DG14). Made anew for
// each card as its profile says, injected enciphered, wiped with the object; they never leave the process in
// another way. Any thread, before the card is there: an RSA key takes a while.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "chip/profile.hpp"
#include "crypto/curves.hpp"
#include "crypto/keys.hpp"

namespace imprimatur::chip {

struct ChipAuthenticationPair {
  crypto::Curve curve = crypto::Curve::p256;
  Secret scalar;
  Bytes point;  // 04 ‖ x ‖ y
};

struct ChipKeys {
  std::optional<crypto::PrivateKey> active_authentication;
  std::optional<ChipAuthenticationPair> chip_authentication;
};

// The pairs that the profile asks for.
Result<ChipKeys> make_chip_keys(const ChipProfile& profile, Random& random);

// Adds what the profile's protocols need to the files of a card: EF.CardAccess, DG14, DG15, and EF.COM's list
// of them. Before EF.SOD is made. Replaces them when they are there already.
Status add_key_files(const ChipProfile& profile, const ChipKeys& keys, lds::FileMap& files);

}  // namespace imprimatur::chip
