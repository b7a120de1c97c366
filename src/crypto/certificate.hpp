// X.509 certificates of the document PKI: parse, build to the ICAO profile, verify a chain.
// ICAO Doc 9303-12 section 7; shared facts in tests/data/lds.json (pki_example).
//
// Immutable; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/keys.hpp"

namespace imprimatur::crypto {

struct CertificateImpl;

class Certificate {
 public:
  static Result<Certificate> from_der(ByteView der);  // error crypto.certificate
  static Result<Certificate> from_pem(std::string_view pem);
  static Result<std::vector<Certificate>> from_pem_bundle(std::string_view pem);  // one or more
  Bytes der() const;
  std::string pem() const;

  PublicKey public_key() const;
  std::string subject() const;        // RFC 2253 text
  std::string country() const;        // countryName of the subject, upper case; empty when absent
  std::string locality_code() const;  // ICAO code in subjectAltName's directoryName; empty when absent
  std::vector<std::string> document_types() const;  // documentTypeList 2.23.136.1.1.6.2
  WallTime not_before() const;
  WallTime not_after() const;
  // Private key usage period; the certificate's own dates when the extension is absent.
  WallTime usage_from() const;
  WallTime usage_to() const;
  Sha256 fingerprint() const;

  const CertificateImpl& impl() const { return *impl_; }

 private:
  explicit Certificate(std::shared_ptr<const CertificateImpl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const CertificateImpl> impl_;
  friend struct CertificateImpl;
};

// Signs `message`'s SHA-256 (or the hash that goes with the key) and answers r ‖ s. The key may be in a
// token.
using Signer = std::function<Result<Bytes>(ByteView message)>;

// The hash that goes with a signature key: SHA-384 for P-384, SHA-256 for the 256-bit curves (RFC 5480
// section 4). CHECK: an EC key.
HashAlgorithm signature_hash(KeyType type);

enum class CertificateRole { csca, document_signer };
enum class CurveParameters { named, explicit_ };

struct CertificateRequest {
  CertificateRole role = CertificateRole::csca;
  std::string country;       // two letters, upper case
  std::string icao_code;     // as in the MRZ: UTO, VNM, D
  std::string organization;  // may be empty
  std::string common_name;
  std::string contact_mail;
  std::string crl_uri;
  std::vector<std::string> document_types;  // document signer only
  Bytes serial;                             // positive, at most 20 bytes
  WallTime not_before;
  WallTime not_after;
  WallTime usage_to;  // private key usage period ends
  CurveParameters parameters = CurveParameters::named;
};

// A certificate for `subject_key` with every extension that the profile asks for, signed with
// `signer`, which belongs to `issuer` (itself for a CSCA: pass nullptr).
Result<Certificate> issue_certificate(const CertificateRequest& request, const PublicKey& subject_key,
                                      const Certificate* issuer, const PublicKey& issuer_key,
                                      const Signer& signer);

// Path certificate → one of `anchors`: signature, dates at `at`, key usage, basic constraints.
// Errors crypto.chain_unknown_issuer, crypto.chain_signature, crypto.chain_expired, crypto.chain_usage.
Status verify_chain(const Certificate& certificate, const std::vector<Certificate>& anchors, WallTime at);
// The same, and which of `anchors` it is.
Result<Certificate> find_anchor(const Certificate& certificate, const std::vector<Certificate>& anchors,
                                WallTime at);

}  // namespace imprimatur::crypto
