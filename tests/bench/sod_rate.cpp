#include "bench/sod_rate.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <array>
#include <chrono>

#include "base/check.hpp"
#include "bench/figures.hpp"
#include "lds/sod.hpp"

namespace imprimatur::bench {

namespace {

using SteadyClock = std::chrono::steady_clock;

// Calls for `slice_s` seconds; how many a second that were.
template <class Call>
Result<double> rate_of(double slice_s, Call call) {
  const auto began = SteadyClock::now();
  double took = 0;
  int done = 0;
  while (took < slice_s) {
    TRY_STATUS(call());
    ++done;
    took = std::chrono::duration<double>(SteadyClock::now() - began).count();
  }
  return done / took;
}

// A document signer whose key is in this process.
struct SoftSigner {
  crypto::PrivateKey key;
  crypto::Certificate certificate;
};

crypto::CertificateRequest request_of(crypto::CertificateRole role) {
  const WallTime now = SystemClock().now();
  crypto::CertificateRequest request;
  request.role = role;
  request.country = "UT";
  request.icao_code = "UTO";
  request.organization = "Imprimatur bench";
  request.common_name = "SPECIMEN of the bench";
  request.contact_mail = "specimen@imprimatur.example";
  request.crl_uri = "http://imprimatur.example/specimen.crl";
  if (role == crypto::CertificateRole::document_signer) request.document_types = {"I", "ID"};
  request.serial = Bytes{0x01};
  request.not_before = now;
  request.usage_to = now + std::chrono::days(90);
  request.not_after = now + std::chrono::days(4000);
  return request;
}

Result<SoftSigner> make_soft_signer() {
  TRY(auto country_key, crypto::PrivateKey::generate(crypto::KeyType::ec_p256));
  const crypto::Signer country_signs = [&country_key](ByteView message) -> Result<Bytes> {
    return country_key.sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, message);
  };
  TRY(auto country,
      crypto::issue_certificate(request_of(crypto::CertificateRole::csca), country_key.public_key(), nullptr,
                                country_key.public_key(), country_signs));
  TRY(auto key, crypto::PrivateKey::generate(crypto::KeyType::ec_p256));
  TRY(auto certificate,
      crypto::issue_certificate(request_of(crypto::CertificateRole::document_signer), key.public_key(),
                                &country, country_key.public_key(), country_signs));
  return SoftSigner{std::move(key), std::move(certificate)};
}

class BareSigner {
 public:
  BareSigner() : key_(EVP_EC_gen("P-256")), context_(EVP_PKEY_CTX_new_from_pkey(nullptr, key_, nullptr)) {
    CHECK(context_ != nullptr && EVP_PKEY_sign_init(context_) == 1);
  }
  ~BareSigner() {
    EVP_PKEY_CTX_free(context_);
    EVP_PKEY_free(key_);
  }
  BareSigner(const BareSigner&) = delete;
  BareSigner& operator=(const BareSigner&) = delete;

  void sign() {
    std::array<unsigned char, 80> signature{};
    std::size_t size = signature.size();
    CHECK(EVP_PKEY_sign(context_, signature.data(), &size, digest_.data(), digest_.size()) == 1);
    ++digest_[0];
  }

 private:
  EVP_PKEY* key_;
  EVP_PKEY_CTX* context_;
  std::array<unsigned char, 32> digest_{};
};

}  // namespace

Result<SodRates> measure_sod_rates(ChipContentSet& content, int rounds, double slice_s) {
  TRY(auto soft, make_soft_signer());
  BareSigner bare;
  const crypto::Signer soft_signs = [&soft](ByteView message) -> Result<Bytes> {
    return soft.key.sign_prehashed(crypto::sha256(message));
  };
  const std::string& label = content.signer().label;
  const crypto::Signer token_signs = [&content, &label](ByteView message) {
    return content.vault().sign_digest(label, crypto::sha256(message));
  };
  std::vector<double> soft_rates, token_rates, sign_rates;
  for (int round = 0; round < rounds; ++round) {
    TRY(auto signs, rate_of(slice_s, [&]() -> Status {
          bare.sign();
          return ok();
        }));
    TRY(auto soft_rate, rate_of(slice_s, [&]() -> Status {
          TRY(auto sod, lds::build_sod(content.groups(), soft.certificate, soft_signs));
          return ok();
        }));
    TRY(auto token_rate, rate_of(slice_s, [&]() -> Status {
          TRY(auto sod, lds::build_sod(content.groups(), content.signer().certificate, token_signs));
          return ok();
        }));
    sign_rates.push_back(signs);
    soft_rates.push_back(soft_rate);
    token_rates.push_back(token_rate);
  }
  return SodRates{median(soft_rates), median(token_rates), median(sign_rates)};
}

}  // namespace imprimatur::bench
