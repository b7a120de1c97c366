#include "chip/chip_keys.hpp"

#include "chip/key_values.hpp"
#include "lds/security_infos.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur::chip {
namespace {

using lds::FileId;

TEST(ChipKeys, MakesWhatTheProfileAsksForAndNothingElse) {
  SeededRandom random(5);
  const auto none = make_chip_keys(testing::load_test_profile("vn-citizen"), random).value();
  EXPECT_FALSE(none.active_authentication || none.chip_authentication);
  const auto both = make_chip_keys(testing::load_test_profile("utopia-pace"), random).value();
  ASSERT_TRUE(both.active_authentication && both.chip_authentication);
  EXPECT_EQ(both.active_authentication->public_key().type(), crypto::KeyType::ec_p256);
  EXPECT_EQ(both.chip_authentication->point,
            crypto::multiply(crypto::Curve::p256, both.chip_authentication->scalar).value());
}

TEST(ChipKeys, GivesEachCardItsOwn) {
  SeededRandom random(5);
  const ChipProfile profile = testing::load_test_profile("utopia-pace");
  const auto one = make_chip_keys(profile, random).value();
  const auto other = make_chip_keys(profile, random).value();
  EXPECT_NE(one.chip_authentication->point, other.chip_authentication->point);
  EXPECT_NE(one.active_authentication->public_key().spki_der(),
            other.active_authentication->public_key().spki_der());
}

TEST(ChipKeys, AddsTheirPublicHalvesToTheFiles) {
  SeededRandom random(5);
  const ChipProfile profile = testing::load_test_profile("utopia-pace");
  const auto keys = make_chip_keys(profile, random).value();
  lds::FileMap files = testing::specimen_groups(100);
  ASSERT_TRUE(add_key_files(profile, keys, files));
  const auto offers = lds::decode_card_access(files.at(FileId::card_access)).value();
  EXPECT_EQ(offers.pace, profile.pace);
  const auto infos = lds::decode_dg14(files.at(FileId::dg14)).value();
  ASSERT_EQ(infos.chip_authentication_keys.size(), 1U);
  EXPECT_EQ(infos.chip_authentication_keys[0].point, keys.chip_authentication->point);
  EXPECT_EQ(infos.active_authentication_hash, crypto::HashAlgorithm::sha256);
  EXPECT_EQ(infos.pace, profile.pace);
  EXPECT_EQ(lds::decode_dg15(files.at(FileId::dg15)).value().spki_der(),
            keys.active_authentication->public_key().spki_der());
  const auto listed = lds::decode_com(files.at(FileId::com)).value();
  EXPECT_NE(std::find(listed.begin(), listed.end(), FileId::dg15), listed.end());
  EXPECT_EQ(std::find(listed.begin(), listed.end(), FileId::card_access), listed.end());
  EXPECT_EQ(add_key_files(profile, ChipKeys{}, files).error().code, "chip.content");
}

// 9303-11 section 9.2: what EF.CardAccess offers stands in DG14 too, whatever else does.
TEST(ChipKeys, ConfirmsPaceInDg14WithoutOtherProtocols) {
  ChipProfile profile = testing::load_test_profile("utopia-pace");
  profile.active_authentication.reset();
  profile.chip_authentication.reset();
  lds::FileMap files = testing::specimen_groups(100);
  ASSERT_TRUE(add_key_files(profile, ChipKeys{}, files));
  const auto infos = lds::decode_dg14(files.at(FileId::dg14)).value();
  EXPECT_EQ(infos.pace, profile.pace);
  EXPECT_TRUE(infos.chip_authentication.empty());
  const auto listed = lds::decode_com(files.at(FileId::com)).value();
  EXPECT_NE(std::find(listed.begin(), listed.end(), FileId::dg14), listed.end());
  profile.access = {AccessProtocol::bac};
  lds::FileMap plain = testing::specimen_groups(100);
  ASSERT_TRUE(add_key_files(profile, ChipKeys{}, plain));
  EXPECT_FALSE(plain.contains(FileId::dg14) || plain.contains(FileId::card_access));
}

// devices/virtual_card/FORMAT.md section 1.
TEST(ChipKeys, EncodesAnEcKeyWithItsDomainParameters) {
  const std::string scalar = "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99";
  ChipAuthenticationPair pair{crypto::Curve::brainpool_p256r1, Secret(hex(scalar)), {}};
  EXPECT_EQ(to_hex(chip_authentication_value(pair).reveal()), "A12580010D8120" + scalar);
}

TEST(ChipKeys, EncodesAnRsaKeyWithItsFiveNumbers) {
  const auto key = crypto::PrivateKey::generate(crypto::KeyType::rsa).value();
  const Secret value = active_authentication_value(key);
  ByteReader reader(value.reveal(), "value");
  ByteReader numbers(lds::expect_tlv(reader, 0xA2).value(), "numbers");
  EXPECT_EQ(lds::expect_tlv(numbers, 0x80).value().size(), 256U);
  EXPECT_EQ(to_hex(lds::expect_tlv(numbers, 0x81).value()), "010001");
  EXPECT_LE(lds::expect_tlv(numbers, 0x82).value().size(), 256U);
  EXPECT_EQ(lds::expect_tlv(numbers, 0x83).value().size(), 128U);
  EXPECT_EQ(lds::expect_tlv(numbers, 0x84).value().size(), 128U);
  EXPECT_TRUE(numbers.at_end() && reader.at_end());
}

}  // namespace
}  // namespace imprimatur::chip
