#include "chip/scp03.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::hex_member;
using testing::response_of;
using testing::text_member;

// One session of scp03.json.
class Recorded {
 public:
  explicit Recorded(const json::value& session) : session_(session) {
    keys_.enc = Secret(hex_member(session, "k_enc"));
    keys_.mac = Secret(hex_member(session, "k_mac"));
    if (session.as_object().contains("k_dek")) keys_.dek = Secret(hex_member(session, "k_dek"));
    host_challenge_ = hex_member(session, "host_challenge");
    mode_ = host_challenge_.size() == 8 ? ScpMode::s8 : ScpMode::s16;
    level_ = hex_member(session.at("external_authenticate"), "security_level")[0];
  }
  std::string id() const { return text_member(session_, "id"); }
  Bytes update_answer() const {
    return response_of(hex_member(session_.at("initialize_update"), "response")).data;
  }
  Result<Scp03Session> begin(ByteView answer_data) const {
    TRY(auto answer, parse_initialize_update(answer_data, mode_));
    return Scp03Session::begin(keys_, host_challenge_, answer, mode_, level_);
  }

  const json::value& session_;
  crypto::CardKeys keys_;
  Bytes host_challenge_;
  ScpMode mode_ = ScpMode::s8;
  std::uint8_t level_ = 0;
};

template <class Visit>
std::size_t for_each_session(const json::value& file, Visit visit) {
  std::size_t count = 0;
  for (const std::string_view list : {"sessions", "own_sessions"}) {
    for (const json::value& session : file.at(list).as_array()) {
      visit(session);
      ++count;
    }
  }
  return count;
}

const json::value& session_named(const json::value& file, std::string_view id) {
  for (const std::string_view list : {"sessions", "own_sessions"}) {
    for (const json::value& session : file.at(list).as_array()) {
      if (text_member(session, "id") == id) return session;
    }
  }
  ADD_FAILURE() << "no session " << id;
  return file;
}

TEST(Scp03, ReplaysEverySessionOfTheVectors) {
  const json::value file = testing::load("scp03.json");
  std::size_t commands = 0;
  const std::size_t sessions = for_each_session(file, [&](const json::value& value) {
    const Recorded recorded(value);
    SCOPED_TRACE(recorded.id());
    const Bytes update = hex_member(value.at("initialize_update"), "command");
    EXPECT_EQ(to_hex(testing::encoded(initialize_update(update[2], recorded.host_challenge_))),
              text_member(value.at("initialize_update"), "command"));
    auto session = recorded.begin(recorded.update_answer());
    ASSERT_TRUE(session) << session.error().message;
    EXPECT_EQ(to_hex(testing::encoded(session.value().external_authenticate())),
              text_member(value.at("external_authenticate"), "command"));
    for (const json::value& step : value.at("commands").as_array()) {
      const Command plain = decode_command(hex_member(step, "plain")).value();
      EXPECT_EQ(to_hex(testing::encoded(session.value().wrap(plain).value())), text_member(step, "wrapped"));
      ++commands;
      const json::value* wrapped = step.as_object().if_contains("wrapped_response");
      if (wrapped == nullptr) continue;
      auto answer = session.value().unwrap(response_of(hex(std::string_view(wrapped->as_string()))));
      ASSERT_TRUE(answer) << answer.error().message;
      const json::value* plain_response = step.as_object().if_contains("plain_response");
      if (plain_response == nullptr) {  // an older entry: the trace has the deciphered data
        EXPECT_EQ(to_hex(answer.value().data), text_member(step.at("response_trace"), "decrypted"));
        continue;
      }
      const Response expected = response_of(hex(std::string_view(plain_response->as_string())));
      EXPECT_EQ(to_hex(answer.value().data), to_hex(expected.data));
      EXPECT_EQ(answer.value().sw, expected.sw);
    }
  });
  EXPECT_EQ(sessions, 24U);
  EXPECT_GT(commands, 80U);
}

TEST(Scp03, RefusesTheBadAnswersToInitializeUpdate) {
  const json::value file = testing::load("scp03.json");
  std::vector<std::string> codes;
  for (const json::value& negative : file.at("negative").as_array()) {
    const json::value* answer = negative.as_object().if_contains("initialize_update_response");
    if (answer == nullptr) continue;
    const Recorded recorded(session_named(file, text_member(negative, "base")));
    auto session = recorded.begin(response_of(hex(std::string_view(answer->as_string()))).data);
    ASSERT_FALSE(session) << text_member(negative, "change");
    codes.push_back(session.error().code);
  }
  EXPECT_EQ(codes, (std::vector<std::string>{"chip.authentication_failed", "chip.scp03_answer",
                                             "chip.scp03_answer"}));
}

TEST(Scp03, LosesTheSessionOnAWrongOrMissingResponseMac) {
  const json::value file = testing::load("scp03.json");
  std::size_t tried = 0;
  for (const json::value& negative : file.at("negative").as_array()) {
    const json::value* wrapped = negative.as_object().if_contains("wrapped_response");
    if (wrapped == nullptr) continue;
    const Recorded recorded(session_named(file, text_member(negative, "base")));
    auto session = recorded.begin(recorded.update_answer());
    session.value().external_authenticate();
    const json::value& first = recorded.session_.at("commands").as_array()[0];
    ASSERT_TRUE(session.value().wrap(decode_command(hex_member(first, "plain")).value()));
    auto answer = session.value().unwrap(response_of(hex(std::string_view(wrapped->as_string()))));
    ASSERT_FALSE(answer) << text_member(negative, "change");
    EXPECT_EQ(answer.error().code, "chip.session_lost");
    ++tried;
  }
  EXPECT_EQ(tried, 2U);
}

TEST(Scp03, RefusesAnyChangedBitOfTheCardCryptogram) {
  const json::value file = testing::load("scp03.json");
  const Recorded recorded(session_named(file, "own-s16-aes256-level-33"));
  const Bytes good = recorded.update_answer();
  for (std::size_t i = 29; i < 45; ++i) {  // the 16 bytes of the cryptogram
    Bytes bad = good;
    bad[i] ^= 0x80;
    EXPECT_EQ(recorded.begin(bad).error().code, "chip.authentication_failed") << i;
  }
}

TEST(Scp03, TellsHowMuchFitsIntoOneCommand) {  // "limits" of scp03.json
  const json::value file = testing::load("scp03.json");
  const auto limit = [&](std::string_view id) {
    const Recorded recorded(session_named(file, id));
    return recorded.begin(recorded.update_answer()).value().plain_command_max(255);
  };
  EXPECT_EQ(limit("own-s8-aes128-level-01"), 247U);
  EXPECT_EQ(limit("own-s8-aes128-level-03"), 239U);
  EXPECT_EQ(limit("own-s8-aes128-level-33"), 239U);
  EXPECT_EQ(limit("own-s16-aes256-level-33"), 223U);
}

TEST(Scp03, ComputesKeyCheckValues) {
  const json::value file = testing::load("scp03.json");
  for (const json::value& vector : file.at("key_check_value").at("vectors").as_array()) {
    EXPECT_EQ(to_hex(key_check_value(hex_member(vector, "key"))), text_member(vector, "kcv"));
  }
}

}  // namespace
}  // namespace imprimatur::chip
