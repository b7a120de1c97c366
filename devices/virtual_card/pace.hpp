// The chip's side of PACE with ECDH and generic mapping (ICAO Doc 9303-11 section 4.4): MSE:Set AT and four
// GENERAL AUTHENTICATE, of which the last opens secure messaging. Volatile but for the count of wrong CAN
// tries (FORMAT.md section 1). One thread at a time.
#pragma once

#include "base/random.hpp"
#include "devices/virtual_card/document_keys.hpp"
#include "devices/virtual_card/offers.hpp"
#include "devices/virtual_card/secure_messaging.hpp"

namespace imprimatur::devices {

inline constexpr std::uint8_t kCanTriesMax = 10;

class Pace {
 public:
  Pace(Memory& memory, Random& random, WorkDone& work) : memory_(memory), random_(random), work_(work) {}

  // MSE:Set AT `00 22 C1 A4` of a finished chip.
  StatusWord set_template(const Command& command);
  // GENERAL AUTHENTICATE; `chained`: the class byte says that more follows. On success of the last,
  // `channel` is open. Any error starts over.
  Response general_authenticate(const Command& command, bool chained, SecureMessaging& channel);
  void forget() { run_ = {}; }

 private:
  enum class Step { none, nonce, mapping, agreement, token };
  enum class Password : std::uint8_t { mrz = 1, can = 2 };

  // One run of the protocol.
  struct Run {
    Step next = Step::none;
    Bytes identifier;
    CipherSuite suite = CipherSuite::aes128;
    crypto::Curve curve = crypto::Curve::p256;
    Password password = Password::mrz;
    Secret nonce;
    Bytes generator;  // mapped
    Bytes own_key;    // ephemeral public keys of the agreement
    Bytes terminal_key;
    MessagingKeys keys;
  };

  StatusWord choose_offer(ByteView identifier, ByteView parameters);
  StatusWord choose_password(ByteView reference);
  ByteView password_bytes() const;
  Response step(ByteView content, SecureMessaging& channel);
  Response give_nonce(ByteView content);
  Response map(ByteView content);
  Response agree(ByteView content);
  Response authenticate(ByteView content, SecureMessaging& channel);
  Bytes token(ByteView public_key);

  Memory& memory_;
  Random& random_;
  WorkDone& work_;
  Run run_;
};

}  // namespace imprimatur::devices
