// The chip's side of Basic Access Control (ICAO Doc 9303-11 section 4.3): GET CHALLENGE and EXTERNAL
// AUTHENTICATE, which opens 3DES secure messaging. Volatile but for the seed. One thread at a time.
#pragma once

#include "base/random.hpp"
#include "devices/virtual_card/secure_messaging.hpp"

namespace imprimatur::devices {

class BasicAccessControl {
 public:
  BasicAccessControl(Random& random, WorkDone& work) : random_(random), work_(work) {}

  // A fresh RND.IC of 8 bytes; an earlier one is void.
  Response get_challenge(const Command& command);
  // `seed` is the 16-byte key seed of the document. On success `channel` is open. A challenge serves once.
  // 6300 when the terminal does not know the keys.
  Response external_authenticate(const Command& command, ByteView seed, SecureMessaging& channel);
  void forget() { challenge_.clear(); }

 private:
  Random& random_;
  WorkDone& work_;
  Bytes challenge_;  // empty: none was given
};

}  // namespace imprimatur::devices
