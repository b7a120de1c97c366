// RSA without any padding, and on it the signature with message recovery that chips answer in Active
// Authentication (ISO/IEC 9796-2 scheme 1; ICAO Doc 9303-11 section 6.1, appendix F). Pure functions; any
// thread.
#pragma once

#include <optional>

#include "crypto/keys.hpp"

namespace imprimatur::crypto {

// Both take a number as long as the modulus and below it, big-endian, and answer one of the same length.
// Error crypto.rsa for another length or a larger number. CHECK: an RSA key.
Result<Bytes> rsa_public(const PublicKey& key, ByteView number);
Result<Bytes> rsa_private(const PrivateKey& key, ByteView number);

// The representative that was signed: `recovered` (6A ‖ M1 ‖ hash ‖ trailer). Whether it is of that form,
// with the hash over M1 ‖ `not_recovered` that its trailer names: BC or 33CC SHA-1, 38CC SHA-224, 34CC
// SHA-256, 36CC SHA-384, 35CC SHA-512.
bool is_iso9796_2_representative(ByteView recovered, ByteView not_recovered);

// Verifies a signature with partial recovery over a message whose end is `not_recovered` (the challenge).
// Takes also the smaller of S and n - S, as some chips answer it. False for every wrong signature, also a
// malformed one. CHECK: an RSA key.
bool verify_iso9796_2(const PublicKey& key, ByteView not_recovered, ByteView signature);

}  // namespace imprimatur::crypto
