// Making a token and its keys: for the key ceremonies, never for the daemon.
//
// One thread. Errors vault.module, vault.no_token, vault.token, vault.locked.
#pragma once

#include <memory>
#include <string>

#include "crypto/key_vault.hpp"

namespace imprimatur::devices {

class TokenAdmin {
 public:
  struct NewToken {
    std::string module;  // path of the PKCS#11 library; for SoftHSM, SOFTHSM2_CONF says where its tokens are
    std::string label;
    Secret pin;     // of the user, 4 to 255 characters
    Secret so_pin;  // of the security officer
  };
  // Initialises a free slot's token and logs in as its user.
  static Result<std::unique_ptr<TokenAdmin>> create(const NewToken& token);
  // Logs in as the user of a token that is there.
  struct Token {
    std::string module;
    std::string label;
    const Secret& pin;
  };
  static Result<std::unique_ptr<TokenAdmin>> open(const Token& token);
  ~TokenAdmin();

  Status make_card_master(std::string_view label);                       // AES-128, made inside, CMAC only
  Status import_card_master(std::string_view label, const Secret& key);  // 16, 24 or 32 bytes
  Status make_hmac_key(std::string_view label);
  Status make_signing_pair(std::string_view label, crypto::KeyType type);
  Result<crypto::PublicKey> public_key(std::string_view label);

 private:
  struct State;
  explicit TokenAdmin(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::devices
