// Cipher suites of secure messaging and the derivation of their keys (ICAO Doc 9303-11 section 9.7.1), as
// the chip does it. Pure functions; any thread.
#pragma once

#include "base/secret.hpp"

namespace imprimatur::devices {

enum class CipherSuite : std::uint8_t { des3, aes128, aes192, aes256 };

struct MessagingKeys {
  CipherSuite suite = CipherSuite::des3;
  Secret enc;
  Secret mac;
};

std::size_t block_size(CipherSuite suite);  // bytes: 8 or 16

// Both session keys from the secret that was agreed on; for 3DES also the document's BAC keys from its seed.
MessagingKeys derive_messaging_keys(CipherSuite suite, ByteView secret);
// K_pi of PACE from a password (9303-11 section 9.7.3).
Secret derive_password_key(CipherSuite suite, ByteView password);

// The MAC of these keys, 8 bytes; `message` has whole blocks.
Bytes message_mac(const MessagingKeys& keys, ByteView message);

}  // namespace imprimatur::devices
