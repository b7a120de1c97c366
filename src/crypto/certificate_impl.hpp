// What Certificate holds, for this room's own files.
#pragma once

#include "crypto/certificate.hpp"
#include "crypto/openssl.hpp"

namespace imprimatur::crypto {

struct CertificateImpl {
  ossl::X509Certificate x509;
  PublicKey key;
  std::string subject;
  std::string country;
  std::string locality_code;
  std::vector<std::string> document_types;
  WallTime not_before;
  WallTime not_after;
  WallTime usage_from;
  WallTime usage_to;

  // OpenSSL takes certificates as mutable because it counts references and caches extensions under
  // its own lock.
  X509* get() const { return x509.get(); }

  // Error crypto.certificate when something that this room reads is malformed.
  static Result<Certificate> make(ossl::X509Certificate x509);
};

namespace ossl {

// The first subjectAltName or issuerAltName of a certificate; null when absent or malformed.
GeneralNames alternative_names(const X509* certificate, int nid);

// documentTypeList of ICAO 9303-12 section 7.1.1.7, made known to OpenSSL at the first call.
int document_type_list_nid();

}  // namespace ossl
}  // namespace imprimatur::crypto
