// The chip's side of Chip Authentication with ECDH (ICAO Doc 9303-11 section 6.2), within secure messaging:
// the keys agreed on replace those of the session after the answer. One thread at a time.
#pragma once

#include "devices/virtual_card/document_keys.hpp"
#include "devices/virtual_card/offers.hpp"
#include "devices/virtual_card/secure_messaging.hpp"

namespace imprimatur::devices {

class ChipAuthentication {
 public:
  ChipAuthentication(const Memory& memory, WorkDone& work) : memory_(memory), work_(work) {}

  // MSE:Set AT `00 22 41 A4`, for AES.
  StatusWord set_template(const Command& command);
  // GENERAL AUTHENTICATE after it.
  Response general_authenticate(const Command& command, SecureMessaging& channel);
  // MSE:Set KAT `00 22 41 A6`, for 3DES: all in one command.
  Response set_key_agreement(const Command& command, SecureMessaging& channel);
  void forget() { suite_.reset(); }

  // A counterfeit: agrees with another private key than the one whose public key DG14 has.
  void set_counterfeit(bool counterfeit) { counterfeit_ = counterfeit; }

 private:
  StatusWord check_offer(CipherSuite suite, ByteView key_id) const;
  StatusWord agree(CipherSuite suite, ByteView terminal_key, SecureMessaging& channel);

  const Memory& memory_;
  WorkDone& work_;
  std::optional<CipherSuite> suite_;
  bool counterfeit_ = false;
};

}  // namespace imprimatur::devices
