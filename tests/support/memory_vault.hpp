// A KeyVault in memory for unit tests: the same answers as a token, keys chosen by the test. It keeps
// its keys readable, so it is never a part of the station.
//
// Any thread once the keys have been added. `fail_all` makes every call answer vault.token, as a token
// that was pulled out does.
#pragma once

#include <atomic>
#include <map>
#include <mutex>

#include "base/check.hpp"
#include "base/random.hpp"
#include "crypto/cipher.hpp"
#include "crypto/digest.hpp"
#include "crypto/key_vault.hpp"

namespace imprimatur::test_support {

class MemoryVault final : public crypto::KeyVault {
 public:
  // 16, 24 or 32 bytes (CHECK).
  void add_card_master(std::string_view label, Bytes master) {
    CHECK(master.size() == 16 || master.size() == 24 || master.size() == 32);
    add(masters_, label, Secret(std::move(master)));
  }
  void add_signing_key(std::string_view label, crypto::KeyType type) {
    add_signing_key(label, crypto::PrivateKey::generate(type).value());
  }
  void add_signing_key(std::string_view label, crypto::PrivateKey key) { add(pairs_, label, std::move(key)); }
  void add_hmac(std::string_view label, Bytes key) { add(hmacs_, label, Secret(std::move(key))); }
  // 32 bytes (CHECK).
  void add_wrapping(std::string_view label, Bytes key) {
    CHECK(key.size() == 32);
    add(wrappers_, label, Secret(std::move(key)));
  }

  std::atomic<bool> fail_all = false;
  std::atomic<int> signatures = 0;  // made so far by sign_digest and sign_message

  // The scheme kdf3 as its description says, not as the vault over PKCS#11 writes it.
  Result<crypto::CardKeys> derive_card_keys(std::string_view label, ByteView diversification_data) override {
    const std::lock_guard lock(mutex_);
    TRY(const Secret* master, find(masters_, label));
    if (diversification_data.size() != 10)
      return fail("vault.diversification", "diversification data has 10 bytes");
    return crypto::CardKeys{.enc = derive(*master, 1, diversification_data),
                            .mac = derive(*master, 2, diversification_data),
                            .dek = derive(*master, 3, diversification_data)};
  }

  Result<Bytes> sign_digest(std::string_view label, ByteView digest) override {
    const std::lock_guard lock(mutex_);
    TRY(const crypto::PrivateKey* key, find(pairs_, label));
    if (key->public_key().type() == crypto::KeyType::ed25519)
      return fail("vault.token", "this key signs messages");
    ++signatures;
    return key->sign_prehashed(digest);
  }

  Result<Bytes> sign_message(std::string_view label, ByteView message) override {
    const std::lock_guard lock(mutex_);
    TRY(const crypto::PrivateKey* key, find(pairs_, label));
    if (key->public_key().type() != crypto::KeyType::ed25519)
      return fail("vault.token", "this key signs digests");
    ++signatures;
    return key->sign(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, message);
  }

  Result<crypto::PublicKey> public_key(std::string_view label) override {
    const std::lock_guard lock(mutex_);
    TRY(const crypto::PrivateKey* key, find(pairs_, label));
    return key->public_key();
  }

  Result<Bytes> hmac(std::string_view label, ByteView message) override {
    const std::lock_guard lock(mutex_);
    TRY(const Secret* key, find(hmacs_, label));
    const auto tag = crypto::hmac_sha256(key->reveal(), message);
    return Bytes(tag.begin(), tag.end());
  }

  Result<Bytes> wrap(std::string_view label, const Secret& data_key, ByteView context) override {
    const std::lock_guard lock(mutex_);
    TRY(const Secret* key, find(wrappers_, label));
    return crypto::seal(*key, SystemRandom().bytes(12), data_key.reveal(), context);
  }

  Result<Secret> unwrap(std::string_view label, ByteView wrapped, ByteView context) override {
    const std::lock_guard lock(mutex_);
    TRY(const Secret* key, find(wrappers_, label));
    auto opened = crypto::open_sealed(*key, wrapped, context);
    if (!opened) return fail("vault.unwrap", "key, bytes or context are not those of the wrapping");
    return Secret(std::move(opened).value());
  }

  Status make_wrapping_key(std::string_view label) override {
    const std::lock_guard lock(mutex_);
    if (fail_all) return pulled_out();
    if (wrappers_.contains(label))
      return fail("vault.exists", "there is a key of this name", std::string(label));
    wrappers_.emplace(label, Secret(SystemRandom().bytes(32)));
    return ok();
  }

  Status destroy_key(std::string_view label) override {
    const std::lock_guard lock(mutex_);
    if (fail_all) return pulled_out();
    if (!take(wrappers_, label) && !take(hmacs_, label) && !take(masters_, label)) return no_key(label);
    return ok();
  }

  Result<bool> has_key(std::string_view label) override {
    const std::lock_guard lock(mutex_);
    if (fail_all) return pulled_out();
    return wrappers_.contains(label) || hmacs_.contains(label) || masters_.contains(label) ||
           pairs_.contains(label);
  }

 private:
  template <class Key>
  using Keys = std::map<std::string, Key, std::less<>>;

  static Error no_key(std::string_view label) {
    return fail("vault.no_key", "there is no such key", std::string(label));
  }
  static Error pulled_out() { return fail("vault.token", "the token does not answer"); }

  template <class Key>
  static void add(Keys<Key>& keys, std::string_view label, Key key) {
    CHECK(keys.emplace(label, std::move(key)).second);
  }
  template <class Key>
  static bool take(Keys<Key>& keys, std::string_view label) {
    const auto found = keys.find(label);
    if (found == keys.end()) return false;
    keys.erase(found);
    return true;
  }
  template <class Key>
  Result<const Key*> find(const Keys<Key>& keys, std::string_view label) const {
    if (fail_all) return pulled_out();
    const auto found = keys.find(label);
    if (found == keys.end()) return no_key(label);
    return &found->second;
  }

  static Secret derive(const Secret& master, std::uint8_t purpose, ByteView data) {
    const std::size_t length = master.size();
    Bytes key;
    for (std::uint8_t i = 1; key.size() < length; ++i) {
      append(key,
             crypto::aes_cmac(master.reveal(), concat({Bytes{i, 0x00, 0x00, 0x00, purpose, 0x00}, data})));
    }
    key.resize(length);
    return Secret(std::move(key));
  }

  std::mutex mutex_;
  Keys<Secret> masters_;
  Keys<crypto::PrivateKey> pairs_;
  Keys<Secret> hmacs_;
  Keys<Secret> wrappers_;
};

}  // namespace imprimatur::test_support
