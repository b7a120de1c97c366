// Proofs that a chip is no copy: Chip Authentication (ICAO Doc 9303-11 section 6.2) and Active Authentication
// (section 6.1). What they prove counts only when passive authentication trusts DG14 and DG15.
// Block; call them on the reader's own thread.
#pragma once

#include "base/random.hpp"
#include "chip/secure_messaging.hpp"
#include "crypto/keys.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::chip {

// ECDH with the chip's static key: MSE:Set AT and GENERAL AUTHENTICATE (AES), or MSE:Set KAT (3DES), through
// `link`. Answers secure messaging with the new keys: the proof is that the next command under it succeeds.
// Errors chip.chip_authentication (the card refuses or answers wrongly), and the link's.
Result<SecureMessaging> authenticate_chip(const CardLink& link, const lds::ChipAuthenticationInfo& info,
                                          const lds::ChipAuthenticationKey& key, Random& random);

// INTERNAL AUTHENTICATE with 8 random bytes, verified with the key of DG15: RSA by ISO/IEC 9796-2 scheme 1
// (trailers BC, 33CC, 34CC, 35CC, 36CC, 38CC), ECDSA plain r ‖ s with the hash of DG14. Errors
// chip.active_authentication, and the link's.
Status authenticate_actively(const CardLink& link, const crypto::PublicKey& key,
                             std::optional<crypto::HashAlgorithm> ecdsa_hash, Random& random);

}  // namespace imprimatur::chip
