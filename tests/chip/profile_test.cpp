#include "chip/profile.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

const std::filesystem::path kFolder = SOURCE_DIR "/templates/chips";

std::string shipped() {
  return read_text_file(kFolder / "vn-citizen.json").value();
}

// A shipped profile with one piece of text replaced.
Result<ChipProfile> changed(std::string_view name, std::string_view from, std::string_view to,
                            TestKeys test_keys) {
  std::string text = read_text_file(kFolder / (std::string(name) + ".json")).value();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  return parse_profile(text, std::string(name) + ".json", test_keys);
}

Result<ChipProfile> changed(std::string_view from, std::string_view to) {
  return changed("vn-citizen", from, to, TestKeys::refused);
}

TEST(ChipProfile, LoadsTheShippedProfiles) {
  for (const std::string_view name : {"vn-citizen", "utopia-id", "utopia-pace", "utopia-rsa"}) {
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
      {R"("file": "DG3", "read")", R"("file": "DG15", "read")", "/files/2/file"},
      {R"("file": "DG3", "read")", R"("size": 900, "file": "DG3", "read")", "/files/2/size"},
      {R"("file": "DG3", "read")", R"("create": "62", "file": "DG3", "read")", "/files/2/create"},
      {R"("file": "DG3", "read")", R"("short_id": 1, "file": "DG3", "read")", "/files/2/short_id"},
      {R"("file": "DG3", "read")", R"("short_id": 31, "file": "DG3", "read")", "/files/2/short_id"},
      {R"("file": "DG3", "read")", R"("in": "master-file", "file": "DG3", "read")", "/files/2/in"},
      {R"("closing": [)", R"("commands": {}, "closing": [)", "/commands"},
      {R"("closing": [)", R"("commands_missing": ["hope"], "closing": [)", "/commands_missing/0"},
      {R"("closing": [)", R"("commands_missing": ["set-status", "set-status"], "closing": [)",
       "/commands_missing/1"},
      {R"("closing": [)", R"("commands_missing": ["set-status"], "closing": [)", "/closing"},
      {R"("closing": [)", R"("commands_missing": ["key-template"], "closing": [)", "/closing"},
      {R"("closing": [)", R"("commands_missing": ["store-data"], "closing": [)", "/dialect"},
      {R"("closing": [)", R"("commands_missing": ["put-key"], "closing": [)", "/secure_channel/card_keys"},
      {R"("closing": [)", R"("pace": [{"suite": "aes-128", "curve": "P-256"}], "closing": [)", "/pace"},
      {R"("closing": [)", R"("active_authentication": {"key": "rsa-2048", "hash": "sha256"}, "closing": [)",
       "/files"},
      {R"("closing": [)",
       R"("identity": {"select": "magic", "command": "80CA9F7F", "bytes": 42}, "closing": [)",
       "/identity/select"},
      {R"("closing": [)", R"("identity": {"select": "none", "command": "80CA9F", "bytes": 42}, "closing": [)",
       "/identity/command"},
      {R"("closing": [)",
       R"("identity": {"select": "none", "command": "80CA9F7F", "bytes": 65}, "closing": [)",
       "/identity/bytes"},
      {R"("version": 2,)", R"("version": 2, "format": 3,)", "/format"},
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

struct Broken {
  std::string_view profile;
  std::string_view from;
  std::string_view to;
  std::string_view field;
  std::string_view says;
};

// Each breaks one rule of the newer members; the error names line, field and what was wanted.
TEST(ChipProfile, RefusesWhatItsProtocolsAndDialectsDoNotAllow) {
  const std::vector<Broken> cases = {
      {"utopia-pace", R"(["pace", "bac"])", R"(["pace", "pace"])", "/access/1", "twice"},
      {"utopia-pace", R"(["pace", "bac"])", R"(["sesame"])", "/access/0", "bac, pace"},
      {"utopia-pace", R"(["pace", "bac"])", R"(["bac"])", "/pace", "do not name pace"},
      {"utopia-pace", R"("curve": "P-256"}
  ])",
       R"("curve": "P-521"}
  ])",
       "/pace/0/curve", "brainpoolP384r1"},
      {"utopia-pace", R"({"suite": "aes-128", "curve": "P-256"}
)",
       R"({"suite": "aes-128", "curve": "P-256"}, {"suite": "aes-128", "curve": "P-256"}
)",
       "/pace/1", "twice"},
      {"utopia-pace", R"({"suite": "aes-128", "curve": "P-256"}
)",
       "\n", "/pace", "without a suite"},
      {"utopia-pace", R"("read": "always")", R"("read": "access")", "/files/0/read", "always"},
      {"utopia-pace", R"({"file": "EF.CardAccess", "read": "always", "required": true},)", "", "/files",
       "EF.CardAccess"},
      {"utopia-pace", R"({"file": "DG15", "read": "access", "required": true},)", "", "/files", "DG15"},
      {"utopia-pace", R"({"file": "DG14", "read": "access", "required": true},)", "", "/files", "DG14"},
      {"utopia-pace", R"("hash": "sha256")", R"("hash": "sha1")", "/active_authentication/hash", "sha256"},
      {"utopia-pace", R"("key": "ec-p256")", R"("key": "rsa-512")", "/active_authentication/key", "rsa-2048"},
      {"utopia-rsa", R"("key": "rsa-2048")", R"("key": "rsa-1024")", "/active_authentication/hash", "sha1"},
      {"utopia-pace", R"("parameters": "explicit")", R"("parameters": "secret")",
       "/chip_authentication/parameters", "named"},
      {"utopia-pace", R"("to": "application")", R"("to": "moon")", "/secure_channel/to", "issuer-domain"},
      {"utopia-pace", R"("protocol": "scp03")", R"("protocol": "scp02")", "/secure_channel/protocol", "none"},
      {"iso7816-specimen", R"("dialect": "iso7816-files")", R"("dialect": "gp-store-data")", "/commands",
       "leave"},
      {"iso7816-specimen", R"("62( 820138)", R"("62( 82013)", "/commands/before/0/data", "hex"},
      {"iso7816-specimen", R"(8302{file_id})", R"(8302{file})", "/commands/create/0/data", "gap"},
      {"iso7816-specimen", R"(8302{file_id})", R"(8302{can})", "/commands/create/0/data", "{can}"},
      {"iso7816-specimen", R"({read_condition} ))", R"({read_condition} )", "/commands/create/0/data",
       "not closed"},
      {"iso7816-specimen", R"("data": "{access_keys}")", R"("data": "00")", "/commands/keys", "bac"},
      {"iso7816-specimen", R"("data": "{access_keys}")", R"("data": "{access_keys}", "optional": true)",
       "/commands/keys", "bac"},
      {"iso7816-specimen", R"("data": "{aa_key}")", R"("data": "00")", "/commands/keys", "active"},
      {"iso7816-specimen", R"("data": "{aa_key}")", R"("data": "{aa_key}{aa_modulus}")", "/commands/keys",
       "active"},
      {"iso7816-specimen", R"("data": "{ca_key}")", R"("data": "00")", "/commands/keys", "chip"},
      {"iso7816-specimen", R"("command": "00840000")", R"("command": "FF840000")",
       "/commands/closed/0/command", "FF"},
      {"iso7816-specimen", R"("command": "00840000")", R"("command": "008400")", "/commands/closed/0/command",
       "hex"},
      {"iso7816-specimen", R"("answer_bytes": 8)", R"("answer_bytes": 0)", "/commands/closed/0/answer_bytes",
       "1 to 256"},
      {"iso7816-specimen", R"("closed_answers": ["9000"])", R"("closed_answers": [])",
       "/commands/closed_answers", "status word"},
      {"iso7816-specimen", R"("closed_answers": ["9000"])", R"("closed_answers": ["900"])",
       "/commands/closed_answers/0", "four"},
      {"iso7816-specimen", R"({"step": "ACTIVATE FILE", "command": "00440000"})", "", "/commands/activate",
       "finished"},
      {"iso7816-specimen", R"("closing": ["activate"])", R"("closing": ["rotate-keys", "activate"])",
       "/closing", "secure channel"},
      {"iso7816-specimen", R"("in": "master-file")", R"("in": "cellar")", "/files/0/in", "master-file"},
      {"iso7816-specimen", R"("select": "none")", R"("select": "issuer-domain")", "/identity/select",
       "issuer domain"},
      {"emrtd-applet-specimen", R"("extended_if_offered": false)",
       R"("extended_if_offered": true, "extended_command_bytes_max": 512, "extended_answer_bytes_max": 512)",
       "/transfer/extended_if_offered", "short"},
      {"emrtd-applet-specimen", R"("file": "DG11")", R"("file": "DG3")", "/files/3/file", "terminal"},
      {"emrtd-applet-specimen",
       R"({"step": "CREATE FILE", "command": "00E00000", "data": "6304 {file_size} {file_id}"})", "",
       "/files/0/size", "large"},
  };
  for (const Broken& broken : cases) {
    const auto profile = changed(broken.profile, broken.from, broken.to, TestKeys::allowed);
    ASSERT_FALSE(profile) << broken.from;
    EXPECT_EQ(profile.error().code, "chip.profile") << broken.to;
    EXPECT_EQ(profile.error().field, broken.field) << profile.error().message;
    EXPECT_NE(profile.error().message.find("line "), std::string::npos);
    EXPECT_NE(profile.error().message.find(broken.says), std::string::npos) << profile.error().message;
  }
}

