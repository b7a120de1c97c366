// The key vault over a PKCS#11 token (SoftHSM on the bench, an HSM in production). No key of the station
// leaves it: derivations, signatures and wrapping happen inside.
//
// Any thread: sessions come from a small stock. Calls block for the token. Wrapping is AES-256-GCM in the
// token (CKM_AES_GCM), nonce ‖ ciphertext ‖ tag, with the context as associated data.
#pragma once

#include <memory>
#include <string>

#include "crypto/key_vault.hpp"

namespace imprimatur::devices {

class Pkcs11Vault final : public crypto::KeyVault {
 public:
  struct Settings {
    std::string module;  // path of the library
    std::string token_label;
    Secret pin;  // of the token's user
  };
  // Errors vault.module, vault.no_token, vault.locked, vault.token.
  static Result<std::unique_ptr<Pkcs11Vault>> open(const Settings& settings);
  ~Pkcs11Vault() override;

  Result<crypto::CardKeys> derive_card_keys(std::string_view label, ByteView diversification_data) override;
  Result<Bytes> sign_digest(std::string_view label, ByteView digest) override;
  Result<Bytes> sign_message(std::string_view label, ByteView message) override;
  Result<crypto::PublicKey> public_key(std::string_view label) override;
  Result<Bytes> hmac(std::string_view label, ByteView message) override;
  Result<Bytes> wrap(std::string_view label, const Secret& data_key, ByteView context) override;
  Result<Secret> unwrap(std::string_view label, ByteView wrapped, ByteView context) override;
  Status make_wrapping_key(std::string_view label) override;
  Status destroy_key(std::string_view label) override;
  Result<bool> has_key(std::string_view label) override;

 private:
  struct State;
  explicit Pkcs11Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::devices
