#include "chip/chip_authentication.hpp"

#include "chip/session_keys.hpp"
#include "tests/chip/vectors.hpp"
#include "tests/support/scripted_random.hpp"

namespace imprimatur::chip {
namespace {

using test_support::ScriptedRandom;
using testing::hex_member;
using testing::text_member;

json::value own() {
  return testing::load("ca-aa.json").at("chip_authentication_own");
}

lds::CipherSuite suite_of(const std::string& protocol) {
  if (protocol.ends_with("128")) return lds::CipherSuite::aes128;
  if (protocol.ends_with("192")) return lds::CipherSuite::aes192;
  if (protocol.ends_with("256")) return lds::CipherSuite::aes256;
  return lds::CipherSuite::des3;
}

lds::ChipAuthenticationKey chip_key(const json::value& example) {
  return {crypto::Curve::brainpool_p256r1, hex_member(example, "pk_ic"), std::nullopt};
}

TEST(ChipAuthentication, ReplaysTheExampleOfEverySuite) {
  const auto example = own();
  int count = 0;
  for (const auto& variant : example.at("variants").as_array()) {
    const auto suite = suite_of(text_member(variant, "protocol"));
    const auto& apdus = variant.at("plain_apdus").as_array();
    std::deque<std::string> answers;
    for (const auto& step : apdus) answers.push_back(text_member(step, "r"));
    testing::ScriptedChannel channel(std::move(answers));
    ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
    auto session = authenticate_chip(plain_link(channel, ApduForm::short_only), {suite, std::nullopt},
                                     chip_key(example), random);
    ASSERT_TRUE(session) << session.error().message;
    ASSERT_EQ(channel.sent.size(), apdus.size());
    for (std::size_t i = 0; i < apdus.size(); ++i) EXPECT_EQ(channel.sent[i], text_member(apdus[i], "c"));

    const Bytes agreed = hex_member(example, "shared_secret_x");
    EXPECT_EQ(copy_of(derive_key(agreed, DerivedKey::encryption, suite).reveal()),
              hex_member(variant, "ks_enc"));
    EXPECT_EQ(copy_of(derive_key(agreed, DerivedKey::mac, suite).reveal()), hex_member(variant, "ks_mac"));
    const auto& first = variant.at("first_command_under_new_keys");
    const auto plain = decode_command(hex_member(first, "plain")).value();
    EXPECT_EQ(to_hex(testing::encoded(session.value().protect(plain).value())),
              text_member(first, "protected_command"));
    const auto opened = session.value().open(testing::response_of(hex_member(first, "protected_response")));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(opened.value().done());
    ++count;
  }
  EXPECT_EQ(count, 4);
}

TEST(ChipAuthentication, NamesTheKeyWhereThereAreSeveral) {
  const auto example = own();
  for (const auto suite : {lds::CipherSuite::aes128, lds::CipherSuite::des3}) {
    testing::ScriptedChannel channel({"9000", "7C009000"});
    ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
    ASSERT_TRUE(authenticate_chip(plain_link(channel, ApduForm::short_only), {suite, 0x0102},
                                  chip_key(example), random));
    EXPECT_TRUE(channel.sent[0].ends_with("84020102"));
  }
}

TEST(ChipAuthentication, RefusesWrongAnswersAndKeys) {
  const auto example = own();
  const lds::ChipAuthenticationInfo info{lds::CipherSuite::aes128, std::nullopt};
  const std::deque<std::string> scripts[] = {{"6A80"},
                                             {"9000", "6300"},
                                             {"9000", "9000"},
                                             {"9000", "7C0281009000"},
                                             {"9000", "7D009000"},
                                             {"9000", "7C00009000"},
                                             {"63C0"}};
  for (const auto& script : scripts) {
    testing::ScriptedChannel channel(script);
    ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
    const auto session =
        authenticate_chip(plain_link(channel, ApduForm::short_only), info, chip_key(example), random);
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, "chip.chip_authentication");
  }
  auto beside = chip_key(example);
  beside.point.back() ^= 1;
  auto infinity = chip_key(example);
  infinity.point = {0x00};
  for (const auto& key : {beside, infinity}) {
    testing::ScriptedChannel channel({"9000", "7C009000"});
    ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
    const auto session = authenticate_chip(plain_link(channel, ApduForm::short_only), info, key, random);
    ASSERT_FALSE(session);
    EXPECT_EQ(session.error().code, "chip.chip_authentication");
    EXPECT_TRUE(channel.sent.empty());
  }
  testing::ScriptedChannel gone({"9000"});
  ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
  EXPECT_EQ(
      authenticate_chip(plain_link(gone, ApduForm::short_only), info, chip_key(example), random).error().code,
      "card.removed");
}

// A counterfeit has a key of its own: its first answer under the new keys is not of this session.
TEST(ChipAuthentication, ACardWithAnotherKeyCannotGoOn) {
  const auto example = own();
  testing::ScriptedChannel channel({"9000", "7C009000"});
  ScriptedRandom random({hex_member(example, "sk_ifd_ephemeral")});
  auto key = chip_key(example);
  key.point = hex_member(example, "pk_ifd_ephemeral");
  auto session = authenticate_chip(plain_link(channel, ApduForm::short_only),
                                   {lds::CipherSuite::aes128, std::nullopt}, key, random);
  ASSERT_TRUE(session);
  const auto& first = example.at("variants").at(0).at("first_command_under_new_keys");
  ASSERT_TRUE(session.value().protect(decode_command(hex_member(first, "plain")).value()));
  EXPECT_FALSE(session.value().open(testing::response_of(hex_member(first, "protected_response"))));
}

struct ActiveCase {
  crypto::PublicKey key;
  std::optional<crypto::HashAlgorithm> hash;
  Bytes challenge;
  std::string command;
  std::string answer;
};

std::vector<ActiveCase> active_cases() {
  std::vector<ActiveCase> out;
  const auto file = testing::load("ca-aa.json");
  for (const auto& vector : file.at("active_authentication_own").as_array()) {
    const bool rsa = vector.as_object().contains("n");
    const Bytes dg15 = hex_member(vector, rsa ? "dg15" : "dg15_named_curve");
    const Bytes spki = copy_of(ByteView(dg15).subspan(dg15[1] == 0x82 ? 4 : dg15[1] == 0x81 ? 3 : 2));
    out.push_back({crypto::PublicKey::from_spki_der(spki).value(),
                   rsa ? std::nullopt : std::optional(crypto::HashAlgorithm::sha256),
                   hex_member(vector, "rnd_ifd"), text_member(vector.at("apdu"), "c"),
                   text_member(vector.at("apdu"), "r")});
  }
  return out;
}

TEST(ActiveAuthentication, ReplaysTheVectors) {
  ASSERT_EQ(active_cases().size(), 3U);
  for (const auto& active : active_cases()) {
    testing::ScriptedChannel channel({active.answer});
    ScriptedRandom random({active.challenge});
    const auto done =
        authenticate_actively(plain_link(channel, ApduForm::short_only), active.key, active.hash, random);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(channel.sent, std::vector{active.command});
  }
}

TEST(ActiveAuthentication, RefusesEverythingElse) {
  const auto cases = active_cases();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const ActiveCase& active = cases[i];
    const auto code = [&](const std::string& answer, const crypto::PublicKey& key, const Bytes& challenge) {
      testing::ScriptedChannel channel({answer});
      ScriptedRandom random({challenge});
      const auto done =
          authenticate_actively(plain_link(channel, ApduForm::short_only), key, active.hash, random);
      return done ? std::string() : done.error().code;
    };
    const std::string failed = "chip.active_authentication";
    EXPECT_EQ(code(active.answer, active.key, Bytes(8, 0x33)), failed);
    EXPECT_EQ(code("9000", active.key, active.challenge), failed);
    EXPECT_EQ(code("6982", active.key, active.challenge), failed);
    EXPECT_EQ(code(active.answer.substr(2), active.key, active.challenge), failed);
    EXPECT_EQ(code("00" + active.answer, active.key, active.challenge), failed);
    EXPECT_EQ(code(active.answer, crypto::PrivateKey::generate(crypto::KeyType::ec_p256).value().public_key(),
                   active.challenge),
              failed);
    EXPECT_EQ(code(active.answer, crypto::PrivateKey::generate(crypto::KeyType::ed25519).value().public_key(),
                   active.challenge),
              failed);
  }
  // An EC key without the hash that DG14 has to name, and with another one.
  const ActiveCase& ecdsa = cases.back();
  for (const auto hash :
       {std::optional<crypto::HashAlgorithm>{}, std::optional(crypto::HashAlgorithm::sha1)}) {
    testing::ScriptedChannel channel({ecdsa.answer});
    ScriptedRandom random({ecdsa.challenge});
    EXPECT_EQ(authenticate_actively(plain_link(channel, ApduForm::short_only), ecdsa.key, hash, random)
                  .error()
                  .code,
              "chip.active_authentication");
  }
}

}  // namespace
}  // namespace imprimatur::chip
