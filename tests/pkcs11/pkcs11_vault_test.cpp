// The vault against a real SoftHSM token.
#include "devices/pkcs11/pkcs11_vault.hpp"

#include <thread>

#include "base/encoding.hpp"
#include "crypto/digest.hpp"
#include "tests/pkcs11/soft_token.hpp"

namespace imprimatur::devices {
namespace {

using crypto::HashAlgorithm;
using crypto::KeyType;
using crypto::SignatureForm;

class Pkcs11VaultTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto admin = token_.create();
    ASSERT_TRUE(admin) << admin.error().message;
    auto& keys = *admin.value();
    ASSERT_TRUE(keys.make_card_master("card-master"));
    ASSERT_TRUE(keys.import_card_master("transport-16", Secret(hex("404142434445464748494A4B4C4D4E4F"))));
    ASSERT_TRUE(keys.import_card_master(
        "transport-32", Secret(hex("404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F"))));
    ASSERT_TRUE(keys.make_hmac_key("holder-hmac"));
    ASSERT_TRUE(keys.make_signing_pair("ds", KeyType::ec_p256));
    ASSERT_TRUE(keys.make_signing_pair("log", KeyType::ed25519));
    admin_public_ = keys.public_key("ds").value().spki_der();
    admin.value().reset();
    auto vault = token_.open();
    ASSERT_TRUE(vault) << vault.error().message;
    vault_ = std::move(vault.value());
  }

  testing::SoftToken token_;
  std::unique_ptr<Pkcs11Vault> vault_;
  Bytes admin_public_;
};

// spec virtual-card.md, scheme kdf3: computed with the openssl command line.
TEST_F(Pkcs11VaultTest, DerivesCardKeysInTheTokenAsTheTableSays) {
  const Bytes data = hex("00010203040506070809");
  const auto short_keys = vault_->derive_card_keys("transport-16", data).value();
  EXPECT_EQ(to_hex(short_keys.enc.reveal()), "808BC985A1069AD2A9AC94E0FE7B8843");
  EXPECT_EQ(to_hex(short_keys.mac.reveal()), "65942E0BF4F3F32AEFACBA5671456275");
  EXPECT_EQ(to_hex(short_keys.dek.reveal()), "6A74F6F6040CCA10D8A3FDC7914FD7CC");
  const auto long_keys = vault_->derive_card_keys("transport-32", data).value();
  EXPECT_EQ(to_hex(long_keys.enc.reveal()),
            "7E227C0F6D736A2492A356F83872F6814D3D38831E224DB731AAB0D1B51FAAF3");
  EXPECT_EQ(to_hex(long_keys.dek.reveal()),
            "2E4446700FA96B1010D2E5DA69E6BE3AF2431D4E27EB4B77D9239509899A358C");
}

TEST_F(Pkcs11VaultTest, DerivesDifferentKeysForEachCardFromTheMasterMadeInside) {
  const auto one = vault_->derive_card_keys("card-master", Bytes(10, 1)).value();
  const auto again = vault_->derive_card_keys("card-master", Bytes(10, 1)).value();
  const auto two = vault_->derive_card_keys("card-master", Bytes(10, 2)).value();
  EXPECT_EQ(one.enc.size(), 16U);
  EXPECT_TRUE(crypto::equal_secret(one.enc.reveal(), again.enc.reveal()));
  EXPECT_FALSE(crypto::equal_secret(one.enc.reveal(), two.enc.reveal()));
  EXPECT_FALSE(crypto::equal_secret(one.enc.reveal(), one.mac.reveal()));
  EXPECT_EQ(vault_->derive_card_keys("card-master", Bytes(9)).error().code, "vault.diversification");
}

TEST_F(Pkcs11VaultTest, SignsSoThatTheOpensslToolVerifies) {
  const auto digest = crypto::sha256(bytes_of("message"));
  const auto raw = vault_->sign_digest("ds", digest).value();
  ASSERT_EQ(raw.size(), 64U);
  const auto key = vault_->public_key("ds").value();
  EXPECT_EQ(key.spki_der(), admin_public_);
  const test_support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "public.der", key.spki_der()));
  ASSERT_TRUE(write_file(folder / "message", bytes_of("message")));
  ASSERT_TRUE(write_file(folder / "signature", crypto::ecdsa_raw_to_der(raw).value()));
  const auto result = test_support::run_command(
      "cd " + folder.path().string() +
      " && openssl dgst -sha256 -verify public.der -keyform DER -signature signature message");
  EXPECT_EQ(result.output, "Verified OK\n");
}

