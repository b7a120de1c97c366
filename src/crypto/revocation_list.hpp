// Certificate revocation lists of the document PKI (ICAO Doc 9303-12 section 7.1.4; RFC 5280 section 5):
// version 2, whole (no delta, no indirect list), signed by the CSCA. Pure functions; any thread.
#pragma once

#include "crypto/certificate.hpp"

namespace imprimatur::crypto {

enum class Revocation {
  not_covered,  // the list is of another authority
  good,
  revoked,
};

// What the list, in DER, says of `certificate` at `at`. It counts only when one of `anchors` has its issuer's
// name, may sign lists, and signed it; `good` also needs `at` from thisUpdate to nextUpdate, which must be
// there. Errors crypto.crl_syntax, crypto.crl_signature, crypto.crl_expired.
Result<Revocation> look_up_revocation(ByteView list_der, const Certificate& certificate,
                                      const std::vector<Certificate>& anchors, WallTime at);

}  // namespace imprimatur::crypto
