#include "chip/profile.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/templates/chips";

std::string shipped() {
  return read_text_file(kFolder / "vn-citizen.json").value();
}

// The shipped profile with one piece of text replaced.
Result<ChipProfile> changed(std::string_view from, std::string_view to) {
  std::string text = shipped();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return parse_profile(text, "vn-citizen.json");
}

TEST(ChipProfile, LoadsTheShippedProfiles) {
  for (const std::string_view name : {"vn-citizen", "utopia-id"}) {
    const auto profile = load_profile(kFolder, name);
    ASSERT_TRUE(profile) << profile.error().message;
    EXPECT_EQ(profile.value().name, name);
    EXPECT_EQ(to_hex(profile.value().application), "A0000002471001");
    EXPECT_EQ(profile.value().blank_keys.version, 0x30);
    EXPECT_EQ(profile.value().card_keys.version, 0x31);
    EXPECT_EQ(profile.value().card_keys.master, "card-master");
    EXPECT_EQ(profile.value().closing.size(), 3U);
  }
}

TEST(ChipProfile, HashesTheBytesOfTheFile) {
  const auto profile = load_profile(kFolder, "vn-citizen").value();
  EXPECT_EQ(profile.hash, crypto::sha256(bytes_of(shipped())));
}

TEST(ChipProfile, NamesLineAndFieldOfAnError) {
  const auto profile = changed(R"("level": "33")", R"("level": "34")");
  ASSERT_FALSE(profile);
  EXPECT_EQ(profile.error().code, "chip.profile");
  EXPECT_EQ(profile.error().field, "/secure_channel/level");
  EXPECT_EQ(profile.error().message, "vn-citizen.json line 12: wanted one of: 01, 03, 11, 13, 33");
}

TEST(ChipProfile, RefusesWhatWouldMakeABadCard) {
  const std::vector<std::array<std::string_view, 3>> cases = {
      {R"("dialect": "gp-store-data")", R"("dialect": "magic")", "/dialect"},
      {R"("mode": "S8")", R"("mode": "S9")", "/secure_channel/mode"},
      {R"("level": "33")", R"("level": "00")", "/secure_channel/level"},
      {R"("version": "31")", R"("version": "30")", "/secure_channel/card_keys/version"},
      {R"("version": "31")", R"("version": "00")", "/secure_channel/card_keys/version"},
      {R"("master": "card-master")", R"("master": "")", "/secure_channel/card_keys/master"},
      {R"("key_scheme": "kdf3")", R"("key_scheme": "visa2")", "/secure_channel/key_scheme"},
      {R"("application": "A0000002471001")", R"("application": "A000")", "/application"},
      {R"("application": "A0000002471001")", R"("application": "A0000002471Z01")", "/application"},
      {R"("command_bytes_max": 255)", R"("command_bytes_max": 256)", "/transfer/command_bytes_max"},
      {R"("command_bytes_max": 255)", R"("command_bytes": 255)", "/transfer/command_bytes"},
      {R"("file": "DG3", "read": "terminal")", R"("file": "DG1", "read": "terminal")", "/files/2/file"},
      {R"("file": "DG3", "read": "terminal")", R"("file": "DG3", "read": "maybe")", "/files/2/read"},
      {R"("file": "DG3", "read")", R"("file": "DG33", "read")", "/files/2/file"},
      {R"("file": "EF.SOD", "read": "access", "required": true)",
       R"("file": "EF.SOD", "read": "access", "required": false)", "/files"},
      {R"("file": "DG3", "read")", R"("file": "EF.CardAccess", "read")", "/files/2/file"},
      {R"("rotate-keys", )", "", "/closing"},
      {R"("activate", )", "", "/closing"},
      {R"("activate", )", R"("rotate-keys", )", "/closing/1"},
      {R"("secure-issuer-domain")", R"("terminate")", "/closing/2"},
      {R"("status_words": {})", R"("status_words": {"6A8": "stop"})", "/status_words/6A8"},
      {R"("status_words": {})", R"("status_words": {"6A84": "hope"})", "/status_words/6A84"},
      {R"("status_words": {})", R"("status_words": {"9000": "stop"})", "/status_words/9000"},
      {R"("status_words": {})", R"("status_word": {})", "/status_word"},
  };
  for (const auto& [from, to, field] : cases) {
    const auto profile = changed(from, to);
    ASSERT_FALSE(profile) << to;
    EXPECT_EQ(profile.error().code, "chip.profile") << to;
    EXPECT_EQ(profile.error().field, field) << to;
    EXPECT_NE(profile.error().message.find("line "), std::string::npos);
  }
}

TEST(ChipProfile, TakesOverridesOfStatusWords) {
  const auto profile = changed(R"("status_words": {})", R"("status_words": {"6A84": "next"})");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile.value().status_words.at(0x6A84), StatusAction::next);
}

TEST(ChipProfile, RefusesBrokenJsonAndAStrangeName) {
  EXPECT_EQ(parse_profile("{", "x.json").error().code, "chip.profile");
  EXPECT_EQ(changed(R"("version": 1,)", R"("version": 1, "version": 2,)").error().code, "chip.profile");
  EXPECT_FALSE(load_profile(kFolder, "no-such-profile"));
}

TEST(ChipProfile, UsesExtendedLengthOnlyWhereEverybodyOffersIt) {
  ChipProfile profile = load_profile(kFolder, "vn-citizen").value();
  testing::ScriptedChannel channel({});
  channel.atr_ = hex("3B00");
  EXPECT_EQ(apdu_form(profile, channel), ApduForm::short_only);
  channel.atr_ = hex("3B8580018073C821401B");  // T=1, historical bytes 80 73 C8 21 40: capabilities with 40
  EXPECT_EQ(apdu_form(profile, channel), ApduForm::extended);
  channel.atr_ = hex("3B8580018073C821805B");  // chaining only
  EXPECT_EQ(apdu_form(profile, channel), ApduForm::short_only);
  channel.atr_ = hex("3B85800180");  // cut off
  EXPECT_EQ(apdu_form(profile, channel), ApduForm::short_only);
  channel.atr_ = hex("3B8580018073C821401B");
  profile.transfer.extended_if_offered = false;
  EXPECT_EQ(apdu_form(profile, channel), ApduForm::short_only);
}

}  // namespace
}  // namespace imprimatur::chip