TEST(ChipProfile, HasAShortKeyWithTestKeysOnly) {
  const std::string_view sound = R"({"key": "rsa-2048", "hash": "sha256"})";
  const std::string_view brittle = R"({"key": "rsa-1024", "hash": "sha1"})";
  const auto refused = changed("utopia-rsa", sound, brittle, TestKeys::refused);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "/active_authentication/key");
  EXPECT_NE(refused.error().message.find("test keys"), std::string::npos);
  const auto allowed = changed("utopia-rsa", sound, brittle, TestKeys::allowed);
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_EQ(allowed.value().active_authentication->rsa_bits, 1024U);
}

TEST(ChipProfile, SendsKeysInClearWithTestKeysOnly) {
  for (const std::string_view name : {"iso7816-specimen", "emrtd-applet-specimen"}) {
    const auto refused = load_profile(kFolder, name);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "chip.profile");
    EXPECT_EQ(refused.error().field, "/secure_channel/protocol");
    EXPECT_NE(refused.error().message.find("line "), std::string::npos);
    EXPECT_NE(refused.error().message.find("test keys"), std::string::npos);
    const auto allowed = load_profile(kFolder, name, TestKeys::allowed);
    ASSERT_TRUE(allowed) << allowed.error().message;
    EXPECT_TRUE(allowed.value().for_test_keys_only());
  }
  EXPECT_FALSE(load_profile(kFolder, "utopia-pace").value().for_test_keys_only());
}

