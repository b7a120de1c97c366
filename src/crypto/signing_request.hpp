// Certification requests (PKCS#10, RFC 2986): what a station sends to the CSCA for a document signer whose
// key is in its token. The extensions that ICAO Doc 9303-12 section 7.1 leaves to the subject are asked for;
// those of the issuer (key identifiers, issuer's alternative name, distribution points) the CSCA adds.
//
// Pure functions; any thread.
#pragma once

#include "crypto/certificate.hpp"

namespace imprimatur::crypto {

struct SigningRequest {
  std::string country;       // two letters, upper case
  std::string icao_code;     // as in the MRZ
  std::string organization;  // may be empty
  std::string common_name;
  std::string contact_mail;
  std::vector<std::string> document_types;  // as in the MRZ; one at least
  // Private key usage period asked for.
  WallTime usage_from;
  WallTime usage_to;
  CurveParameters parameters = CurveParameters::named;
};

// DER. `signer` is called once with CertificationRequestInfo, as for certificates; what it answers is
// verified (crypto.certificate_own_signature). Errors crypto.certificate_request with the field, and the
// signer's.
Result<Bytes> build_signing_request(const SigningRequest& request, const PublicKey& key,
                                    const Signer& signer);

// PEM text, BEGIN CERTIFICATE REQUEST.
std::string signing_request_pem(ByteView der);

}  // namespace imprimatur::crypto
