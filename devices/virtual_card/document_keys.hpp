// The keys of the document that the personaliser puts onto the card (FORMAT.md section 1): access keys, and
// the private keys of active and chip authentication. Pure functions; any thread.
#pragma once

#include <optional>

#include "base/secret.hpp"
#include "crypto/curves.hpp"

namespace imprimatur::devices {

inline constexpr std::uint16_t kAccessKeys = 0x8F01;
inline constexpr std::uint16_t kActiveAuthenticationKey = 0x8F02;
inline constexpr std::uint16_t kChipAuthenticationKey = 0x8F03;

// Views into the value of 8F01; empty where it has none.
struct AccessKeys {
  ByteView bac_seed;      // 16 bytes
  ByteView mrz_password;  // 20 bytes
  ByteView can;
};

struct EcPrivateKey {
  crypto::Curve curve = crypto::Curve::p256;
  ByteView scalar;
};

// Numbers of an RSA key.
struct RsaPrivateKey {
  ByteView n, e, d, p, q;
};

// A multiplication by a scalar, in those on a curve of 256 bits, for the time model.
std::size_t multiplication_work(crypto::Curve curve);

// Nothing when the value is not well formed.
std::optional<AccessKeys> read_access_keys(ByteView value);
std::optional<EcPrivateKey> read_ec_key(ByteView value);
std::optional<RsaPrivateKey> read_rsa_key(ByteView value);

// Whether the value is what the object 8F01, 8F02 or 8F03 may have.
bool is_document_key(std::uint16_t dgi, ByteView value);

}  // namespace imprimatur::devices
