// GlobalPlatform Secure Channel Protocol 03 (Card Specification 2.3.1, Amendment D 1.1.2), host side:
// AES-128, 192 and 256, S8 and S16, security levels 00 to 33. One session is used by one thread and in order:
// each command is wrapped once and its answer unwrapped before the next.
//
// Session keys live in Secrets and are wiped with the session. Any error of `unwrap` ends the session: the
// card's and the host's counters no longer agree.
#pragma once

#include "base/random.hpp"
#include "base/secret.hpp"
#include "chip/apdu.hpp"
#include "chip/profile.hpp"
#include "crypto/key_vault.hpp"

namespace imprimatur::chip {

// Bits of the security level (Amendment D, table 7-1 of EXTERNAL AUTHENTICATE).
inline constexpr std::uint8_t kLevelCMac = 0x01;
inline constexpr std::uint8_t kLevelCDec = 0x02;
inline constexpr std::uint8_t kLevelRMac = 0x10;
inline constexpr std::uint8_t kLevelREnc = 0x20;
// 00, 01, 03, 11, 13, 33.
bool is_security_level(std::uint8_t level);

// What the card answers to INITIALIZE UPDATE (Amendment D, 7.1.1).
struct InitializeUpdateAnswer {
  Bytes diversification_data;  // 10 bytes
  std::uint8_t key_version = 0;
  std::uint8_t i_parameter = 0;
  Bytes card_challenge;
  Bytes card_cryptogram;
  Bytes sequence_counter;  // 3 bytes, or empty when the card challenge is random
};
// Error chip.scp03_answer: wrong length, not SCP03, S8 where S16 is wanted or the other way round.
Result<InitializeUpdateAnswer> parse_initialize_update(ByteView data, ScpMode mode);

Command initialize_update(std::uint8_t key_version, ByteView host_challenge);

class Scp03Session {
 public:
  // Derives the session keys and checks the card's cryptogram in constant time. Error
  // chip.authentication_failed: the card does not have these keys; send it nothing more.
  static Result<Scp03Session> begin(const crypto::CardKeys& keys, ByteView host_challenge,
                                    const InitializeUpdateAnswer& answer, ScpMode mode, std::uint8_t level);

  // EXTERNAL AUTHENTICATE with the host's cryptogram, C-MACed; the first command of the session.
  Command external_authenticate();

  // The command as it goes to the card. CLA 00 or 80 becomes 04 or 84. Error chip.apdu_too_long.
  Result<Command> wrap(const Command& command);
  // The answer to the last wrapped command. Error chip.session_lost: R-MAC missing or wrong, or padding
  // wrong.
  Result<Response> unwrap(const Response& response);

  // Plain data bytes that fit into a command whose data field has `wire_bytes` on the wire.
  std::size_t plain_command_max(std::size_t wire_bytes) const;
  std::size_t plain_answer_max(std::size_t wire_bytes) const;

 private:
  Scp03Session() = default;
  Bytes mac_of(const Command& command, ByteView data) const;
  Bytes counter_block(std::uint8_t top) const;

  ScpMode mode_ = ScpMode::s8;
  std::uint8_t level_ = 0;
  Secret s_enc_;
  Secret s_mac_;
  Secret s_rmac_;
  Bytes host_cryptogram_;
  Bytes chaining_;             // 16 bytes: MAC chaining value
  std::uint64_t counter_ = 0;  // of commands after EXTERNAL AUTHENTICATE
};

// Key derivation function of SCP03 (Amendment D, 4.1.5): `bits` bits from `key`.
Bytes scp03_derive(ByteView key, std::uint8_t constant, ByteView context, std::size_t bits);
// Key check value of an AES key: first 3 bytes of the encryption of 16 times 01.
Bytes key_check_value(ByteView key);

}  // namespace imprimatur::chip
