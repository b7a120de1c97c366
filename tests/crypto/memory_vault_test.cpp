#include "tests/support/memory_vault.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::test_support {
namespace {

// spec virtual-card.md, scheme kdf3: computed with the openssl command line.
TEST(MemoryVault, DerivesCardKeysAsTheTableSays) {
  MemoryVault vault;
  vault.add_card_master("a", hex("404142434445464748494A4B4C4D4E4F"));
  vault.add_card_master("b", hex("404142434445464748494A4B4C4D4E4F5051525354555657"));
  const Bytes data = hex("00010203040506070809");
  const auto short_keys = vault.derive_card_keys("a", data).value();
  EXPECT_EQ(to_hex(short_keys.enc.reveal()), "808BC985A1069AD2A9AC94E0FE7B8843");
  EXPECT_EQ(to_hex(short_keys.mac.reveal()), "65942E0BF4F3F32AEFACBA5671456275");
  EXPECT_EQ(to_hex(short_keys.dek.reveal()), "6A74F6F6040CCA10D8A3FDC7914FD7CC");
  const auto long_keys = vault.derive_card_keys("b", data).value();
  EXPECT_EQ(to_hex(long_keys.dek.reveal()), "E724FF4857153DDF66F75A99CC32B8C04739A0FBFF1C9AFC");
  EXPECT_EQ(vault.derive_card_keys("c", data).error().code, "vault.no_key");
}

TEST(MemoryVault, SignsDigestsAndMessages) {
  MemoryVault vault;
  vault.add_signing_key("ds", crypto::KeyType::ec_p256);
  vault.add_signing_key("log", crypto::KeyType::ed25519);
  const auto digest = crypto::sha256(bytes_of("message"));
  const auto signature = vault.sign_digest("ds", digest).value();
  EXPECT_TRUE(vault.public_key("ds").value().verify(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw,
                                                    bytes_of("message"), signature));
  const auto note = vault.sign_message("log", bytes_of("note")).value();
  EXPECT_TRUE(vault.public_key("log").value().verify(crypto::HashAlgorithm::sha256,
                                                     crypto::SignatureForm::raw, bytes_of("note"), note));
  EXPECT_EQ(vault.signatures, 2);
  EXPECT_FALSE(vault.sign_digest("log", digest));
  EXPECT_FALSE(vault.sign_message("ds", digest));
}

TEST(MemoryVault, UnwrapsOnlyWithKeyAndContextAndNotAfterDestruction) {
  MemoryVault vault;
  ASSERT_TRUE(vault.make_wrapping_key("day"));
  EXPECT_EQ(vault.make_wrapping_key("day").error().code, "vault.exists");
  const auto wrapped = vault.wrap("day", Secret(Bytes(32, 5)), bytes_of("job 1")).value();
  EXPECT_TRUE(equal(vault.unwrap("day", wrapped, bytes_of("job 1")).value().reveal(), Bytes(32, 5)));
  EXPECT_EQ(vault.unwrap("day", wrapped, bytes_of("job 2")).error().code, "vault.unwrap");
  ASSERT_TRUE(vault.destroy_key("day"));
  EXPECT_FALSE(vault.has_key("day").value());
  EXPECT_EQ(vault.unwrap("day", wrapped, bytes_of("job 1")).error().code, "vault.no_key");
  EXPECT_EQ(vault.destroy_key("day").error().code, "vault.no_key");
}

TEST(MemoryVault, AnswersNothingWhenItIsPulledOut) {
  MemoryVault vault;
  vault.add_hmac("holder-hmac", Bytes(20, 0x0B));
  // RFC 4231 test case 1.
  EXPECT_EQ(to_hex(vault.hmac("holder-hmac", bytes_of("Hi There")).value()),
            "B0344C61D8DB38535CA8AFCEAF0BF12B881DC200C9833DA726E9376C2E32CFF7");
  vault.fail_all = true;
  EXPECT_EQ(vault.hmac("holder-hmac", {}).error().code, "vault.token");
  EXPECT_EQ(vault.make_wrapping_key("day").error().code, "vault.token");
  EXPECT_EQ(vault.has_key("holder-hmac").error().code, "vault.token");
}

}  // namespace
}  // namespace imprimatur::test_support
