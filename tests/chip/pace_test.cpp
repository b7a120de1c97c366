#include "chip/pace.hpp"

#include "chip/session_keys.hpp"
#include "tests/chip/vectors.hpp"
#include "tests/support/scripted_random.hpp"

namespace imprimatur::chip {
namespace {

using test_support::ScriptedRandom;
using testing::hex_member;
using testing::text_member;

json::value worked_example() {
  return testing::load("pace.json").at("examples").at(0);
}

constexpr lds::PaceInfo kInfo{lds::CipherSuite::aes128, crypto::Curve::brainpool_p256r1};

PacePassword password() {
  return {PasswordKind::mrz, Secret(hex_member(worked_example(), "K"))};
}

ScriptedRandom scalars() {
  const auto example = worked_example();
  return ScriptedRandom(
      {hex_member(example.at("map"), "sk_ifd"), hex_member(example.at("key_agreement"), "sk_ifd")});
}

// The card's answers of the worked example; `first` leaves out DO 84 of MSE:Set AT.
std::deque<std::string> answers(const json::value& example) {
  std::deque<std::string> out;
  for (const auto& step : example.at("apdus").as_array()) out.push_back(text_member(step, "r"));
  out.pop_front();  // MSE:Set AT stands there in both its forms
  return out;
}

TEST(Pace, ReplaysTheWorkedExample) {
  const auto example = worked_example();
  for (const bool name_parameters : {false, true}) {
    testing::ScriptedChannel channel(answers(example));
    auto random = scalars();
    auto opened = open_pace(channel, kInfo, password(), random, name_parameters);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_TRUE(random.used_up());
    const auto& apdus = example.at("apdus").as_array();
    ASSERT_EQ(channel.sent.size(), 5U);
    EXPECT_EQ(channel.sent[0], text_member(apdus[name_parameters ? 1 : 0], "c"));
    for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(channel.sent[i], text_member(apdus[i + 1], "c"));
    for (const auto& step : example.at("aes_secure_messaging_own").at("steps").as_array()) {
      const Command plain = [&] {  // what the trace was made from
        const std::string name = text_member(step, "name");
        if (name == "SELECT eMRTD application") return select_application(hex("A0000002471001"));
        if (name == "SELECT EF.COM") return select_file(0x011E);
        if (name == "SELECT absent EF") return select_file(0x0110);
        if (name == "READ BINARY 4") return Command{0x00, 0xB0, 0x00, 0x00, {}, 4};
        if (name == "READ BINARY 18 at offset 4") return Command{0x00, 0xB0, 0x00, 0x04, {}, 18};
        return Command{0x00, 0xB0, 0x00, 0x00, {}, 65536};
      }();
      EXPECT_EQ(to_hex(opened.value().counter()), text_member(step, "ssc_before"));
      const auto wrapped = opened.value().protect(plain);
      ASSERT_TRUE(wrapped);
      if (plain.data.empty() || plain.data != select_file(0x0110).data) {
        EXPECT_EQ(to_hex(testing::encoded(wrapped.value())), text_member(step, "protected_command"))
            << text_member(step, "name");
      }
      const auto answer = opened.value().open(testing::response_of(hex_member(step, "protected_response")));
      ASSERT_TRUE(answer) << answer.error().message;
      EXPECT_EQ(answer.value().data, hex_member(step, "plain_response_data"));
      Bytes sw;
      append_be(sw, answer.value().sw, 2);
      EXPECT_EQ(to_hex(sw), text_member(step, "sw"));
    }
  }
}

TEST(Pace, DerivesPasswordAndSessionKeysOfEverySuite) {
  const auto file = testing::load("pace.json");
  struct Suite {
    std::string name;
    lds::CipherSuite suite;
  };
  for (const auto& vector : file.at("k_pi_vectors").as_array()) {
    const Bytes password = hex_member(vector, "K");
    for (const Suite& suite :
         {Suite{"3DES", lds::CipherSuite::des3}, Suite{"AES128", lds::CipherSuite::aes128},
          Suite{"AES192", lds::CipherSuite::aes192}, Suite{"AES256", lds::CipherSuite::aes256}}) {
      EXPECT_EQ(copy_of(derive_key(password, DerivedKey::password, suite.suite).reveal()),
                hex_member(vector, suite.name));
    }
  }
  const auto example = worked_example();
  const Bytes agreed = hex_member(example.at("key_agreement"), "shared_secret_x");
  const auto suite = lds::CipherSuite::aes128;
  EXPECT_EQ(copy_of(derive_key(agreed, DerivedKey::encryption, suite).reveal()),
            hex_member(example, "ks_enc"));
  const Secret mac = derive_key(agreed, DerivedKey::mac, suite);
  EXPECT_EQ(copy_of(mac.reveal()), hex_member(example, "ks_mac"));
  EXPECT_EQ(authentication_token(mac, suite, hex_member(example, "oid_value_hex"),
                                 hex_member(example.at("key_agreement"), "pk_ic")),
            hex_member(example, "t_ifd"));
  EXPECT_EQ(authentication_token(mac, suite, hex_member(example, "oid_value_hex"),
                                 hex_member(example.at("key_agreement"), "pk_ifd")),
            hex_member(example, "t_ic"));
}

// The integrated and the chip authentication mapping differ before the tokens, not in them.
TEST(Pace, MakesTheTokensOfTheOtherEllipticExamples) {
  const auto file = testing::load("pace.json");
  int count = 0;
  for (const auto& example : file.at("examples").as_array()) {
    const std::string id = text_member(example, "id");
    if (id != "ecdh-im" && id != "ecdh-cam") continue;
    const auto& agreement = example.at("key_agreement");
    const Secret mac =
        derive_key(hex_member(agreement, "shared_secret_x"), DerivedKey::mac, lds::CipherSuite::aes128);
    EXPECT_EQ(copy_of(mac.reveal()), hex_member(example, "ks_mac"));
    const Bytes oid = hex_member(example, "oid_value_hex");
    EXPECT_EQ(authentication_token(mac, lds::CipherSuite::aes128, oid, hex_member(agreement, "pk_ic")),
              hex_member(example, "t_ifd"));
    EXPECT_EQ(authentication_token(mac, lds::CipherSuite::aes128, oid, hex_member(agreement, "pk_ifd")),
              hex_member(example, "t_ic"));
    ++count;
  }
  EXPECT_EQ(count, 2);
}

// MRZ information T22000129 640812 101031 of appendix G.1, in a zone of three lines.
TEST(Pace, TakesItsPasswordFromMrzOrCan) {
  const auto mrz = lds::compose_td1({.document_code = "I",
                                     .issuer = "UTO",
                                     .document_number = "T22000129",
                                     .optional_data_1 = "",
                                     .birth_date = "640812",
                                     .sex = "F",
                                     .expiry_date = "101031",
                                     .nationality = "UTO",
                                     .optional_data_2 = "",
                                     .primary_identifier = "SPECIMEN",
                                     .secondary_identifier = "ANNA"})
                       .value();
  EXPECT_EQ(copy_of(pace_password(mrz).value().secret.reveal()), hex_member(worked_example(), "K"));
  auto wrong = mrz;
  wrong.lines[1][0] = '7';
  EXPECT_EQ(pace_password(wrong).error().code, "mrz.check_digit");
  EXPECT_EQ(to_hex(pace_password_can("123456").value().secret.reveal()), "313233343536");
  for (const std::string bad : {"", "12345", "1234567", "12345a", "12 456"}) {
    EXPECT_EQ(pace_password_can(bad).error().code, "chip.can");
  }
}

// Runs the example with one answer replaced.
Error outcome(std::size_t step, const std::string& answer) {
  auto script = answers(worked_example());
  script.at(step) = answer;
  testing::ScriptedChannel channel(std::move(script));
  auto random = scalars();
  const auto opened = open_pace(channel, kInfo, password(), random);
  EXPECT_FALSE(opened) << "step " << step << " took " << answer;
  EXPECT_LE(channel.sent.size(), step + 1) << "the run goes on after a wrong answer";
  return opened ? Error{} : opened.error();
}

std::string point_object(const std::string& tag, const Bytes& point) {
  Bytes value = hex(tag);
  value.push_back(static_cast<std::uint8_t>(point.size()));
  append(value, point);
  return "7C" + to_hex(Bytes{static_cast<std::uint8_t>(value.size())}) + to_hex(value) + "9000";
}

TEST(Pace, RefusesAWrongTokenAndAWrongPassword) {
  EXPECT_EQ(outcome(4, "7C0A86083ABB9674BCE93C099000").code, "chip.access_failed");
  EXPECT_EQ(outcome(4, "7C0986073ABB9674BCE93C9000").code, "chip.access_failed");
  EXPECT_EQ(outcome(4, "6300").code, "chip.access_failed");
  EXPECT_EQ(outcome(4, "63C2").code, "chip.access_failed");
  EXPECT_EQ(outcome(0, "6A80").code, "chip.access_failed");
}

TEST(Pace, TakesAuthorityReferencesAfterTheToken) {
  auto script = answers(worked_example());
  script.at(4) =
      "7C1986083ABB9674BCE93C08870D44454356434145503030303031"
      "9000";
  testing::ScriptedChannel channel(std::move(script));
  auto random = scalars();
  const auto opened = open_pace(channel, kInfo, password(), random);
  EXPECT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(outcome(4, "7C0D86083ABB9674BCE93C088A01009000").code, "chip.access_failed");
}

TEST(Pace, RefusesPointsThatAreNone) {
  const auto example = worked_example();
  for (const std::size_t step : {2U, 3U}) {
    const std::string tag = step == 2 ? "82" : "84";
    const Bytes good = hex_member(example.at(step == 2 ? "map" : "key_agreement"), "pk_ic");
    Bytes beside = good;
    beside.back() ^= 1;
    for (const Bytes& bad : {beside, Bytes{0x00}, Bytes(65, 0), concat({good, Bytes{0}}),
                             copy_of(ByteView(good).first(64)), copy_of(ByteView(good).first(33)), Bytes{}}) {
      EXPECT_EQ(outcome(step, point_object(tag, bad)).code, "chip.access_failed");
    }
  }
}

TEST(Pace, RefusesACardThatEchoesOurKeys) {
  const auto example = worked_example();
  EXPECT_NE(outcome(2, point_object("82", hex_member(example.at("map"), "pk_ifd"))).message.find("our own"),
            std::string::npos);
  EXPECT_NE(outcome(3, point_object("84", hex_member(example.at("key_agreement"), "pk_ifd")))
                .message.find("our own"),
            std::string::npos);
}

TEST(Pace, RefusesMalformedAnswers) {
  for (const std::string bad :
       {"9000", "7C009000", "7C1280109000", "7D12801095A3A016522EE98D01E76CB6B98B42C39000",
        "7C1380109 5A3A016522EE98D01E76CB6B98B42C3009000", "7C11800F95A3A016522EE98D01E76CB6B98B429000",
        "7C02800095A39000", "7C0A800895A3A016522EE98D9000",
        "7C80801095A3A016522EE98D01E76CB6B98B42C300009000", "7C12811095A3A016522EE98D01E76CB6B98B42C39000",
        "7C12801095A3A016522EE98D01E76CB6B98B42C3FF9000",
        "7C1580109 5A3A016522EE98D01E76CB6B98B42C38701FF9000"}) {
    std::string answer = bad;
    std::erase(answer, ' ');
    EXPECT_EQ(outcome(1, answer).code, "chip.access_failed") << answer;
  }
  EXPECT_EQ(outcome(1, "90").code, "chip.answer_short");
}

TEST(Pace, HandsTheChannelsErrorsUp) {
  for (std::size_t length = 0; length < 5; ++length) {
    auto script = answers(worked_example());
    script.resize(length);
    testing::ScriptedChannel channel(std::move(script));
    auto random = scalars();
    const auto opened = open_pace(channel, kInfo, password(), random);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, "card.removed");
    EXPECT_EQ(opened.error().happened, Happened::unknown);
  }
}

}  // namespace
}  // namespace imprimatur::chip
