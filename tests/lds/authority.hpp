// A document PKI made for a test, and the files of the example document.
#pragma once

#include "lds/sod.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {

using crypto::Certificate;
using crypto::CertificateRequest;
using crypto::CertificateRole;
using crypto::KeyType;
using crypto::PrivateKey;

// The groups that the example's object lists.
inline FileMap example_files() {
  return {{FileId::dg1, example("dg1")},
          {FileId::dg2, example("dg2")},
          {FileId::dg11, example("dg11")},
          {FileId::dg12, example("dg12")},
          {FileId::dg13, example("dg13_national")},
          {FileId::dg14, example("dg14")},
          {FileId::dg15, example("dg15")}};
}

inline std::string codes_of(const PassiveReport& report) {
  std::string codes;
  for (const auto& failure : report.failures) codes += (codes.empty() ? "" : " ") + failure.code;
  return codes;
}

inline WallTime day(std::string_view date) {
  return parse_rfc3339(std::string(date) + "T00:00:00Z").value();
}

inline crypto::Signer signer_of(const PrivateKey& key) {
  return [&key](ByteView message) -> Result<Bytes> {
    return key.sign(crypto::signature_hash(key.public_key().type()), crypto::SignatureForm::raw, message);
  };
}

// A throw-away country signing authority and document signer, made for each test.
struct Authority {
  PrivateKey csca_key;
  PrivateKey signer_key;
  Certificate csca;
  Certificate signer;

  static CertificateRequest request(CertificateRole role) {
    CertificateRequest request;
    request.role = role;
    request.country = "UT";
    request.icao_code = "UTO";
    request.organization = "Utopia Test Authority";
    request.common_name = role == CertificateRole::csca ? "CSCA Utopia Test" : "DS Utopia Test";
    request.contact_mail = "csca@utopia.example";
    request.crl_uri = "http://crl.example/UTO.crl";
    if (role == CertificateRole::document_signer) request.document_types = {"I", "ID"};
    request.serial = role == CertificateRole::csca ? hex("01") : hex("4711");
    request.not_before = day("2026-01-01");
    request.not_after = day(role == CertificateRole::csca ? "2041-04-01" : "2036-04-01");
    request.usage_to = day(role == CertificateRole::csca ? "2031-01-01" : "2026-12-31");
    return request;
  }

  // Both certificates write their curve as `signer_request` says.
  explicit Authority(const CertificateRequest& signer_request = request(CertificateRole::document_signer),
                     KeyType signer_type = KeyType::ec_p256, KeyType csca_type = KeyType::ec_p256)
      : csca_key(PrivateKey::generate(csca_type).value()),
        signer_key(PrivateKey::generate(signer_type).value()),
        csca(crypto::issue_certificate(csca_request(signer_request), csca_key.public_key(), nullptr,
                                       csca_key.public_key(), signer_of(csca_key))
                 .value()),
        signer(crypto::issue_certificate(signer_request, signer_key.public_key(), &csca,
                                         csca_key.public_key(), signer_of(csca_key))
                   .value()) {}

  static CertificateRequest csca_request(const CertificateRequest& signer_request) {
    CertificateRequest authority = request(CertificateRole::csca);
    authority.parameters = signer_request.parameters;
    return authority;
  }

  Bytes sod() const { return build_sod(example_files(), signer, signer_of(signer_key)).value(); }
};

inline const WallTime kToday = day("2026-11-24");

}  // namespace imprimatur::lds
