// Hashes, HMAC and the comparison of secrets. Pure functions; any thread. They fail only when
// OpenSSL itself is broken, which stops the process.
#pragma once

#include <array>
#include <initializer_list>

#include "base/bytes.hpp"

namespace imprimatur::crypto {

enum class HashAlgorithm { sha1, sha224, sha256, sha384, sha512 };

std::size_t digest_size(HashAlgorithm algorithm);  // bytes
Bytes digest(HashAlgorithm algorithm, ByteView message);

using Sha256 = std::array<std::uint8_t, 32>;
Sha256 sha256(ByteView message);
Sha256 sha256(std::initializer_list<ByteView> parts);  // of the parts side by side

Sha256 hmac_sha256(ByteView key, ByteView message);

// Constant time for equal lengths. Lengths are public.
bool equal_secret(ByteView left, ByteView right);

}  // namespace imprimatur::crypto
