// issue_certificate: the profile of ICAO 9303-12 section 7.1, signed by a key that may be elsewhere.
#include "crypto/certificate_impl.hpp"
#include "crypto/der.hpp"
#include "crypto/evp_algorithms.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kSerialMax = 20;

using BitString = ossl::Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using BasicConstraints = ossl::Owned<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using UsagePeriod = ossl::Owned<PKEY_USAGE_PERIOD, PKEY_USAGE_PERIOD_free>;
using AuthorityKeyId = ossl::Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using DistributionPoints = ossl::Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

Error refused(std::string what, std::string field) {
  return fail("crypto.certificate_request", std::move(what), std::move(field));
}

bool is_upper(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

std::time_t seconds_of(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Status check_request(const CertificateRequest& request, const Certificate* issuer) {
  const bool is_csca = request.role == CertificateRole::csca;
  if (request.country.size() != 2 || !is_upper(request.country)) {
    return refused("a country has two upper-case letters", "country");
  }
  if (request.icao_code.empty() || request.icao_code.size() > 3 || !is_upper(request.icao_code)) {
    return refused("an ICAO code has one to three upper-case letters", "icao_code");
  }
  if (request.common_name.empty()) return refused("a common name is mandatory", "common_name");
  if (request.contact_mail.empty()) return refused("a contact is mandatory", "contact_mail");
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
  for (const auto& type : request.document_types) {
    if (type.empty() || type.size() > 2 || !is_upper(type)) {
      return refused("a document type is one or two upper-case letters of the MRZ", "document_types");
    }
  }
  if (is_csca != (issuer == nullptr)) return refused("a CSCA issues itself, and it alone", "issuer");
  if (issuer != nullptr && issuer->country() != request.country) {
    return refused("a document signer is of its CSCA's country", "country");
  }
  return ok();
}

void add_name_entry(X509_NAME* name, int nid, int string_type, const std::string& value) {
  if (value.empty()) return;
  CHECK(X509_NAME_add_entry_by_NID(name, nid, string_type,
                                   reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) == 1);
}

void set_names_and_dates(X509* x509, const CertificateRequest& request, const Certificate* issuer) {
  const ossl::Name subject(X509_NAME_new());
  CHECK(subject != nullptr);
  add_name_entry(subject.get(), NID_countryName, V_ASN1_PRINTABLESTRING, request.country);
  add_name_entry(subject.get(), NID_organizationName, V_ASN1_UTF8STRING, request.organization);
  add_name_entry(subject.get(), NID_commonName, V_ASN1_UTF8STRING, request.common_name);
  CHECK(X509_set_subject_name(x509, subject.get()) == 1);
  CHECK(X509_set_issuer_name(
            x509, issuer == nullptr ? subject.get() : X509_get_subject_name(issuer->impl().get())) == 1);
  const ossl::BigNumber number(
      BN_bin2bn(request.serial.data(), static_cast<int>(request.serial.size()), nullptr));
  const ossl::Integer serial(BN_to_ASN1_INTEGER(number.get(), nullptr));
  CHECK(serial != nullptr && X509_set_serialNumber(x509, serial.get()) == 1);
  // ASN1_TIME_set writes UTCTime to 2049 and GeneralizedTime afterwards (RFC 5280 section 4.1.2.5).
  const ossl::Time not_before(ASN1_TIME_set(nullptr, seconds_of(request.not_before)));
  const ossl::Time not_after(ASN1_TIME_set(nullptr, seconds_of(request.not_after)));
  CHECK(X509_set1_notBefore(x509, not_before.get()) == 1 && X509_set1_notAfter(x509, not_after.get()) == 1);
}

enum class Criticality { normal = 0, critical = 1 };

void add_extension(X509* x509, int nid, void* value, Criticality criticality = Criticality::normal) {
  CHECK(value != nullptr);
  CHECK(X509_add1_ext_i2d(x509, nid, value, static_cast<int>(criticality), X509V3_ADD_DEFAULT) == 1);
}

// SHA-1 over the key's bit string (RFC 5280 section 4.2.1.2, method 1).
ossl::OctetString key_identifier(const X509* x509) {
  Bytes hash(20);
  unsigned size = 0;
  CHECK(X509_pubkey_digest(x509, ossl::hash(HashAlgorithm::sha1), hash.data(), &size) == 1 &&
        size == hash.size());
  ossl::OctetString out(ASN1_OCTET_STRING_new());
  CHECK(out != nullptr && ASN1_OCTET_STRING_set(out.get(), hash.data(), static_cast<int>(hash.size())) == 1);
  return out;
}

void add_key_identifiers(X509* x509, const Certificate* issuer) {
  const auto own = key_identifier(x509);
  add_extension(x509, NID_subject_key_identifier, own.get());
  const AuthorityKeyId authority(AUTHORITY_KEYID_new());
  CHECK(authority != nullptr);
  const ASN1_OCTET_STRING* issuer_id =
      issuer == nullptr ? own.get() : X509_get0_subject_key_id(issuer->impl().get());
  authority->keyid = issuer_id == nullptr ? key_identifier(issuer->impl().get()).release()
                                          : ASN1_OCTET_STRING_dup(issuer_id);
  add_extension(x509, NID_authority_key_identifier, authority.get());
}

void add_key_usage(X509* x509, const CertificateRequest& request) {
  const BitString usage(ASN1_BIT_STRING_new());
  CHECK(usage != nullptr);
  const bool is_csca = request.role == CertificateRole::csca;
  // Bits of RFC 5280 section 4.2.1.3: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
  for (const int bit : is_csca ? std::vector<int>{5, 6} : std::vector<int>{0}) {
    CHECK(ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1);
  }
  add_extension(x509, NID_key_usage, usage.get(), Criticality::critical);
  const UsagePeriod period(PKEY_USAGE_PERIOD_new());
  CHECK(period != nullptr);
  period->notBefore = ASN1_GENERALIZEDTIME_set(nullptr, seconds_of(request.not_before));
  period->notAfter = ASN1_GENERALIZEDTIME_set(nullptr, seconds_of(request.usage_to));
  add_extension(x509, NID_private_key_usage_period, period.get());
  if (!is_csca) return;
  const BasicConstraints constraints(BASIC_CONSTRAINTS_new());
  CHECK(constraints != nullptr);
  constraints->ca = 0xFF;
  constraints->pathlen = ASN1_INTEGER_new();
  CHECK(constraints->pathlen != nullptr && ASN1_INTEGER_set(constraints->pathlen, 0) == 1);
  add_extension(x509, NID_basic_constraints, constraints.get(), Criticality::critical);
}

GENERAL_NAME* text_name(int type, const std::string& text) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* string = ASN1_IA5STRING_new();
  CHECK(name != nullptr && string != nullptr);
  CHECK(ASN1_STRING_set(string, text.data(), static_cast<int>(text.size())) == 1);
  GENERAL_NAME_set0_value(name, type, string);
  return name;
}

void add_alternative_names(X509* x509, const CertificateRequest& request, const Certificate* issuer) {
  const ossl::GeneralNames names(GENERAL_NAMES_new());
  GENERAL_NAME* directory = GENERAL_NAME_new();
  X509_NAME* locality = X509_NAME_new();
  CHECK(names != nullptr && directory != nullptr && locality != nullptr);
  add_name_entry(locality, NID_localityName, V_ASN1_PRINTABLESTRING, request.icao_code);
  GENERAL_NAME_set0_value(directory, GEN_DIRNAME, locality);
  CHECK(sk_GENERAL_NAME_push(names.get(), text_name(GEN_EMAIL, request.contact_mail)) > 0);
  CHECK(sk_GENERAL_NAME_push(names.get(), directory) > 0);
  add_extension(x509, NID_subject_alt_name, names.get());
  const auto of_issuer =
      issuer == nullptr ? nullptr : ossl::alternative_names(issuer->impl().get(), NID_subject_alt_name);
  add_extension(x509, NID_issuer_alt_name, of_issuer ? of_issuer.get() : names.get());
}

void add_distribution_point(X509* x509, const std::string& uri) {
  const DistributionPoints points(CRL_DIST_POINTS_new());
  DIST_POINT* point = DIST_POINT_new();
  CHECK(points != nullptr && point != nullptr);
  CHECK(sk_DIST_POINT_push(points.get(), point) > 0);
  point->distpoint = DIST_POINT_NAME_new();
  GENERAL_NAMES* names = GENERAL_NAMES_new();
  CHECK(point->distpoint != nullptr && names != nullptr);
  CHECK(sk_GENERAL_NAME_push(names, text_name(GEN_URI, uri)) > 0);
  point->distpoint->type = 0;  // fullName
  point->distpoint->name.fullname = names;
  add_extension(x509, NID_crl_distribution_points, points.get());
}

void add_document_types(X509* x509, const std::vector<std::string>& types) {
  if (types.empty()) return;
  std::vector<Bytes> elements;
  for (const auto& type : types) elements.push_back(der::object(der::kPrintableString, {bytes_of(type)}));
  const Bytes list = der::object(der::kSequence, {der::small_integer(0), der::set_of(std::move(elements))});
  const ossl::OctetString value(ASN1_OCTET_STRING_new());
  CHECK(value != nullptr &&
        ASN1_OCTET_STRING_set(value.get(), list.data(), static_cast<int>(list.size())) == 1);
  const ossl::X509Extension extension(
      X509_EXTENSION_create_by_NID(nullptr, ossl::document_type_list_nid(), 0, value.get()));
  CHECK(extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1);
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
  if (request.parameters == CurveParameters::explicit_) {
    CHECK(X509_set_pubkey(x509.get(), ossl::with_explicit_parameters(subject_key.impl()).get()) == 1);
  } else {
    CHECK(X509_set_pubkey(x509.get(), subject_key.impl().get()) == 1);
  }
  add_key_identifiers(x509.get(), issuer);
  add_key_usage(x509.get(), request);
  add_alternative_names(x509.get(), request, issuer);
  add_distribution_point(x509.get(), request.crl_uri);
  add_document_types(x509.get(), request.document_types);
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
