// EF.SOD, the document security object (ICAO Doc 9303-10 section 4.6.2), and passive authentication
// (9303-11 section 5.1; 9303-12 section 7).
#pragma once

#include <optional>
#include <vector>

#include "crypto/certificate.hpp"
#include "crypto/cms.hpp"
#include "lds/files.hpp"

namespace imprimatur::lds {

inline constexpr std::string_view kLdsSecurityObjectOid = "2.23.136.1.1.1";

struct SecurityObject {
  crypto::HashAlgorithm hash = crypto::HashAlgorithm::sha256;
  std::map<int, Bytes> hashes;   // by data group number, over the whole file
  bool lds_version_info = true;  // version 1 with LDS 0108 and Unicode 040000; else version 0
};
// Whether the object has the hash of this file as it is.
bool vouches_for(const SecurityObject& object, FileId file, ByteView content);
Bytes encode_security_object(const SecurityObject& object);
// Errors of tlv.hpp and lds.security_object.
Result<SecurityObject> decode_security_object(ByteView der);

// EF.SOD (tag 77) over every data group in `files`. At least two groups (CHECK). Data groups and signed
// attributes are hashed with the hash that goes with the signer's key (crypto::signature_hash): `signer`
// hashes what it is given in the same way.
Result<Bytes> build_sod(const FileMap& files, const crypto::Certificate& signer_certificate,
                        const crypto::Signer& signer);

// What a border would conclude. Every check that failed is named; `authentic` only when none did.
struct PassiveReport {
  struct Failure {
    std::string code;  // pa.signature, pa.chain, pa.usage_period, pa.document_type, pa.country, pa.hash,
                       // pa.not_listed, pa.syntax, pa.profile, pa.revoked, pa.crl
    std::string sentence;
  };
  std::vector<Failure> failures;
  // Rules of 9303-12 that the signer's certificate does not keep and that came with later editions: worth a
  // look, but documents in the field are so. Code pa.profile.
  std::vector<Failure> remarks;
  std::optional<crypto::Certificate> signer;
  SecurityObject object;
  bool authentic() const { return failures.empty(); }
};

// `files` are the groups that were read (others of the list are not counted as failures), with DG1 for the
// document type and country checks. `at` is the time of verification. `revocation_lists`: DER, of any
// authorities; those of the signer's authority must be good and current (pa.crl), and none may name the
// signer (pa.revoked). A list that cannot be read is pa.crl too. Without a list of that authority, nothing is
// said about revocation. `expected_signer`: as for crypto::verify_signed_data; it only saves time.
PassiveReport authenticate_passively(ByteView ef_sod, const FileMap& files,
                                     const std::vector<crypto::Certificate>& anchors, WallTime at,
                                     const std::vector<Bytes>& revocation_lists = {},
                                     const crypto::Certificate* expected_signer = nullptr);

}  // namespace imprimatur::lds
