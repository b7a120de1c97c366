#include "chip/secure_messaging.hpp"

#include "chip/read_files.hpp"
#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::hex_member;
using testing::response_of;
using testing::text_member;

SecureMessaging session_of_d4() {
  return {SmCipher::des3, Secret(hex("979EC13B1CBFE9DCD01AB0FED307EAE5")),
          Secret(hex("F1CB1F1FB5ADF208806B89DC579DC1F8")), hex("887022120C06C226")};
}

// Commands of the own continuation, told in its step names.
Command own_command(std::size_t step) {
  switch (step) {
    case 0:
      return select_file(0x0107);
    case 1:
      return {0x00, 0xB0, 0x00, 0x10, {}, 0x20};
    case 3:
      return {0x00, 0xB0, 0x00, 0x00, {}, 200};
    case 4:
      return {0x00, 0xB0, 0x00, 0x00, {}, 1000};
    default:
      return {0x00, 0xB1, 0x00, 0x00, hex("54028000"), 256};
  }
}

TEST(SecureMessaging, ReplaysTheExampleOfDoc9303) {  // 9303-11 appendix D.4
  const json::value file = testing::load("bac.json");
  SecureMessaging session = session_of_d4();
  for (const json::value& step : file.at("secure_messaging_d4").at("steps").as_array()) {
    SCOPED_TRACE(text_member(step, "name"));
    const Command plain = decode_command(hex_member(step, "plain_command")).value();
    EXPECT_EQ(to_hex(testing::encoded(session.protect(plain).value())),
              text_member(step, "protected_command"));
    const auto answer = session.open(response_of(hex_member(step, "protected_response")));
    ASSERT_TRUE(answer) << answer.error().message;
    const Response expected = response_of(hex_member(step, "plain_response"));
    EXPECT_EQ(to_hex(answer.value().data), to_hex(expected.data));
    EXPECT_EQ(answer.value().sw, expected.sw);
  }
  EXPECT_EQ(to_hex(session.counter()), text_member(file.at("secure_messaging_d4"), "final_ssc"));
}

TEST(SecureMessaging, ReplaysErrorsLongAnswersAndOddInstructions) {
  const json::value file = testing::load("bac.json");
  const json::array& steps = file.at("secure_messaging_own").at("steps").as_array();
  ASSERT_EQ(steps.size(), 6U);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i == 2) continue;  // its plain data are not given; its answer has the shape of step 0
    SCOPED_TRACE(text_member(steps[i], "name"));
    SecureMessaging session(SmCipher::des3, Secret(hex("979EC13B1CBFE9DCD01AB0FED307EAE5")),
                            Secret(hex("F1CB1F1FB5ADF208806B89DC579DC1F8")),
                            hex_member(steps[i], "ssc_before"));
    EXPECT_EQ(to_hex(testing::encoded(session.protect(own_command(i)).value())),
              text_member(steps[i], "protected_command"));
    const auto answer = session.open(response_of(hex_member(steps[i], "protected_response")));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(to_hex(answer.value().data), text_member(steps[i], "plain_response_data"));
    Bytes sw;
    append_be(sw, answer.value().sw, 2);
    EXPECT_EQ(to_hex(sw), text_member(steps[i], "sw"));
  }
}

// Commands of the AES example, told in its step names.
Command aes_command(std::size_t step) {
  switch (step) {
    case 0:
      return select_application(hex("A0000002471001"));
    case 1:
      return select_file(0x011E);
    case 2:
      return read_binary({.offset = 0, .length = 4});
    case 3:
      return read_binary({.offset = 4, .length = 18});
    case 4:
      return select_file(0x0107);
    default:
      return read_binary({.offset = 0, .length = 65536});
  }
}

TEST(SecureMessaging, ReplaysTheAesExample) {  // session keys of 9303-11 appendix G.1
  const json::value file = testing::load("pace.json");
  const json::value& example = file.at("examples").as_array()[0];
  SecureMessaging session(SmCipher::aes, Secret(hex_member(example, "ks_enc")),
                          Secret(hex_member(example, "ks_mac")), Bytes(16, 0));
  const json::array& steps = example.at("aes_secure_messaging_own").at("steps").as_array();
  ASSERT_EQ(steps.size(), 6U);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    SCOPED_TRACE(text_member(steps[i], "name"));
    EXPECT_EQ(to_hex(testing::encoded(session.protect(aes_command(i)).value())),
              text_member(steps[i], "protected_command"));
    const auto answer = session.open(response_of(hex_member(steps[i], "protected_response")));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(to_hex(answer.value().data), text_member(steps[i], "plain_response_data"));
  }
}

TEST(SecureMessaging, EndsOnAnyAlteredAnswer) {
  const std::string good = "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000";  // D.4, second step
  const std::vector<std::pair<std::string, std::string>> bad = {
      {"wrong MAC", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DEE9000"},
      {"other data", "8709019FF0EC34F9922652990290008E08AD55CC17140B2DED9000"},
      {"DO 99 unlike the status word", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED6282"},
      {"no DO 8E", "8709019FF0EC34F9922651990290009000"},
      {"no DO 99", "8709019FF0EC34F99226518E08AD55CC17140B2DED9000"},
      {"nothing", "9000"},
      {"something behind", "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED8E009000"},
      {"length over the end", "8779019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"},
  };
  const auto session_at_second_step = [] {
    SecureMessaging session(SmCipher::des3, Secret(hex("979EC13B1CBFE9DCD01AB0FED307EAE5")),
                            Secret(hex("F1CB1F1FB5ADF208806B89DC579DC1F8")), hex("887022120C06C228"));
    EXPECT_TRUE(session.protect({0x00, 0xB0, 0x00, 0x00, {}, 4}));
    return session;
  };
  SecureMessaging right = session_at_second_step();
  EXPECT_EQ(to_hex(right.open(response_of(hex(good))).value().data), "60145F01");
  for (const auto& [what, text] : bad) {
    SecureMessaging session = session_at_second_step();
    const auto answer = session.open(response_of(hex(text)));
    ASSERT_FALSE(answer) << what;
    EXPECT_EQ(answer.error().code, "chip.secure_messaging") << what;
    EXPECT_FALSE(session.alive()) << what;
    EXPECT_FALSE(session.protect({0x00, 0xB0, 0x00, 0x00, {}, 4})) << what;
  }
}

TEST(SecureMessaging, HandsABareRefusalBackAndEnds) {
  SecureMessaging session = session_of_d4();
  ASSERT_TRUE(session.protect(select_file(0x011E)));
  EXPECT_EQ(session.open(response_of(hex("6988"))).value().sw, 0x6988);
  EXPECT_FALSE(session.alive());
}

TEST(SecureMessaging, KnowsHowMuchFitsIntoAnAnswer) {
  const SecureMessaging session = session_of_d4();
  EXPECT_EQ(session.plain_answer_max(256), 231U);
}

}  // namespace
}  // namespace imprimatur::chip
