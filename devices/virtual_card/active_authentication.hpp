// The chip's side of Active Authentication (ICAO Doc 9303-11 section 6.1): INTERNAL AUTHENTICATE with the key
// of DGI 8F02. Stateless; one thread at a time.
#pragma once

#include "base/random.hpp"
#include "devices/virtual_card/document_keys.hpp"
#include "devices/virtual_card/scp03.hpp"

namespace imprimatur::devices {

class ActiveAuthentication {
 public:
  ActiveAuthentication(const Memory& memory, Random& random, WorkDone& work)
      : memory_(memory), random_(random), work_(work) {}

  // RSA: ISO/IEC 9796-2 scheme 1 with partial recovery, SHA-1 with a modulus of 1024 bits and SHA-256 with a
  // longer one; EC: r ‖ s, SHA-256. 6A88 without a key.
  Response internal_authenticate(const Command& command);

  // A counterfeit: signs with another key than the one whose public key DG15 has.
  void set_counterfeit(bool counterfeit) { counterfeit_ = counterfeit; }

 private:
  Response sign_rsa(const RsaPrivateKey& numbers, ByteView challenge);
  Response sign_ec(const EcPrivateKey& key, ByteView challenge);

  const Memory& memory_;
  Random& random_;
  WorkDone& work_;
  bool counterfeit_ = false;
};

}  // namespace imprimatur::devices
