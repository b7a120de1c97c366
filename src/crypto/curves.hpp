// Elliptic curve arithmetic as PACE and Chip Authentication need it (ICAO Doc 9303-11 sections 4.4 and 6.2;
// BSI TR-03111): ephemeral keys over a given generator, ECDH, and the generic mapping.
//
// Points are 04 ‖ x ‖ y of the curve's field size. A point from outside is checked: it is on the curve and is
// not infinity, else error crypto.point. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace imprimatur::crypto {

// The curves that travel documents of our profiles use. Values: standardised domain parameters of PACE
// (9303-11 table 4).
enum class Curve : std::uint8_t { p256 = 12, brainpool_p256r1 = 13, p384 = 15, brainpool_p384r1 = 16 };

std::size_t field_bytes(Curve curve);
std::string_view name_of(Curve curve);  // "P-256", "P-384", "brainpoolP256r1", "brainpoolP384r1"
std::optional<Curve> curve_named(std::string_view name);

// 1 to order - 1, field_bytes long.
Secret random_scalar(Curve curve, Random& random);

// scalar * generator, and scalar * point. The scalar is field_bytes long (CHECK) and 1 to order - 1; error
// crypto.point otherwise.
Result<Bytes> multiply(Curve curve, const Secret& scalar);
Result<Bytes> multiply(Curve curve, const Secret& scalar, ByteView point);

// Generic mapping (9303-11 section 4.4.3.3.1): nonce * generator + shared. Error crypto.point also when the
// result is infinity.
Result<Bytes> map_nonce(Curve curve, const Secret& nonce, ByteView shared);

// The x coordinate: the secret of an ECDH (TR-03111 section 4.3.1).
Secret x_coordinate(ByteView point);

}  // namespace imprimatur::crypto
