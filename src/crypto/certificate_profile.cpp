#include "crypto/certificate_profile.hpp"

#include "crypto/certificate_impl.hpp"

namespace imprimatur::crypto {
namespace {

constexpr int kSerialBytesMax = 20;

using BasicConstraints = ossl::Owned<BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free>;

class ProfileCheck {
 public:
  ProfileCheck(const Certificate& certificate, CertificateRole role)
      : certificate_(certificate), x509_(certificate.impl().get()), is_csca_(role == CertificateRole::csca) {}

  std::vector<ProfileFinding> run() {
    check_fields();
    check_names();
    check_key_usage();
    check_basic_constraints();
    check_prohibited();
    check_identifiers();
    check_later_extensions();
    return std::move(findings_);
  }

 private:
  void essential(bool kept, const char* sentence) {
    if (!kept) findings_.push_back({sentence, true});
  }
  void later(bool kept, const char* sentence) {
    if (!kept) findings_.push_back({sentence, false});
  }
  bool has(int nid) const { return X509_get_ext_by_NID(x509_, nid, -1) >= 0; }
  bool is_critical(int nid) const {
    const int index = X509_get_ext_by_NID(x509_, nid, -1);
    return index >= 0 && X509_EXTENSION_get_critical(X509_get_ext(x509_, index)) != 0;
  }

  void check_fields() {
    essential(X509_get_version(x509_) == X509_VERSION_3, "the certificate is not of version 3");
    const ASN1_INTEGER* serial = X509_get0_serialNumber(x509_);
    const bool negative = ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER;
    essential(!negative && ASN1_STRING_length(serial) >= 1 && ASN1_STRING_length(serial) <= kSerialBytesMax,
              "the serial number is not a positive number of at most 20 bytes");
    const X509_ALGOR* outer = nullptr;
    X509_get0_signature(nullptr, &outer, x509_);
    essential(X509_ALGOR_cmp(outer, X509_get0_tbs_sigalg(x509_)) == 0,
              "the two signature algorithms in the certificate differ");
  }

  // countryName, two letters, and commonName in both names.
  static bool has_country_and_name(const X509_NAME* name, std::string& country) {
    const int index = X509_NAME_get_index_by_NID(name, NID_countryName, -1);
    if (index < 0 || X509_NAME_get_index_by_NID(name, NID_commonName, -1) < 0) return false;
    const ASN1_STRING* text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index));
    country = text_of({ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text))});
    return country.size() == 2;
  }

  void check_names() {
    std::string subject;
    std::string issuer;
    essential(has_country_and_name(X509_get_subject_name(x509_), subject) &&
                  has_country_and_name(X509_get_issuer_name(x509_), issuer),
              "subject or issuer lack a country of two letters or a common name");
    // Case differs between documents of one country in the field.
    essential(subject.size() == issuer.size() &&
                  std::equal(subject.begin(), subject.end(), issuer.begin(),
                             [](char left, char right) { return (left | 0x20) == (right | 0x20); }),
              "subject and issuer are of different countries");
  }

  void check_key_usage() {
    essential(is_critical(NID_key_usage), "key usage is absent or not critical");
    const std::uint32_t wanted = is_csca_ ? KU_KEY_CERT_SIGN | KU_CRL_SIGN : KU_DIGITAL_SIGNATURE;
    essential(X509_get_key_usage(x509_) == wanted, is_csca_ ? "key usage is not certificates and lists alone"
                                                            : "key usage is not digital signature alone");
  }

  void check_basic_constraints() {
    const BasicConstraints constraints(
        static_cast<BASIC_CONSTRAINTS*>(X509_get_ext_d2i(x509_, NID_basic_constraints, nullptr, nullptr)));
    if (!is_csca_) {
      essential(!constraints || constraints->ca == 0,
                "a document signer's certificate says that it is an authority");
      later(!has(NID_basic_constraints), "a document signer's certificate has basic constraints");
      return;
    }
    essential(constraints && constraints->ca != 0 && is_critical(NID_basic_constraints),
              "basic constraints do not say, critically, that this is an authority");
    later(constraints && constraints->pathlen != nullptr && ASN1_INTEGER_get(constraints->pathlen) == 0,
          "the path length is not zero");
  }

  void check_prohibited() {
    essential(!has(NID_name_constraints) && !has(NID_policy_mappings) && !has(NID_policy_constraints) &&
                  !has(NID_inhibit_any_policy) && !has(NID_ext_key_usage),
              "an extension is there that the profile prohibits");
  }

  void check_identifiers() {
    if (is_csca_) {
      essential(has(NID_subject_key_identifier), "the subject key identifier is missing");
    } else {
      essential(has(NID_authority_key_identifier), "the authority key identifier is missing");
    }
  }

  bool names_locality(int nid) const {
    const auto names = ossl::alternative_names(x509_, nid);
    if (!names) return false;
    for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
      const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
      if (name->type == GEN_DIRNAME &&
          X509_NAME_get_index_by_NID(name->d.directoryName, NID_localityName, -1) >= 0) {
        return true;
      }
    }
    return false;
  }

  void check_later_extensions() {
    later(has(NID_private_key_usage_period), "the private key usage period is missing");
    later(names_locality(NID_subject_alt_name), "the subject's alternative name does not hold the ICAO code");
    later(names_locality(NID_issuer_alt_name), "the issuer's alternative name does not hold the ICAO code");
    later(has(NID_crl_distribution_points), "the CRL distribution points are missing");
    const int types = ossl::document_type_list_nid();
    if (is_csca_) {
      essential(!has(types), "an authority's certificate has a document type list");
    } else {
      later(!certificate_.document_types().empty() && !is_critical(types),
            "the document type list is missing or critical");
    }
  }

  const Certificate& certificate_;
  X509* x509_;
  bool is_csca_;
  std::vector<ProfileFinding> findings_;
};

}  // namespace

std::vector<ProfileFinding> check_profile(const Certificate& certificate, CertificateRole role) {
  const ossl::ErrorQueueGuard errors;
  return ProfileCheck(certificate, role).run();
}

}  // namespace imprimatur::crypto
