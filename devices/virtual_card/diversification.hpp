// Keys of one card from a master key (scheme `kdf3` of spec/virtual-card.md). The bench plays the chip
// maker, who gives every blank its transport keys. Pure functions; any thread.
#pragma once

#include "base/secret.hpp"

namespace imprimatur::devices {

// A set of SCP03 keys, all of one length (16, 24 or 32 bytes).
struct CardKeys {
  Secret enc;
  Secret mac;
  Secret dek;
  CardKeys clone() const { return {enc.clone(), mac.clone(), dek.clone()}; }
};

inline constexpr std::size_t kDiversificationSize = 10;

// SP 800-108 in counter mode with CMAC over the diversification data; keys as long as the master.
CardKeys diversify_kdf3(const Secret& master, ByteView diversification_data);

}  // namespace imprimatur::devices
