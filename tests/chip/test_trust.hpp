// Throw-away country signing authority and document signer, for tests.
#pragma once

#include "base/encoding.hpp"
#include "crypto/certificate.hpp"
#include "lds/sod.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur::chip::testing {

class TestTrust {
 public:
  TestTrust()
      : csca_key_(crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value()),
        signer_key_(crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value()),
        csca_(make(crypto::CertificateRole::csca, nullptr)),
        signer_(make(crypto::CertificateRole::document_signer, &csca_)) {}

  const crypto::Certificate& csca() const { return csca_; }
  const crypto::PrivateKey& csca_key() const { return csca_key_; }

  Bytes sod(const lds::FileMap& groups) const {
    return lds::build_sod(groups, signer_, signs(signer_key_)).value();
  }

  // Groups with EF.COM and a signed EF.SOD.
  ChipContent content(lds::FileMap groups) const {
    ChipContent content{groups, specimen_mrz()};
    content.files[lds::FileId::com] = lds::encode_com(groups_of(groups));
    content.files[lds::FileId::sod] = sod(groups);
    return content;
  }

 private:
  static crypto::Signer signs(const crypto::PrivateKey& key) {
    return [&key](ByteView message) -> Result<Bytes> {
      return key.sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, message);
    };
  }

  crypto::Certificate make(crypto::CertificateRole role, const crypto::Certificate* issuer) const {
    const bool root = role == crypto::CertificateRole::csca;
    crypto::CertificateRequest request;
    request.role = role;
    request.country = "UT";
    request.icao_code = "UTO";
    request.organization = "Imprimatur test";
    request.common_name = root ? "Test CSCA" : "Test DS";
    request.contact_mail = "pki@example.test";
    request.crl_uri = "http://example.test/crl";
    if (!root) request.document_types = {"I", "P"};
    request.serial = hex(root ? "01" : "02");
    request.not_before = today() - std::chrono::hours(24 * 10);
    request.not_after = today() + std::chrono::hours(24 * 365 * 10);
    request.usage_to = today() + std::chrono::hours(24 * 80);
    return crypto::issue_certificate(request, (root ? csca_key_ : signer_key_).public_key(), issuer,
                                     csca_key_.public_key(), signs(csca_key_))
        .value();
  }

  crypto::PrivateKey csca_key_;
  crypto::PrivateKey signer_key_;
  crypto::Certificate csca_;
  crypto::Certificate signer_;
};

}  // namespace imprimatur::chip::testing
