#include "devices/virtual_card/scp03.hpp"

#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

// Sessions of cards with another i, or whose challenge came by chance, are not of this kind of card.
bool is_of_this_kind(const json::object& session) {
  const std::string parameter = member_text(session, "scp_i").value().substr(0, 2);
  const json::value* aid = session.if_contains("aid_for_card_challenge");
  return aid != nullptr && aid->is_string() && (parameter == "70" || parameter == "71");
}

// A session of the vectors, replayed against the card's side: what the host sent, what the card must answer.
void replay(const json::object& session) {
  SCOPED_TRACE(member_text(session, "id").value());
  const json::object& update = *member_object(session, "initialize_update").value();
  const bool s16 = member_text(session, "scp_i").value().starts_with("71");
  const HostKeys keys{hex_member(session, "k_enc"), hex_member(session, "k_mac"),
                      hex_member(session, "k_dek")};
  CardIdentity identity = identity_of("B000001", s16);
  const Bytes challenge_answer = hex_member(update, "response");
  identity.diversification.assign(challenge_answer.begin(), challenge_answer.begin() + 10);
  Memory memory = Memory::make_blank(
      identity, {Secret::copy_of(keys.enc), Secret::copy_of(keys.mac), Secret::copy_of(keys.dek)});
  const std::uint8_t version = hex_member(session, "key_version")[0];
  ASSERT_EQ(
      memory.replace_key_set(
          0x30, version, {Secret::copy_of(keys.enc), Secret::copy_of(keys.mac), Secret::copy_of(keys.dek)}),
      sw::kDone);
  const auto counter = static_cast<std::uint32_t>(read_be(hex_member(update, "sequence_counter")));
  ASSERT_EQ(memory.set_sequence_counter(version, counter - 1), sw::kDone);
  WorkDone work;
  Scp03 channel(memory, work, hex_member(session, "aid_for_card_challenge"));

  const Command initialize = parse_command(hex_member(update, "command")).value();
  EXPECT_EQ(to_hex(channel.initialize_update(initialize, false).encode()),
            to_hex(hex_member(update, "response")));
  const json::object& authenticate = *member_object(session, "external_authenticate").value();
  const Command external = parse_command(hex_member(authenticate, "command")).value();
  ASSERT_EQ(channel.external_authenticate(external).status, sw::kDone);

  for (const json::value& step : *member_array(session, "commands").value()) {
    const json::object& exchange = step.as_object();
    SCOPED_TRACE(member_text_or(exchange, "name", "unnamed").value());
    Command command = parse_command(hex_member(exchange, "wrapped")).value();
    ASSERT_EQ(channel.unwrap(command), sw::kDone);
    const Command plain = parse_command(hex_member(exchange, "plain")).value();
    EXPECT_EQ(to_hex(command.data), to_hex(plain.data));
    EXPECT_EQ(command.cla, plain.cla);
    EXPECT_EQ(command.ne, plain.ne);
    if (!exchange.contains("wrapped_response")) continue;  // the vector has the command only
    const Bytes answer = hex_member(exchange, "plain_response");
    EXPECT_EQ(to_hex(channel.wrap(Response(data_of(answer), status_of(answer))).encode()),
              to_hex(hex_member(exchange, "wrapped_response")));
  }
}

std::size_t replay_all(std::string_view list) {
  const json::object all = vectors("scp03.json");
  std::size_t count = 0;
  for (const json::value& session : *member_array(all, list).value()) {
    if (!is_of_this_kind(session.as_object())) continue;
    replay(session.as_object());
    ++count;
  }
  return count;
}

TEST(Scp03, AnswersThePublishedSessions) {
  EXPECT_EQ(replay_all("sessions"), 13U);
}

TEST(Scp03, AnswersTheOwnSessionsOfEveryLevelAndKeyLength) {
  EXPECT_GE(replay_all("own_sessions"), 9U);
}

class Session : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Host host_{card_, transport_keys()};
  void SetUp() override {
    card_.power_on();
    ASSERT_EQ(host_.select(kIssuerDomain), 0x9000);
  }
};

TEST_F(Session, ClosesTheChannelOnAWrongMac) {
  ASSERT_EQ(host_.open(0x03), 0x9000);
  Bytes altered = host_.protect(hex("80F28002024F0000"));
  altered[altered.size() - 3] ^= 0x01;
  EXPECT_EQ(status_of(card_.process(altered)), 0x6988);
  EXPECT_EQ(status_of(card_.process(host_.protect(hex("80F28002024F0000")))), 0x6982);
}

TEST_F(Session, ClosesTheChannelOnAPlainCommand) {
  ASSERT_EQ(host_.open(0x01), 0x9000);
  EXPECT_EQ(status_of(card_.process(hex("80CA9F7F00"))), 0x6982);
  EXPECT_EQ(status_of(card_.process(host_.protect(hex("80CA006600")))), 0x6982);
}

TEST_F(Session, RefusesALevelWithoutCommandMac) {
  EXPECT_EQ(host_.open(0x00), 0x6A86);
  EXPECT_EQ(host_.open(0x10), 0x6A86);
  EXPECT_EQ(host_.open(0x13), 0x9000);
}

TEST_F(Session, BlocksTheKeySetAfterTenWrongAuthentications) {
  Host wrong(card_, {pattern(16, 9), pattern(16, 9), pattern(16, 9)});
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(host_.select(kIssuerDomain), 0x9000);
    EXPECT_EQ(wrong.open(0x01, 0x30, true), 0x6300) << i;
  }
  EXPECT_EQ(host_.open(0x01), 0x6983);
  card_.power_off();
  card_.power_on();
  EXPECT_EQ(host_.open(0x01), 0x6983) << "power does not unblock";
}

TEST_F(Session, ForgetsWrongAuthenticationsAfterARightOne) {
  Host wrong(card_, {pattern(16, 9), pattern(16, 9), pattern(16, 9)});
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 9; ++i) EXPECT_EQ(wrong.open(0x01, 0x30, true), 0x6300);
    EXPECT_EQ(host_.open(0x01), 0x9000);
    EXPECT_EQ(host_.select(kIssuerDomain), 0x9000);
  }
}

TEST_F(Session, RefusesWhatIsNotAsSpecified) {
  EXPECT_EQ(host_.open(0x01, 0x33), 0x6A88) << "no such key version";
  EXPECT_EQ(status_of(card_.process(hex("80503001080001020304050607"
                                        "00"))),
            0x6A86);
  EXPECT_EQ(status_of(card_.process(hex("8050300007000102030405"
                                        "0600"))),
            0x6700);
  EXPECT_EQ(status_of(card_.process(hex("848201001000000000000000000000000000000000"))), 0x6985);
  EXPECT_EQ(status_of(card_.process(hex("84F28002084F00000000000000"))), 0x6982);
}

TEST_F(Session, NeverGivesTheSameChallengeTwice) {
  const Bytes update = hex("8050300008000102030405060700");
  const Bytes first = card_.process(update);
  card_.power_off();
  card_.power_on();
  const Bytes second = card_.process(update);
  EXPECT_FALSE(equal(ByteView(first).subspan(13, 8), ByteView(second).subspan(13, 8)));
  EXPECT_EQ(to_hex(ByteView(second).subspan(29, 3)), "000002");
}

}  // namespace
}  // namespace imprimatur::devices::testing
