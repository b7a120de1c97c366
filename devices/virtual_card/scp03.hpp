// The card's side of GlobalPlatform SCP03 (Amendment D): INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, and
// unwrapping and wrapping of what follows. One object is one secure channel of one card, in volatile
// memory: it ends with power, with SELECT, and with the first wrong MAC. One thread at a time.
#pragma once

#include <optional>

#include "devices/virtual_card/memory.hpp"

namespace imprimatur::devices {

// Work done by the card's cipher units, for the time model.
struct WorkDone {
  std::size_t aes_blocks = 0;
  std::size_t des_blocks = 0;
  std::size_t curve_multiplications = 0;  // by a scalar, on a curve of 256 bits
  std::size_t rsa_signature_bits = 0;     // modulus sizes of the signatures made
  std::size_t penalties = 0;              // waits after a wrong password
};

class Scp03 {
 public:
  // `domain` is the name of the security domain whose keys open the channel: it enters the card challenge.
  Scp03(Memory& memory, WorkDone& work, ByteView domain)
      : memory_(memory), work_(work), domain_(domain.begin(), domain.end()) {}

  // INITIALIZE UPDATE (80 50). Ends an open channel, counts the sequence counter up. With `wrong_keys`
  // the card plays a counterfeit that does not know its keys.
  Response initialize_update(const Command& command, bool wrong_keys);
  // EXTERNAL AUTHENTICATE (84 82). Opens the channel, or counts a failed attempt (6300).
  Response external_authenticate(const Command& command);

  bool open() const { return level_ != 0; }
  void close();

  // Checks and takes off the secure messaging of a command: C-MAC, then C-DECRYPTION. A wrong MAC ends the
  // channel (6988). The result has no MAC, is plain, and keeps its CLA without the secure messaging bit.
  // `status` is other than 9000 when it failed.
  StatusWord unwrap(Command& command);
  // Puts R-ENC and R-MAC on an answer as the level asks: only with 9000, 62xx and 63xx.
  Response wrap(Response response);
  // Bytes of plain answer that fit into an answer of `most` bytes.
  std::size_t plain_answer_max(std::size_t most) const;

  // The static K-DEK of the key set that opened the channel.
  const Secret& data_encryption_key() const { return data_encryption_key_; }

 private:
  struct SessionKeys {
    Secret enc;
    Secret mac;
    Secret response_mac;
  };

  std::size_t mac_size() const { return memory_.identity().s16 ? 16 : 8; }
  Bytes derive(const Secret& key, std::uint8_t constant, ByteView context, std::size_t size);
  Bytes chaining_vector(bool of_answer);
  // The C-MAC of a command as sent; all 16 bytes.
  Bytes command_mac(const Command& command);
  Response fail_authentication();

  Memory& memory_;
  WorkDone& work_;
  Bytes domain_;
  std::uint8_t key_version_ = 0;
  bool challenge_given_ = false;
  std::uint8_t level_ = 0;  // 0: no channel
  SessionKeys keys_;
  Secret data_encryption_key_;
  Bytes host_cryptogram_;
  Bytes mac_chaining_;
  std::uint64_t counter_ = 0;
};

}  // namespace imprimatur::devices
