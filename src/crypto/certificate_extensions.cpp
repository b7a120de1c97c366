#include "crypto/certificate_extensions.hpp"

#include "crypto/der.hpp"
#include "crypto/evp_algorithms.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto::ossl {
namespace {

using BitString = Owned<ASN1_BIT_STRING, ASN1_BIT_STRING_free>;
using BasicConstraints = Owned<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;
using UsagePeriod = Owned<PKEY_USAGE_PERIOD, PKEY_USAGE_PERIOD_free>;
using AuthorityKeyId = Owned<AUTHORITY_KEYID, AUTHORITY_KEYID_free>;
using DistributionPoints = Owned<CRL_DIST_POINTS, CRL_DIST_POINTS_free>;

void add_name_entry(X509_NAME* name, int nid, int string_type, const std::string& value) {
  if (value.empty()) return;
  CHECK(X509_NAME_add_entry_by_NID(name, nid, string_type,
                                   reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) == 1);
}

enum class Criticality { normal = 0, critical = 1 };

void add_extension(X509* x509, int nid, void* value, Criticality criticality = Criticality::normal) {
  CHECK(value != nullptr);
  CHECK(X509_add1_ext_i2d(x509, nid, value, static_cast<int>(criticality), X509V3_ADD_DEFAULT) == 1);
}

// SHA-1 over the key's bit string (RFC 5280 section 4.2.1.2, method 1).
OctetString key_identifier(const X509* x509) {
  Bytes digest(20);
  unsigned size = 0;
  CHECK(X509_pubkey_digest(x509, hash(HashAlgorithm::sha1), digest.data(), &size) == 1 &&
        size == digest.size());
  OctetString out(ASN1_OCTET_STRING_new());
  CHECK(out != nullptr &&
        ASN1_OCTET_STRING_set(out.get(), digest.data(), static_cast<int>(digest.size())) == 1);
  return out;
}

GENERAL_NAME* text_name(int type, const std::string& text) {
  GENERAL_NAME* name = GENERAL_NAME_new();
  ASN1_IA5STRING* string = ASN1_IA5STRING_new();
  CHECK(name != nullptr && string != nullptr);
  CHECK(ASN1_STRING_set(string, text.data(), static_cast<int>(text.size())) == 1);
  GENERAL_NAME_set0_value(name, type, string);
  return name;
}

constexpr std::size_t kNameCharactersMax =
    64;  // ub-common-name, ub-organization-name (RFC 5280 appendix A.1)
constexpr std::size_t kMailCharactersMax = 128;

Error refused(std::string what, std::string field) {
  return fail("crypto.certificate_request", std::move(what), std::move(field));
}

bool is_upper(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter >= 'A' && letter <= 'Z'; });
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char letter) { return letter > ' ' && letter <= '~'; });
}

}  // namespace

Status check_subject(const SubjectFields& fields) {
  if (fields.country.size() != 2 || !is_upper(fields.country)) {
    return refused("a country has two upper-case letters", "country");
  }
  if (fields.icao_code.empty() || fields.icao_code.size() > 3 || !is_upper(fields.icao_code)) {
    return refused("an ICAO code has one to three upper-case letters", "icao_code");
  }
  if (fields.common_name.empty()) return refused("a common name is mandatory", "common_name");
  if (fields.common_name.size() > kNameCharactersMax) {
    return refused("a common name has at most 64 bytes", "common_name");
  }
  if (fields.organization.size() > kNameCharactersMax) {
    return refused("an organization has at most 64 bytes", "organization");
  }
  if (fields.contact_mail.empty()) return refused("a contact is mandatory", "contact_mail");
  if (fields.contact_mail.size() > kMailCharactersMax || !is_printable_ascii(fields.contact_mail)) {
    return refused("a contact is at most 128 ASCII characters without blanks", "contact_mail");
  }
  for (const auto& type : fields.document_types) {
    if (type.empty() || type.size() > 2 || !is_upper(type)) {
      return refused("a document type is one or two upper-case letters of the MRZ", "document_types");
    }
  }
  return ok();
}

