// Key derivation of the access protocols (ICAO Doc 9303-11 section 9.7.1) and the start of secure messaging
// after PACE or Chip Authentication. Pure functions; any thread.
#pragma once

#include "base/secret.hpp"
#include "chip/secure_messaging.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

enum class DerivedKey : std::uint32_t { encryption = 1, mac = 2, password = 3 };

// KDF(secret, counter): SHA-1 for 3DES and AES-128, SHA-256 for AES-192 and AES-256; parity adjusted for
// 3DES.
Secret derive_key(ByteView secret, DerivedKey key, lds::CipherSuite suite);

// Secure messaging with both keys derived from an agreed secret, its counter at zero.
SecureMessaging start_messaging(ByteView agreed_secret, lds::CipherSuite suite);

// Authentication token of PACE (section 4.4.3.4): MAC with the MAC key over the public key data object
// 7F49 {06 oid, 86 point}, 8 bytes. `oid`: the value's bytes, without tag.
Bytes authentication_token(const Secret& mac_key, lds::CipherSuite suite, ByteView oid, ByteView point);

}  // namespace imprimatur::chip
