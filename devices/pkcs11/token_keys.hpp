// Making and reading keys of a token, with the narrowest use that PKCS#11 can say. Private to this folder.
#pragma once

#include "crypto/keys.hpp"
#include "devices/pkcs11/pkcs11_module.hpp"

namespace imprimatur::devices {

// What a secret key may do in the token, and nothing else: a derivation master makes CMACs, a wrapping key
// enciphers data keys, an HMAC key makes HMACs.
enum class SecretKeyUse { derive, wrap, hmac };

// A key made inside: sensitive, never extractable. AES-128 for `derive` (the cards' key length), AES-256 for
// `wrap`, 32 bytes for `hmac`.
Status make_secret_key(TokenSession& session, std::string_view label, SecretKeyUse use);

// A derivation master from outside (16, 24 or 32 bytes): sensitive and not extractable from then on.
Status import_derivation_master(TokenSession& session, std::string_view label, const Secret& key);

// A key pair that signs and does nothing else. ec_p256, ec_p384, ec_brainpool_p256r1 or ed25519.
Status make_signing_pair(TokenSession& session, std::string_view label, crypto::KeyType type);

Result<crypto::PublicKey> read_public_key(TokenSession& session, CK_OBJECT_HANDLE key);

}  // namespace imprimatur::devices
