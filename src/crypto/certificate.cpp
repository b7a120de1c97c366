#include "crypto/certificate.hpp"

#include <openssl/pem.h>

#include <cctype>

#include "crypto/certificate_impl.hpp"
#include "crypto/key_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr std::size_t kDerMax = 65536;
constexpr std::size_t kPemMax = 4U << 20;
constexpr std::size_t kBundleMax = 1024;

using Any = ossl::Owned<ASN1_SEQUENCE_ANY,
                        [](ASN1_SEQUENCE_ANY* list) { sk_ASN1_TYPE_pop_free(list, ASN1_TYPE_free); }>;
using UsagePeriod = ossl::Owned<PKEY_USAGE_PERIOD, PKEY_USAGE_PERIOD_free>;

Error bad_certificate(std::string what) {
  return fail("crypto.certificate", std::move(what));
}

Result<WallTime> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return bad_certificate("a date cannot be read");
  const std::chrono::year_month_day day{std::chrono::year(parts.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  return WallTime(std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) +
                  std::chrono::minutes(parts.tm_min) + std::chrono::seconds(parts.tm_sec));
}

std::string text_of_string(const ASN1_STRING* string) {
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, string);
  if (size < 0) return {};
  const ossl::Owned<unsigned char, [](unsigned char* p) { OPENSSL_free(p); }> owner(text);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

// The first entry of `nid` in a name, as UTF-8; empty when there is none.
std::string entry_of(const X509_NAME* name, int nid) {
  const int index = X509_NAME_get_index_by_NID(name, nid, -1);
  if (index < 0) return {};
  return text_of_string(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
}

std::string subject_text(const X509* certificate) {
  const auto bio = ossl::memory_bio();
  // Letters beyond ASCII stay readable: XN_FLAG_RFC2253 without escaping of UTF-8.
  CHECK(X509_NAME_print_ex(bio.get(), X509_get_subject_name(certificate), 0,
                           XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB)) >= 0);
  return text_of(ossl::written(bio.get()));
}

std::string locality_of(const X509* certificate) {
  const auto names = ossl::alternative_names(certificate, NID_subject_alt_name);
  if (!names) return {};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DIRNAME) return entry_of(name->d.directoryName, NID_localityName);
  }
  return {};
}

// SEQUENCE { version, SET OF PrintableString }.
Result<std::vector<std::string>> document_types_of(const X509* certificate) {
  std::vector<std::string> types;
  const int index = X509_get_ext_by_NID(certificate, ossl::document_type_list_nid(), -1);
  if (index < 0) return types;
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(X509_get_ext(certificate, index));
  const unsigned char* at = ASN1_STRING_get0_data(value);
  const Any list(d2i_ASN1_SEQUENCE_ANY(nullptr, &at, ASN1_STRING_length(value)));
  if (!list || sk_ASN1_TYPE_num(list.get()) != 2) return bad_certificate("documentTypeList cannot be read");
  const ASN1_TYPE* second = sk_ASN1_TYPE_value(list.get(), 1);
  if (second->type != V_ASN1_SET) return bad_certificate("documentTypeList has no set of types");
  at = second->value.set->data;
  const Any set(d2i_ASN1_SET_ANY(nullptr, &at, second->value.set->length));
  if (!set) return bad_certificate("documentTypeList has a set that cannot be read");
  for (int i = 0; i < sk_ASN1_TYPE_num(set.get()); ++i) {
    const ASN1_TYPE* type = sk_ASN1_TYPE_value(set.get(), i);
    if (type->type != V_ASN1_PRINTABLESTRING)
      return bad_certificate("a document type is not a PrintableString");
    types.push_back(text_of_string(type->value.printablestring));
  }
  return types;
}

Status read_usage_period(CertificateImpl& impl) {
  const UsagePeriod period(static_cast<PKEY_USAGE_PERIOD*>(
      X509_get_ext_d2i(impl.get(), NID_private_key_usage_period, nullptr, nullptr)));
  impl.usage_from = impl.not_before;
  impl.usage_to = impl.not_after;
  if (!period) return ok();
  if (period->notBefore != nullptr) {
    TRY(impl.usage_from, time_of(period->notBefore));
  }
  if (period->notAfter != nullptr) {
    TRY(impl.usage_to, time_of(period->notAfter));
  }
  return ok();
}

}  // namespace