std::time_t seconds_of(WallTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Name subject_name(const std::string& country, const std::string& organization,
                  const std::string& common_name) {
  Name subject(X509_NAME_new());
  CHECK(subject != nullptr);
  add_name_entry(subject.get(), NID_countryName, V_ASN1_PRINTABLESTRING, country);
  add_name_entry(subject.get(), NID_organizationName, V_ASN1_UTF8STRING, organization);
  add_name_entry(subject.get(), NID_commonName, V_ASN1_UTF8STRING, common_name);
  return subject;
}

void set_public_key(X509* x509, const PublicKey& key, CurveParameters parameters) {
  const bool named = parameters == CurveParameters::named;
  const Key whole = named ? Key() : with_explicit_parameters(key.impl());
  CHECK(X509_set_pubkey(x509, named ? key.impl().get() : whole.get()) == 1);
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

void add_key_usage(X509* x509, CertificateRole role) {
  const BitString usage(ASN1_BIT_STRING_new());
  CHECK(usage != nullptr);
  const bool is_csca = role == CertificateRole::csca;
  // Bits of RFC 5280 section 4.2.1.3: 0 digitalSignature, 5 keyCertSign, 6 cRLSign.
  for (const int bit : is_csca ? std::vector<int>{5, 6} : std::vector<int>{0}) {
    CHECK(ASN1_BIT_STRING_set_bit(usage.get(), bit, 1) == 1);
  }
  add_extension(x509, NID_key_usage, usage.get(), Criticality::critical);
}

void add_usage_period(X509* x509, WallTime from, WallTime to) {
  const UsagePeriod period(PKEY_USAGE_PERIOD_new());
  CHECK(period != nullptr);
  period->notBefore = ASN1_GENERALIZEDTIME_set(nullptr, seconds_of(from));
  period->notAfter = ASN1_GENERALIZEDTIME_set(nullptr, seconds_of(to));
  add_extension(x509, NID_private_key_usage_period, period.get());
}

void add_basic_constraints(X509* x509) {
  const BasicConstraints constraints(BASIC_CONSTRAINTS_new());
  CHECK(constraints != nullptr);
  constraints->ca = 0xFF;
  constraints->pathlen = ASN1_INTEGER_new();
  CHECK(constraints->pathlen != nullptr && ASN1_INTEGER_set(constraints->pathlen, 0) == 1);
  add_extension(x509, NID_basic_constraints, constraints.get(), Criticality::critical);
}

void add_subject_alternative_name(X509* x509, const std::string& contact_mail, const std::string& icao_code) {
  const GeneralNames names(GENERAL_NAMES_new());
  GENERAL_NAME* directory = GENERAL_NAME_new();
  X509_NAME* locality = X509_NAME_new();
  CHECK(names != nullptr && directory != nullptr && locality != nullptr);
  add_name_entry(locality, NID_localityName, V_ASN1_PRINTABLESTRING, icao_code);
  GENERAL_NAME_set0_value(directory, GEN_DIRNAME, locality);
  CHECK(sk_GENERAL_NAME_push(names.get(), text_name(GEN_EMAIL, contact_mail)) > 0);
  CHECK(sk_GENERAL_NAME_push(names.get(), directory) > 0);
  add_extension(x509, NID_subject_alt_name, names.get());
}

void add_issuer_alternative_name(X509* x509, const Certificate* issuer) {
  auto names = issuer == nullptr ? nullptr : alternative_names(issuer->impl().get(), NID_subject_alt_name);
  if (!names) names = alternative_names(x509, NID_subject_alt_name);
  add_extension(x509, NID_issuer_alt_name, names.get());
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
  const OctetString value(ASN1_OCTET_STRING_new());
  CHECK(value != nullptr &&
        ASN1_OCTET_STRING_set(value.get(), list.data(), static_cast<int>(list.size())) == 1);
  const X509Extension extension(
      X509_EXTENSION_create_by_NID(nullptr, document_type_list_nid(), 0, value.get()));
  CHECK(extension != nullptr && X509_add_ext(x509, extension.get(), -1) == 1);
}

}  // namespace imprimatur::crypto::ossl