// A card without PUT KEY keeps its transport keys: known when the profile is loaded, not when the card is
// half done.
TEST(ChipProfile, ClosesWithoutRotationOnlyWhereTheCardCannotAndKeysAreForTests) {
  std::string text = shipped();
  const auto replace = [&text](std::string_view from, std::string_view to) {
    text.replace(text.find(from), from.size(), to);
  };
  replace(R"("rotate-keys", )", "");
  EXPECT_EQ(parse_profile(text, "x", TestKeys::allowed).error().field, "/closing");
  replace(R"(,
    "card_keys": {"version": "31", "master": "card-master"})",
          "");
  replace(R"("closing")", R"("commands_missing": ["put-key"], "closing")");
  const auto refused = parse_profile(text, "x");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "/closing");
  EXPECT_NE(refused.error().message.find("test keys"), std::string::npos);
  const auto allowed = parse_profile(text, "x", TestKeys::allowed);
  ASSERT_TRUE(allowed) << allowed.error().message;
  EXPECT_TRUE(allowed.value().lacks(MissingCommand::put_key));
}

TEST(ChipProfile, ReadsAProfileOfTheFormatBefore) {
  const auto text = read_text_file(TEST_DATA_DIR "/chip-profile-v1.json").value();
  const auto profile = parse_profile(text, "chip-profile-v1.json");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile.value().access, std::vector<AccessProtocol>{AccessProtocol::bac});
  EXPECT_TRUE(profile.value().pace.empty());
  EXPECT_TRUE(profile.value().has_secure_channel);
}

TEST(ChipProfile, TakesOverridesOfStatusWords) {
  const auto profile = changed(R"("status_words": {})", R"("status_words": {"6A84": "next"})");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile.value().status_words.at(0x6A84), StatusAction::next);
}

TEST(ChipProfile, RefusesBrokenJsonAndAStrangeName) {
  EXPECT_EQ(parse_profile("{", "x.json").error().code, "chip.profile");
  EXPECT_EQ(changed(R"("version": 2,)", R"("version": 2, "version": 3,)").error().code, "chip.profile");
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
