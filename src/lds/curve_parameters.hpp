// SubjectPublicKeyInfo of EC keys (RFC 5480; BSI TR-03111 section 4.3), the curve by name or by explicit
// parameters, as DG14 carries it. Explicit parameters count only when they are those of a curve of ours: then
// nobody chose them. For this room's own files; pure functions.
#pragma once

#include <optional>

#include "crypto/curves.hpp"
#include "lds/security_infos.hpp"

namespace imprimatur::lds {

// CHECK: an uncompressed point of the curve's size.
Bytes encode_ec_public_key(crypto::Curve curve, ByteView point, CurveForm form);

struct EcPublicKey {
  crypto::Curve curve = crypto::Curve::p256;
  Bytes point;  // 04 ‖ x ‖ y of the curve's size; that it is on the curve is checked where it is used
};
// Nothing for a well formed key on another curve or of another kind. Errors of tlv.hpp and
// lds.security_infos.
Result<std::optional<EcPublicKey>> decode_ec_public_key(ByteView subject_public_key_info);

}  // namespace imprimatur::lds
