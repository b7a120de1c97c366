// Port KeyVault: the station's keys, which never leave it (design, promise 9). Implemented by
// devices/pkcs11 over a PKCS#11 token and by tests/support/memory_vault.hpp for unit tests.
//
// Any thread; calls block for the token. Keys are named by label. Error vault.* : vault.no_key,
// vault.token, vault.locked. A failed call has not changed the token.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/keys.hpp"

namespace imprimatur::crypto {

// Static keys of one card, derived from a master. Wiped after use.
struct CardKeys {
  Secret enc;
  Secret mac;
  Secret dek;
};

class KeyVault {
 public:
  virtual ~KeyVault() = default;

  // Card keys from the master `label` by scheme kdf3 (SP 800-108 counter mode, CMAC) over the 10
  // bytes of key diversification data that the chip answered.
  virtual Result<CardKeys> derive_card_keys(std::string_view label, ByteView diversification_data) = 0;

  // ECDSA signature r ‖ s over the digest (32 bytes for P-256).
  virtual Result<Bytes> sign_digest(std::string_view label, ByteView digest) = 0;

  // Ed25519 over the message, 64 bytes.
  virtual Result<Bytes> sign_message(std::string_view label, ByteView message) = 0;

  virtual Result<PublicKey> public_key(std::string_view label) = 0;

  // HMAC-SHA-256, 32 bytes.
  virtual Result<Bytes> hmac(std::string_view label, ByteView message) = 0;

  // Wraps a 32-byte data key under the AES key `label`; the same context opens it again. The
  // wrapped form is opaque. unwrap: error vault.unwrap when key, bytes or context differ.
  virtual Result<Bytes> wrap(std::string_view label, const Secret& data_key, ByteView context) = 0;
  virtual Result<Secret> unwrap(std::string_view label, ByteView wrapped, ByteView context) = 0;

  // AES-256 key for wrapping. make: error vault.exists. destroy: vault.no_key when it is gone already.
  virtual Status make_wrapping_key(std::string_view label) = 0;
  virtual Status destroy_key(std::string_view label) = 0;
  virtual Result<bool> has_key(std::string_view label) = 0;
};

}  // namespace imprimatur::crypto
