// Basic Access Control (ICAO Doc 9303-11 section 4.3, 9.7): document access keys from the MRZ, mutual
// authentication, 3DES session keys. Blocks where it talks to a card.
#pragma once

#include "base/random.hpp"
#include "chip/secure_messaging.hpp"
#include "lds/mrz.hpp"

namespace imprimatur::chip {

// First 16 bytes of SHA-1 of the MRZ information: what a chip is given as its access key seed.
Secret bac_key_seed(std::string_view mrz_information);
// Error mrz.* when the zone is not valid.
Result<Secret> bac_key_seed(const lds::Mrz& mrz);

enum class KeyPurpose : std::uint8_t { encryption = 1, mac = 2 };
// Two-key 3DES key from a seed, parity adjusted (9303-11 section 9.7.1).
Secret derive_des3_key(const Secret& seed, KeyPurpose purpose);

// The terminal's half of the mutual authentication, as a function of its random numbers.
class BacTerminal {
 public:
  // `rnd_ifd` 8, `k_ifd` 16, `rnd_ic` 8 bytes (CHECK).
  BacTerminal(const Secret& seed, ByteView rnd_ic, ByteView rnd_ifd, Secret k_ifd);
  Command external_authenticate() const;
  // Checks the card's MAC and both challenges. Error chip.access_failed.
  Result<SecureMessaging> finish(ByteView answer) const;

 private:
  Secret k_enc_;
  Secret k_mac_;
  Bytes rnd_ic_;
  Bytes rnd_ifd_;
  Secret k_ifd_;
};

// GET CHALLENGE and EXTERNAL AUTHENTICATE with the selected application. Error chip.access_failed when the
// card refuses or answers wrongly (wrong MRZ or wrong card; not tried again), and the channel's.
Result<SecureMessaging> open_bac(CardChannel& channel, const Secret& seed, Random& random);

}  // namespace imprimatur::chip
