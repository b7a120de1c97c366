// Object identifiers of the access protocols as their commands carry them: the value's bytes without tag
// (BSI TR-03110-3 section A.1.1). Header only.
#pragma once

#include "base/bytes.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

// The last number of both protocols' identifiers: 1 3DES, 2 AES-128, 3 AES-192, 4 AES-256.
inline std::uint8_t suite_arc(lds::CipherSuite suite) {
  return static_cast<std::uint8_t>(static_cast<int>(suite) + 1);
}

// id-PACE-ECDH-GM, 0.4.0.127.0.7.2.2.4.2.x.
inline Bytes pace_oid(lds::CipherSuite suite) {
  return {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x04, 0x02, suite_arc(suite)};
}

// id-CA-ECDH, 0.4.0.127.0.7.2.2.3.2.x.
inline Bytes chip_authentication_oid(lds::CipherSuite suite) {
  return {0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, suite_arc(suite)};
}

}  // namespace imprimatur::chip
