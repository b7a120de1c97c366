#include "station/limited_vault.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "tests/support/memory_vault.hpp"

namespace imprimatur::station {
namespace {

const Bytes kOne = hex("00010203040506070809");
const Bytes kOther = hex("10111213141516171819");

class Limited : public testing::Test {
 protected:
  void SetUp() override { vault.add_card_master("master", hex("404142434445464748494A4B4C4D4E4F")); }
  test_support::MemoryVault vault;
};

TEST_F(Limited, DerivesAsOftenAsIsAllowedAndThenNoMore) {
  int left = 1;
  LimitedVault limited(vault, left);
  ASSERT_TRUE(limited.derive_card_keys("master", kOne));
  EXPECT_EQ(left, 0);
  const auto refused = limited.derive_card_keys("master", kOther);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, kDerivations);
  EXPECT_FALSE(refused.error().remedy.empty());
}

TEST_F(Limited, KeepsWhatOneCardNeedsMoreThanOnce) {
  int left = 2;
  LimitedVault limited(vault, left);
  const auto first = limited.derive_card_keys("master", kOne);
  const auto again = limited.derive_card_keys("master", kOne);
  ASSERT_TRUE(first && again);
  EXPECT_EQ(to_hex(first.value().mac.reveal()), to_hex(again.value().mac.reveal()));
  EXPECT_EQ(left, 1);
  LimitedVault later(vault, left);
  ASSERT_TRUE(later.derive_card_keys("master", kOne));
  EXPECT_EQ(left, 0) << "another run of the card derives again";
}

TEST_F(Limited, CountsADerivationThatFailed) {
  int left = 3;
  LimitedVault limited(vault, left);
  EXPECT_FALSE(limited.derive_card_keys("no such key", kOne));
  EXPECT_EQ(left, 2);
}

TEST_F(Limited, IsGoodForNothingElse) {
  int left = 9;
  LimitedVault limited(vault, left);
  EXPECT_EQ(limited.sign_digest("master", kOne).error().code, "station.vault");
  EXPECT_EQ(limited.hmac("master", kOne).error().code, "station.vault");
  EXPECT_EQ(limited.destroy_key("master").error().code, "station.vault");
}

}  // namespace
}  // namespace imprimatur::station
