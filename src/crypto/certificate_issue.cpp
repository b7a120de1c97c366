// issue_certificate: the profile of ICAO 9303-12 section 7.1, signed by a key that may be elsewhere.
#include "crypto/certificate_extensions.hpp"
#include "crypto/certificate_impl.hpp"
#include "crypto/der.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kSerialMax = 20;

Error refused(std::string what, std::string field) {
  return fail("crypto.certificate_request", std::move(what), std::move(field));
}

Status check_request(const CertificateRequest& request, const Certificate* issuer) {
  const bool is_csca = request.role == CertificateRole::csca;
  TRY_STATUS(ossl::check_subject({.country = request.country,
                                  .icao_code = request.icao_code,
                                  .organization = request.organization,
                                  .common_name = request.common_name,
                                  .contact_mail = request.contact_mail,
                                  .document_types = request.document_types}));
  if (request.crl_uri.empty()) return refused("a CRL distribution point is mandatory", "crl_uri");
  if (request.serial.empty() || request.serial.size() > kSerialMax || (request.serial[0] & 0x80) != 0 ||
      std::all_of(request.serial.begin(), request.serial.end(),
                  [](std::uint8_t byte) { return byte == 0; })) {
    return refused("a serial number is positive and has at most 20 bytes", "serial");
  }
  if (request.not_before >= request.not_after || request.usage_to > request.not_after ||
      request.usage_to <= request.not_before) {
    return refused("the dates are not in order", "not_after");
  }
  if (is_csca != request.document_types.empty()) {
    return refused("a document signer has document types and a CSCA has none", "document_types");
  }
  if (is_csca != (issuer == nullptr)) return refused("a CSCA issues itself, and it alone", "issuer");
  if (issuer != nullptr && issuer->country() != request.country) {
    return refused("a document signer is of its CSCA's country", "country");
  }
  return ok();
}

void set_names_and_dates(X509* x509, const CertificateRequest& request, const Certificate* issuer) {
  const ossl::Name subject = ossl::subject_name(request.country, request.organization, request.common_name);
  CHECK(X509_set_subject_name(x509, subject.get()) == 1);
  CHECK(X509_set_issuer_name(
            x509, issuer == nullptr ? subject.get() : X509_get_subject_name(issuer->impl().get())) == 1);
  const ossl::BigNumber number(
      BN_bin2bn(request.serial.data(), static_cast<int>(request.serial.size()), nullptr));
  const ossl::Integer serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  CHECK(serial != nullptr && X509_set_serialNumber(x509, serial.get()) == 1);
  // ASN1_TIME_set writes UTCTime to 2049 and GeneralizedTime afterwards (RFC 5280 section 4.1.2.5).
  const ossl::Time not_before(ASN1_TIME_set(nullptr, ossl::seconds_of(request.not_before)));
  const ossl::Time not_after(ASN1_TIME_set(nullptr, ossl::seconds_of(request.not_after)));
  CHECK(X509_set1_notBefore(x509, not_before.get()) == 1 && X509_set1_notAfter(x509, not_after.get()) == 1);
}

bool is_elliptic(const PublicKey& key) {
  return key.type() != KeyType::rsa && key.type() != KeyType::ed25519;
}

// TBSCertificate in DER with everything but the signature.
Bytes to_be_signed(const CertificateRequest& request, const PublicKey& subject_key, const Certificate* issuer,
                   const der::SignatureAlgorithm& algorithm) {
  const ossl::X509Certificate x509(X509_new());
  CHECK(x509 != nullptr && X509_set_version(x509.get(), X509_VERSION_3) == 1);
  set_names_and_dates(x509.get(), request, issuer);
  ossl::set_public_key(x509.get(), subject_key, request.parameters);
  ossl::add_key_identifiers(x509.get(), issuer);
  ossl::add_key_usage(x509.get(), request.role);
  ossl::add_usage_period(x509.get(), request.not_before, request.usage_to);
  if (request.role == CertificateRole::csca) ossl::add_basic_constraints(x509.get());
  ossl::add_subject_alternative_name(x509.get(), request.contact_mail, request.icao_code);
  ossl::add_issuer_alternative_name(x509.get(), issuer);
  ossl::add_distribution_point(x509.get(), request.crl_uri);
  ossl::add_document_types(x509.get(), request.document_types);
  // The only way to set the inner algorithm of a certificate that OpenSSL does not sign itself.
  auto* inner = const_cast<X509_ALGOR*>(X509_get0_tbs_sigalg(x509.get()));
  CHECK(X509_ALGOR_set0(inner, OBJ_nid2obj(algorithm.signature_nid), V_ASN1_UNDEF, nullptr) == 1);
  unsigned char* raw = nullptr;
  const int size = i2d_re_X509_tbs(x509.get(), &raw);
  CHECK(size > 0);
  Bytes tbs(raw, raw + size);
  OPENSSL_free(raw);
  return tbs;
}

}  // namespace

HashAlgorithm signature_hash(KeyType type) {
  return der::signature_algorithm(type).hash;
}

Result<Certificate> issue_certificate(const CertificateRequest& request, const PublicKey& subject_key,
                                      const Certificate* issuer, const PublicKey& issuer_key,
                                      const Signer& signer) {
  const ossl::ErrorQueueGuard errors;
  TRY_STATUS(check_request(request, issuer));
  if (!is_elliptic(subject_key) || !is_elliptic(issuer_key)) {
    return refused("certificates are issued for and by EC keys", "subject_key");
  }
  const auto algorithm = der::signature_algorithm(issuer_key.type());
  const Bytes tbs = to_be_signed(request, subject_key, issuer, algorithm);
  TRY(auto raw_signature, signer(tbs));
  if (!issuer_key.verify(algorithm.hash, SignatureForm::raw, tbs, raw_signature)) {
    return fail("crypto.certificate_own_signature",
                "the signature that came back does not fit the issuer's key", {},
                "check that the token's key and the issuer's certificate belong together");
  }
  TRY(auto signature, ecdsa_raw_to_der(raw_signature));
  const Bytes no_unused_bits{0x00};
  return Certificate::from_der(der::object(
      der::kSequence,
      {tbs, algorithm.signature_identifier(), der::object(der::kBitString, {no_unused_bits, signature})}));
}

}  // namespace imprimatur::crypto