TEST_F(Pkcs11VaultTest, SignsMessagesWithEd25519SoThatTheOpensslToolVerifies) {
  const auto signature = vault_->sign_message("log", bytes_of("checkpoint")).value();
  const auto key = vault_->public_key("log").value();
  EXPECT_EQ(key.type(), KeyType::ed25519);
  const test_support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "public.der", key.spki_der()));
  ASSERT_TRUE(write_file(folder / "message", bytes_of("checkpoint")));
  ASSERT_TRUE(write_file(folder / "signature", signature));
  const auto result = test_support::run_command("cd " + folder.path().string() +
                                                " && openssl pkeyutl -verify -pubin -inkey public.der "
                                                "-keyform DER -rawin -in message -sigfile signature");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST_F(Pkcs11VaultTest, ComputesOneHmacForOneMessage) {
  const auto one = vault_->hmac("holder-hmac", bytes_of("079204012345")).value();
  EXPECT_EQ(one.size(), 32U);
  EXPECT_EQ(vault_->hmac("holder-hmac", bytes_of("079204012345")).value(), one);
  EXPECT_NE(vault_->hmac("holder-hmac", bytes_of("079204012346")).value(), one);
}

// The modules refuse null pointers, and an empty vector has one.
TEST_F(Pkcs11VaultTest, ComputesTheHmacOfNothing) {
  EXPECT_EQ(vault_->hmac("holder-hmac", {}).value().size(), 32U);
}

TEST_F(Pkcs11VaultTest, UnwrapsOnlyWithKeyBytesAndContext) {
  ASSERT_TRUE(vault_->make_wrapping_key("day-1"));
  ASSERT_TRUE(vault_->make_wrapping_key("day-2"));
  EXPECT_EQ(vault_->make_wrapping_key("day-1").error().code, "vault.exists");
  const Secret key(Bytes(32, 0x5A));
  const auto wrapped = vault_->wrap("day-1", key, bytes_of("job 1")).value();
  EXPECT_EQ(wrapped.size(), 12U + 32U + 16U);
  EXPECT_NE(vault_->wrap("day-1", key, bytes_of("job 1")).value(), wrapped);
  EXPECT_TRUE(crypto::equal_secret(vault_->unwrap("day-1", wrapped, bytes_of("job 1")).value().reveal(),
                                   key.reveal()));
  EXPECT_EQ(vault_->unwrap("day-1", wrapped, bytes_of("job 2")).error().code, "vault.unwrap");
  EXPECT_EQ(vault_->unwrap("day-2", wrapped, bytes_of("job 1")).error().code, "vault.unwrap");
  for (std::size_t i = 0; i < wrapped.size(); i += 5) {
    Bytes bad = wrapped;
    bad[i] ^= 1;
    EXPECT_EQ(vault_->unwrap("day-1", bad, bytes_of("job 1")).error().code, "vault.unwrap") << i;
  }
  EXPECT_EQ(vault_->unwrap("day-1", Bytes(28), bytes_of("job 1")).error().code, "vault.unwrap");
  // A refusal does not log the station out.
  EXPECT_TRUE(vault_->unwrap("day-1", wrapped, bytes_of("job 1")));
  EXPECT_TRUE(vault_->hmac("holder-hmac", bytes_of("x")));
}

TEST_F(Pkcs11VaultTest, DestroysAWrappingKeyForEver) {
  ASSERT_TRUE(vault_->make_wrapping_key("day-1"));
  const auto wrapped = vault_->wrap("day-1", Secret(Bytes(32, 1)), {}).value();
  ASSERT_TRUE(vault_->has_key("day-1").value());
  ASSERT_TRUE(vault_->destroy_key("day-1"));
  EXPECT_FALSE(vault_->has_key("day-1").value());
  EXPECT_EQ(vault_->unwrap("day-1", wrapped, {}).error().code, "vault.no_key");
  EXPECT_EQ(vault_->destroy_key("day-1").error().code, "vault.no_key");
  ASSERT_TRUE(vault_->make_wrapping_key("day-1"));
  EXPECT_EQ(vault_->unwrap("day-1", wrapped, {}).error().code, "vault.unwrap");
}

