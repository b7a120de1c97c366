// Names and extensions of the certificate profile (ICAO Doc 9303-12 section 7.1), put into an X509. For this
// room's own files only.
#pragma once

#include "crypto/certificate_impl.hpp"

namespace imprimatur::crypto::ossl {

// What is asked for a certificate's subject, checked before OpenSSL sees it. Error crypto.certificate_request
// with the field.
struct SubjectFields {
  const std::string& country;
  const std::string& icao_code;
  const std::string& organization;
  const std::string& common_name;
  const std::string& contact_mail;
  const std::vector<std::string>& document_types;
};
Status check_subject(const SubjectFields& fields);

std::time_t seconds_of(WallTime time);
// An empty organization is left out.
Name subject_name(const std::string& country, const std::string& organization,
                  const std::string& common_name);

void set_public_key(X509* x509, const PublicKey& key, CurveParameters parameters);
void add_key_identifiers(X509* x509, const Certificate* issuer);  // null: its own issuer
void add_key_usage(X509* x509, CertificateRole role);             // critical
void add_usage_period(X509* x509, WallTime from, WallTime to);
void add_basic_constraints(X509* x509);  // of an authority, critical, path length 0
// Contact and ICAO code.
void add_subject_alternative_name(X509* x509, const std::string& contact_mail, const std::string& icao_code);
// The issuer's alternative name; the subject's own, which must be there, when the issuer is null or has none.
void add_issuer_alternative_name(X509* x509, const Certificate* issuer);
void add_distribution_point(X509* x509, const std::string& uri);
void add_document_types(X509* x509, const std::vector<std::string>& types);  // none: nothing

}  // namespace imprimatur::crypto::ossl
