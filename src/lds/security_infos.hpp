// SecurityInfos (ICAO Doc 9303-11 section 9.2): what a chip offers, in EF.CardAccess (for PACE, readable
// before access) and DG14 (signed by way of EF.SOD); and DG15, the key of active authentication. Encoders
// produce whole files; decoders never trust a length. Entries that are not known here are kept by their
// object identifier and change nothing. Pure functions; any thread.
//
// Decoders answer the errors of tlv.hpp, lds.object_identifier, and lds.security_infos for what is well
// formed but not allowed. At most 64 entries. Points have their curve's size; whether they are on it is
// checked by the arithmetic that uses them (curves.hpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crypto/curves.hpp"
#include "crypto/keys.hpp"
#include "lds/files.hpp"

namespace imprimatur::lds {

// Session keys and MACs that a protocol ends in. 3DES: CBC and retail MAC; AES: CBC and CMAC.
enum class CipherSuite { des3, aes128, aes192, aes256 };
std::string_view name_of(CipherSuite suite);  // "3des", "aes-128", "aes-192", "aes-256"
std::optional<CipherSuite> cipher_suite_named(std::string_view name);

// PACE with ECDH and generic mapping (id-PACE-ECDH-GM, 0.4.0.127.0.7.2.2.4.2.x), version 2. Offers of other
// mappings or parameters are among `unknown`.
struct PaceInfo {
  CipherSuite suite = CipherSuite::aes128;
  crypto::Curve curve = crypto::Curve::p256;
  bool operator==(const PaceInfo&) const = default;
};

// Chip authentication with ECDH (id-CA-ECDH, 0.4.0.127.0.7.2.2.3.2.x), version 1.
struct ChipAuthenticationInfo {
  CipherSuite suite = CipherSuite::aes128;
  std::optional<std::uint32_t> key_id;
  bool operator==(const ChipAuthenticationInfo&) const = default;
};
// id-PK-ECDH 0.4.0.127.0.7.2.2.1.2. The curve by name, or by explicit parameters that are one of ours.
struct ChipAuthenticationKey {
  crypto::Curve curve = crypto::Curve::p256;
  Bytes point;  // 04 ‖ x ‖ y
  std::optional<std::uint32_t> key_id;
  bool operator==(const ChipAuthenticationKey&) const = default;
};

struct SecurityInfos {
  std::vector<PaceInfo> pace;
  std::vector<ChipAuthenticationInfo> chip_authentication;
  std::vector<ChipAuthenticationKey> chip_authentication_keys;
  // ActiveAuthenticationInfo (2.23.136.1.1.5), needed when DG15 has an EC key: the hash of its signatures.
  std::optional<crypto::HashAlgorithm> active_authentication_hash;
  std::vector<std::string> unknown;  // object identifiers, dotted
  bool operator==(const SecurityInfos&) const = default;
};

// How the public key's curve is written: by name, or by explicit parameters as many readers want it.
enum class CurveForm { named, explicit_ };

// EF.CardAccess: the SET itself, outer tag 31. PACE entries only.
Bytes encode_card_access(const std::vector<PaceInfo>& pace);
Result<SecurityInfos> decode_card_access(ByteView file);

// DG14: tag 6E around the SET. `unknown` is not written.
Bytes encode_dg14(const SecurityInfos& infos, CurveForm form = CurveForm::named);
Result<SecurityInfos> decode_dg14(ByteView file);

// SubjectPublicKeyInfo of an EC key, for encode_dg15. `point` is 04 ‖ x ‖ y of the curve's size (CHECK).
Bytes subject_public_key_info(crypto::Curve curve, ByteView point, CurveForm form = CurveForm::named);

// DG15: tag 6F around a SubjectPublicKeyInfo.
Bytes encode_dg15(ByteView subject_public_key_info);
Result<crypto::PublicKey> decode_dg15(ByteView file);

}  // namespace imprimatur::lds