namespace ossl {

GeneralNames alternative_names(const X509* certificate, int nid) {
  return GeneralNames(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, nid, nullptr, nullptr)));
}

int document_type_list_nid() {
  static const int nid = OBJ_create("2.23.136.1.1.6.2", "documentTypeList", "ICAO document type list");
  CHECK(nid != NID_undef);
  return nid;
}

}  // namespace ossl

Result<Certificate> CertificateImpl::make(ossl::X509Certificate x509) {
  const ossl::ErrorQueueGuard errors;
  EVP_PKEY* borrowed = X509_get0_pubkey(x509.get());
  if (borrowed == nullptr) return bad_certificate("the certificate's public key cannot be read");
  CHECK(EVP_PKEY_up_ref(borrowed) == 1);
  TRY(auto key, KeyImpl::make_public(ossl::Key(borrowed)));
  TRY(auto not_before, time_of(X509_get0_notBefore(x509.get())));
  TRY(auto not_after, time_of(X509_get0_notAfter(x509.get())));
  TRY(auto document_types, document_types_of(x509.get()));
  CertificateImpl impl{.x509 = std::move(x509),
                       .key = std::move(key),
                       .subject = {},
                       .country = {},
                       .locality_code = {},
                       .document_types = std::move(document_types),
                       .not_before = not_before,
                       .not_after = not_after,
                       .usage_from = {},
                       .usage_to = {}};
  impl.subject = subject_text(impl.get());
  impl.country = entry_of(X509_get_subject_name(impl.get()), NID_countryName);
  for (char& letter : impl.country)
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  impl.locality_code = locality_of(impl.get());
  TRY_STATUS(read_usage_period(impl));
  return Certificate(std::make_shared<const CertificateImpl>(std::move(impl)));
}

Result<Certificate> Certificate::from_der(ByteView der) {
  const ossl::ErrorQueueGuard errors;
  if (der.size() > kDerMax)
    return bad_certificate("a certificate of " + std::to_string(der.size()) + " bytes");
  const unsigned char* at = der.data();
  ossl::X509Certificate x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x509) return bad_certificate("the certificate is not in DER");
  if (at != der.data() + der.size()) return bad_certificate("bytes follow after the certificate");
  return CertificateImpl::make(std::move(x509));
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  TRY(auto all, from_pem_bundle(pem));
  if (all.size() != 1) {
    return bad_certificate("one certificate was expected, the text has " + std::to_string(all.size()));
  }
  return std::move(all.front());
}

Result<std::vector<Certificate>> Certificate::from_pem_bundle(std::string_view pem) {
  const ossl::ErrorQueueGuard errors;
  if (pem.size() > kPemMax) return bad_certificate("the text of certificates is larger than 4 MiB");
  const auto bio = ossl::reader_of(bytes_of(pem));
  std::vector<Certificate> all;
  while (all.size() < kBundleMax) {
    ossl::X509Certificate x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!x509) {
      // "No start line" after at least one certificate is the end of the text; all else is damage.
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE && !all.empty()) return all;
      return bad_certificate("certificate " + std::to_string(all.size() + 1) +
                             " of the PEM text cannot be read");
    }
    TRY(auto certificate, CertificateImpl::make(std::move(x509)));
    all.push_back(std::move(certificate));
  }
  return bad_certificate("there are more than " + std::to_string(kBundleMax) + " certificates");
}

Bytes Certificate::der() const {
  return ossl::der_of<X509>(i2d_X509, impl_->get());
}

std::string Certificate::pem() const {
  const auto bio = ossl::memory_bio();
  CHECK(PEM_write_bio_X509(bio.get(), impl_->get()) == 1);
  return text_of(ossl::written(bio.get()));
}

PublicKey Certificate::public_key() const {
  return impl_->key;
}
std::string Certificate::subject() const {
  return impl_->subject;
}
std::string Certificate::country() const {
  return impl_->country;
}
std::string Certificate::locality_code() const {
  return impl_->locality_code;
}
std::vector<std::string> Certificate::document_types() const {
  return impl_->document_types;
}
WallTime Certificate::not_before() const {
  return impl_->not_before;
}
WallTime Certificate::not_after() const {
  return impl_->not_after;
}
WallTime Certificate::usage_from() const {
  return impl_->usage_from;
}
WallTime Certificate::usage_to() const {
  return impl_->usage_to;
}
Sha256 Certificate::fingerprint() const {
  return sha256(der());
}

}  // namespace imprimatur::crypto