TEST_F(Pkcs11VaultTest, SaysWhichKeyItDoesNotHave) {
  EXPECT_EQ(vault_->sign_digest("none", Bytes(32)).error().code, "vault.no_key");
  EXPECT_EQ(vault_->sign_digest("none", Bytes(32)).error().field, "none");
  EXPECT_EQ(vault_->public_key("holder-hmac").error().code, "vault.no_key");
  EXPECT_EQ(vault_->hmac("none", {}).error().code, "vault.no_key");
  EXPECT_FALSE(vault_->has_key("none").value());
  EXPECT_TRUE(vault_->has_key("ds").value());
}

TEST_F(Pkcs11VaultTest, LetsNoKeyDoAnotherKeysWork) {
  EXPECT_FALSE(vault_->hmac("card-master", bytes_of("x")));
  EXPECT_FALSE(vault_->wrap("card-master", Secret(Bytes(32)), {}));
  EXPECT_FALSE(vault_->wrap("holder-hmac", Secret(Bytes(32)), {}));
  ASSERT_TRUE(vault_->make_wrapping_key("day"));
  EXPECT_FALSE(vault_->derive_card_keys("day", Bytes(10)));
  EXPECT_TRUE(vault_->derive_card_keys("card-master", Bytes(10)));
}

TEST_F(Pkcs11VaultTest, RefusesAWrongPinAndAnUnknownToken) {
  vault_.reset();
  EXPECT_EQ(token_.open("wrong").error().code, "vault.locked");
  EXPECT_EQ(token_.open("1234-user", "other-token").error().code, "vault.no_token");
  const auto missing = Pkcs11Vault::open({.module = "/nowhere.so", .token_label = "x", .pin = {}});
  EXPECT_EQ(missing.error().code, "vault.module");
  EXPECT_TRUE(token_.open());
}

TEST_F(Pkcs11VaultTest, ServesManyThreadsAtOnce) {
  ASSERT_TRUE(vault_->make_wrapping_key("day"));
  constexpr int kThreads = 4;
  constexpr int kRounds = 25;
  std::array<int, kThreads> good{};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, &good, t] {
        const Bytes message{static_cast<std::uint8_t>(t)};
        const auto key = vault_->public_key("ds").value();
        for (int i = 0; i < kRounds; ++i) {
          const auto signature = vault_->sign_digest("ds", crypto::sha256(message));
          const auto wrapped = vault_->wrap("day", Secret(Bytes(32, 7)), message);
          if (signature && wrapped && vault_->unwrap("day", wrapped.value(), message) &&
              key.verify(HashAlgorithm::sha256, SignatureForm::raw, message, signature.value())) {
            ++good[static_cast<std::size_t>(t)];
          }
        }
      });
    }
  }
  for (const int count : good) EXPECT_EQ(count, kRounds);
}

TEST_F(Pkcs11VaultTest, KeysAreNarrowAndNeverComeOut) {
  ASSERT_TRUE(vault_->make_wrapping_key("day"));
  vault_.reset();
  const std::string objects = token_.pkcs11_tool("--list-objects");
  for (const char* label : {"card-master", "transport-16", "holder-hmac", "ds", "log", "day"}) {
    EXPECT_NE(objects.find(label), std::string::npos) << objects;
  }
  EXPECT_NE(objects.find("never extractable"), std::string::npos);
  // pkcs11-tool prints "Usage:" of each object; none may wrap, unwrap or derive.
  for (const char* forbidden : {"wrap", "derive"}) {
    EXPECT_EQ(objects.find(forbidden), std::string::npos) << objects;
  }
  const std::string read = token_.pkcs11_tool("--read-object --type secrkey --label card-master");
  EXPECT_NE(read.find("error"), std::string::npos) << read;
}

}  // namespace
}  // namespace imprimatur::devices
