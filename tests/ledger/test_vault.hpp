// A key vault in memory for the tests of ledger and audit: what these rooms ask of a vault, and failures on
// demand.
#pragma once

#include <map>
#include <set>

#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"

namespace imprimatur::test_support {

class TestVault final : public crypto::KeyVault {
 public:
  // The log's key is that of the worked example in tlog.json.
  TestVault() : log_key_(crypto::PrivateKey::from_ed25519_seed(hex_seed()).value()) {}

  bool out_of_order = false;         // every call fails
  bool signs_nonsense = false;       // the token answers a signature that is none
  bool after_signing_fails = false;  // failed, but it had happened
  int signatures = 0;

  Result<crypto::CardKeys> derive_card_keys(std::string_view, ByteView) override { return no_key(); }
  Result<Bytes> sign_digest(std::string_view, ByteView) override { return no_key(); }
  Result<Bytes> sign_message(std::string_view label, ByteView message) override {
    if (out_of_order || label != "log") return no_key();
    ++signatures;
    if (after_signing_fails) return unknown("vault.token", "the token went away after it had signed");
    if (signs_nonsense) return Bytes(64, 0x55);
    return log_key_.sign(crypto::HashAlgorithm::sha512, crypto::SignatureForm::raw, message);
  }
  Result<crypto::PublicKey> public_key(std::string_view label) override {
    if (out_of_order || label != "log") return no_key();
    return log_key_.public_key();
  }
  Result<Bytes> hmac(std::string_view label, ByteView message) override {
    if (out_of_order || label != "holder-hmac") return no_key();
    const Bytes key(32, 0x77);
    const auto tag = crypto::hmac_sha256(key, message);
    return Bytes(tag.begin(), tag.end());
  }
  Result<Bytes> wrap(std::string_view label, const Secret& data_key, ByteView context) override {
    const auto key = wrapping_keys_.find(std::string(label));
    if (out_of_order || key == wrapping_keys_.end()) return no_key();
    Bytes nonce(12, 0);
    nonce.back() = static_cast<std::uint8_t>(++wrapped_);
    nonce.front() = static_cast<std::uint8_t>(wrapped_ >> 8);
    return crypto::seal(key->second, nonce, data_key.reveal(), context);
  }
  Result<Secret> unwrap(std::string_view label, ByteView wrapped, ByteView context) override {
    const auto key = wrapping_keys_.find(std::string(label));
    if (out_of_order || key == wrapping_keys_.end()) return no_key();
    auto opened = crypto::open_sealed(key->second, wrapped, context);
    if (!opened) return fail("vault.unwrap", "not what was wrapped");
    return Secret(std::move(opened).value());
  }
  Status make_wrapping_key(std::string_view label) override {
    if (out_of_order) return no_key();
    if (wrapping_keys_.contains(std::string(label))) return fail("vault.exists", "the key is there");
    wrapping_keys_.emplace(std::string(label), Secret(Bytes(32, static_cast<std::uint8_t>(++made_))));
    return ok();
  }
  Status destroy_key(std::string_view label) override {
    if (out_of_order || wrapping_keys_.erase(std::string(label)) == 0) return no_key();
    return ok();
  }
  Result<bool> has_key(std::string_view label) override {
    if (out_of_order) return no_key();
    return wrapping_keys_.contains(std::string(label));
  }

 private:
  static Bytes hex_seed() {
    Bytes seed(32);
    for (std::size_t i = 0; i < seed.size(); ++i) seed[i] = static_cast<std::uint8_t>(i);
    return seed;
  }
  Error no_key() const {
    return out_of_order ? fail("vault.token", "the token does not answer")
                        : fail("vault.no_key", "no such key");
  }

  crypto::PrivateKey log_key_;
  std::map<std::string, Secret> wrapping_keys_;
  int made_ = 0;
  int wrapped_ = 0;
};

}  // namespace imprimatur::test_support
