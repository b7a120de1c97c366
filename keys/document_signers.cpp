#include "keys/document_signers.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "crypto/certificate_profile.hpp"
#include "devices/pkcs11/pkcs11_vault.hpp"
#include "devices/pkcs11/token_admin.hpp"

namespace imprimatur::keys {
namespace {

namespace fs = std::filesystem;

constexpr int kSignersMax = 99;  // of one issuer; the daemon looks no further

std::string label_of(const std::string& icao_code, int number) {
  return "ds-" + icao_code + (number > 1 ? "-" + std::to_string(number) : "");
}

// The number of a label of this issuer: 1 for ds-XXX.
Result<int> number_of(const std::string& label, const std::string& icao_code) {
  for (int number = 1; number <= kSignersMax; ++number) {
    if (label == label_of(icao_code, number)) return number;
  }
  return fail("keys.label", "the signer's label is not " + label_of(icao_code, 1) + " or that and -2 to -99",
              label);
}

Result<std::unique_ptr<devices::Pkcs11Vault>> open_vault(const TokenAccess& token) {
  return devices::Pkcs11Vault::open(
      {.module = token.module, .token_label = token.label, .pin = Secret::copy_of(token.pin.reveal())});
}

Result<std::string> free_label(const fs::path& keys, crypto::KeyVault& vault, const std::string& icao_code) {
  for (int number = 1; number <= kSignersMax; ++number) {
    const std::string label = label_of(icao_code, number);
    TRY(const bool has_key, vault.has_key(label));
    if (!has_key && !fs::exists(keys / (label + ".pem"))) return label;
  }
  return fail("keys.label", "all 99 labels of this issuer are taken", icao_code);
}

// The label under which the token has the certificate's key.
Result<std::string> label_of_key(crypto::KeyVault& vault, const crypto::Certificate& certificate) {
  const Bytes wanted = certificate.public_key().spki_der();
  for (int number = 1; number <= kSignersMax; ++number) {
    const std::string label = label_of(certificate.locality_code(), number);
    TRY(const bool has_key, vault.has_key(label));
    if (!has_key) continue;
    TRY(const auto key, vault.public_key(label));
    if (key.spki_der() == wanted) return label;
  }
  return fail("keys.mismatch", "the token has no key that fits the certificate", certificate.locality_code(),
              "import the answer to a request of this token, or name the key with --label");
}

Status check_key(crypto::KeyVault& vault, const std::string& label, const crypto::Certificate& certificate) {
  TRY(const auto key, vault.public_key(label));
  if (key.spki_der() == certificate.public_key().spki_der()) return ok();
  return fail("keys.mismatch", "the certificate is for another key than the token's", label,
              "ask the authority for the certificate of this request");
}

Status check_profile(const crypto::Certificate& certificate) {
  std::string sentences;
  for (const auto& finding : crypto::check_profile(certificate, crypto::CertificateRole::document_signer)) {
    sentences += (sentences.empty() ? "" : "; ") + finding.sentence;
  }
  if (sentences.empty()) return ok();
  return fail("keys.profile", "the certificate is not made as ICAO Doc 9303-12 asks: " + sentences, {},
              "ask the authority for a certificate of the document signer profile");
}

Status check_dates(const crypto::Certificate& certificate, WallTime now) {
  const bool ordered = certificate.not_before() <= certificate.usage_from() &&
                       certificate.usage_from() < certificate.usage_to() &&
                       certificate.usage_to() <= certificate.not_after();
  if (!ordered)
    return fail("keys.dates", "the key's usage period does not lie within the certificate's life");
  if (now > certificate.usage_to()) {
    return fail("keys.dates",
                "the key's usage period is over since " + format_rfc3339(certificate.usage_to()));
  }
  return ok();
}

Status check_certificate(const fs::path& keys, const crypto::Certificate& certificate, WallTime now) {
  TRY_STATUS(check_profile(certificate));
  TRY_STATUS(check_dates(certificate, now));
  TRY(const std::string pem, read_text_file(keys / "trust" / "csca.pem"));
  TRY(const auto anchors, crypto::Certificate::from_pem_bundle(pem));
  // A successor's certificate may begin later than today.
  return crypto::verify_chain(certificate, anchors, std::max(now, certificate.not_before()));
}

// Without a gap: the daemon counts up from ds-XXX and stops at the first that is missing.
Status check_predecessor(const fs::path& keys, const std::string& icao_code, int number) {
  if (number == 1 || fs::exists(keys / (label_of(icao_code, number - 1) + ".pem"))) return ok();
  return fail("keys.gap", "the signer before this one has no certificate yet",
              label_of(icao_code, number - 1), "import that one first");
}

}  // namespace

std::optional<crypto::KeyType> signer_curve_named(std::string_view name) {
  if (name == "P-256") return crypto::KeyType::ec_p256;
  if (name == "P-384") return crypto::KeyType::ec_p384;
  if (name == "brainpoolP256r1") return crypto::KeyType::ec_brainpool_p256r1;
  return std::nullopt;
}

Result<SignerRequest> request_signer(const fs::path& keys, const TokenAccess& token,
                                     const NewSigner& signer) {
  std::string label = signer.label;
  if (!label.empty()) {
    TRY_STATUS(number_of(label, signer.request.icao_code));
  } else if (signer.origin == KeyOrigin::existing) {
    return fail("keys.label", "a request for an existing key needs the key's label");
  }
  {
    TRY(const auto vault, open_vault(token));
    if (label.empty()) {
      TRY(label, free_label(keys, *vault, signer.request.icao_code));
    }
    TRY(const bool has_key, vault->has_key(label));
    if (signer.origin == KeyOrigin::make && (has_key || fs::exists(keys / (label + ".pem")))) {
      return fail("keys.exist", "there is a signer of this label already", label,
                  "choose another label; to write the request of this key again, say --existing-key");
    }
    // What is asked for is checked before a key is made that nobody could use.
    TRY(const auto rehearsal, crypto::PrivateKey::generate(crypto::KeyType::ec_p256));
    const crypto::Signer sign = [&rehearsal](ByteView message) -> Result<Bytes> {
      return rehearsal.sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, message);
    };
    TRY_STATUS(crypto::build_signing_request(signer.request, rehearsal.public_key(), sign));
  }
  if (signer.origin == KeyOrigin::make) {
    TRY(const auto admin, devices::TokenAdmin::open({token.module, token.label, token.pin}));
    TRY_STATUS(admin->make_signing_pair(label, signer.curve));
  }
  TRY(const auto vault, open_vault(token));
  TRY(const auto key, vault->public_key(label));
  const crypto::Signer token_signs = [&vault, &label, &key](ByteView message) {
    return vault->sign_digest(label, crypto::digest(crypto::signature_hash(key.type()), message));
  };
  TRY(const Bytes der, crypto::build_signing_request(signer.request, key, token_signs));
  return SignerRequest{label, crypto::signing_request_pem(der)};
}

Result<ImportedSigner> import_signer(const fs::path& keys, const TokenAccess& token, const std::string& label,
                                     std::string_view pem, WallTime now) {
  TRY(auto certificate, crypto::Certificate::from_pem(pem));
  const std::string icao_code = certificate.locality_code();
  TRY(const auto vault, open_vault(token));
  std::string name = label;
  if (name.empty()) {
    TRY(name, label_of_key(*vault, certificate));
  }
  TRY(const int number, number_of(name, icao_code));
  TRY_STATUS(check_key(*vault, name, certificate));
  TRY_STATUS(check_certificate(keys, certificate, now));
  TRY_STATUS(check_predecessor(keys, icao_code, number));
  const std::string file = name + ".pem";
  const std::string text = certificate.pem();
  if (fs::exists(keys / file)) {
    TRY(const std::string there, read_text_file(keys / file));
    if (there != text) {
      return fail("keys.exist", "the folder has another certificate of this signer", file,
                  "a signer's certificate is never replaced: request a new signer");
    }
  } else {
    TRY_STATUS(write_file(keys / file, bytes_of(text)));
  }
  return ImportedSigner{name, file, to_hex_lower(crypto::sha256(bytes_of(text))), std::move(certificate)};
}

}  // namespace imprimatur::keys
