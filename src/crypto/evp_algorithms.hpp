// Algorithms of OpenSSL's default provider, fetched once: an implicit fetch at every call would cost
// more than hashing a short message. For this room's own files only. Any thread.
#pragma once

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"

namespace imprimatur::crypto::ossl {

// Owned by the process; they cannot change.
const EVP_MD* hash(HashAlgorithm algorithm);

enum class CipherMode { ecb, cbc, gcm };
// AES for a key of `key_size` bytes (16, 24 or 32; CHECK).
const EVP_CIPHER* aes(std::size_t key_size, CipherMode mode);
// Two-key 3DES in CBC mode.
const EVP_CIPHER* des3_cbc();

}  // namespace imprimatur::crypto::ossl
