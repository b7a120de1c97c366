#include "chip/bac.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::hex_member;
using testing::text_member;

// Gives the bytes it was told to.
class GivenRandom final : public Random {
 public:
  explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) byte = bytes_.at(at_++);
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

TEST(Bac, DerivesKeysFromTheMrz) {
  const json::value file = testing::load("bac.json");
  for (const json::value& vector : file.at("key_seed_from_mrz").as_array()) {
    const Secret seed = bac_key_seed(text_member(vector, "mrz_information"));
    EXPECT_EQ(to_hex(seed.reveal()), text_member(vector, "kseed"));
    EXPECT_EQ(to_hex(derive_des3_key(seed, KeyPurpose::encryption).reveal()), text_member(vector, "kenc"));
    EXPECT_EQ(to_hex(derive_des3_key(seed, KeyPurpose::mac).reveal()), text_member(vector, "kmac"));
  }
}

TEST(Bac, AuthenticatesAsInDoc9303) {  // 9303-11 appendix D.3
  const json::value file = testing::load("bac.json");
  const json::value& example = file.at("mutual_authentication");
  const Secret seed = bac_key_seed("L898902C<369080619406236");
  testing::ScriptedChannel channel({text_member(example.at("get_challenge"), "response"),
                                    text_member(example.at("external_authenticate"), "response")});
  GivenRandom random(concat({hex_member(example, "rnd_ifd"), hex_member(example, "k_ifd")}));
  auto session = open_bac(channel, seed, random);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(channel.sent[0], text_member(example.at("get_challenge"), "command"));
  EXPECT_EQ(channel.sent[1], text_member(example.at("external_authenticate"), "command"));
  EXPECT_EQ(to_hex(session.value().counter()), text_member(example, "ssc"));
  // The session keys are right when the first command of D.4 comes out.
  const json::value& first = file.at("secure_messaging_d4").at("steps").as_array()[0];
  EXPECT_EQ(to_hex(testing::encoded(session.value().protect(select_file(0x011E)).value())),
            text_member(first, "protected_command"));
}

TEST(Bac, StopsWhenTheCardRefusesOrAnswersWrongly) {
  const json::value file = testing::load("bac.json");
  const json::value& example = file.at("mutual_authentication");
  const Bytes good = hex_member(example.at("external_authenticate"), "response");
  Bytes wrong_mac = good;
  wrong_mac[39] ^= 1;
  Bytes short_answer = concat({ByteView(good).first(32), hex("9000")});
  for (const Bytes& answer : {hex("6300"), hex("6988"), hex("9000"), wrong_mac, short_answer}) {
    testing::ScriptedChannel channel({"4608F919887022129000", to_hex(answer)});
    GivenRandom random(concat({hex_member(example, "rnd_ifd"), hex_member(example, "k_ifd")}));
    auto session = open_bac(channel, bac_key_seed("L898902C<369080619406236"), random);
    ASSERT_FALSE(session) << to_hex(answer);
    EXPECT_EQ(session.error().code, "chip.access_failed");
    EXPECT_EQ(channel.sent.size(), 2U);
  }
}

TEST(Bac, StopsWhenTheCardAnswersAnotherChallenge) {
  const json::value file = testing::load("bac.json");
  const json::value& example = file.at("mutual_authentication");
  // The recorded answer to other challenges: its MAC is right, its RND.IC or RND.IFD is not.
  const Secret seed = bac_key_seed("L898902C<369080619406236");
  const Bytes answer = hex_member(example.at("external_authenticate"), "response");
  const ByteView data = ByteView(answer).first(40);
  const BacTerminal other_ic(seed, hex("4608F91988702213"), hex_member(example, "rnd_ifd"),
                             Secret(hex_member(example, "k_ifd")));
  EXPECT_EQ(other_ic.finish(data).error().code, "chip.access_failed");
  const BacTerminal other_ifd(seed, hex_member(example, "rnd_ic"), hex("781723860C06C227"),
                              Secret(hex_member(example, "k_ifd")));
  EXPECT_EQ(other_ifd.finish(data).error().code, "chip.access_failed");
}

TEST(Bac, RefusesACardWithoutAChallenge) {
  for (const std::string answer : {"6985", "01029000"}) {
    testing::ScriptedChannel channel({answer});
    SeededRandom random(1);
    EXPECT_EQ(open_bac(channel, bac_key_seed("X"), random).error().code, "chip.access_failed");
    EXPECT_EQ(channel.sent.size(), 1U);
  }
}

}  // namespace
}  // namespace imprimatur::chip
