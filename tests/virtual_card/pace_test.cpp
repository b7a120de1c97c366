#include "devices/virtual_card/pace.hpp"

#include "pace_terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

constexpr std::string_view kSelectApplication = "00A4040C07A0000002471001";
constexpr std::string_view kCan = "313233343536";

const json::object& generic_mapping_example(const json::object& all) {
  return member_array(all, "examples").value()->at(0).as_object();
}

Bytes both_passwords() {
  return concat({hex("8114"), specimen_mrz_password(), hex("8206"), hex(kCan)});
}

TEST(Pace, DerivesThePasswordKeysOfTheVectors) {
  const json::object all = vectors("pace.json");
  for (const json::value& entry : *member_array(all, "k_pi_vectors").value()) {
    const json::object& vector = entry.as_object();
    const Bytes password = hex_member(vector, "K");
    const std::pair<std::string_view, CipherSuite> suites[] = {{"3DES", CipherSuite::des3},
                                                               {"AES128", CipherSuite::aes128},
                                                               {"AES192", CipherSuite::aes192},
                                                               {"AES256", CipherSuite::aes256}};
    for (const auto& [name, suite] : suites) {
      EXPECT_EQ(to_hex(derive_password_key(suite, password).reveal()), to_hex(hex_member(vector, name)));
    }
  }
}

// ICAO 9303-11 appendix G.1 byte by byte, with the chip's random numbers of the example; then the exchanges
// under AES secure messaging that continue it.
TEST(Pace, AnswersTheWorkedExampleOfDoc9303) {
  const json::object all = vectors("pace.json");
  const json::object& example = generic_mapping_example(all);
  const json::object& map = *member_object(example, "map").value();
  const json::object& agreement = *member_object(example, "key_agreement").value();
  const json::array& apdus = *member_array(example, "apdus").value();
  // The first is MSE:Set AT without domain parameters, the second with them.
  for (const std::size_t without : {0U, 1U}) {
    ScriptedRandom random(
        concat({hex_member(example, "nonce_s"), hex_member(map, "sk_ic"), hex_member(agreement, "sk_ic")}));
    Card card(blank(), random);
    personalise(card, Document{.card_access = hex_member(example, "ef_card_access"),
                               .dg14 = {},
                               .access_keys = both_passwords(),
                               .active_key = {},
                               .chip_key = {}});
    for (std::size_t i = 0; i < apdus.size(); ++i) {
      if (i == without) continue;
      EXPECT_EQ(to_hex(card.process(hex_member(apdus.at(i).as_object(), "c"))),
                to_hex(hex_member(apdus.at(i).as_object(), "r")))
          << i;
    }
    const json::object& messaging = *member_object(example, "aes_secure_messaging_own").value();
    const json::array& steps = *member_array(messaging, "steps").value();
    for (std::size_t i = 0; i < 5; ++i) {  // the last one reads another file than EF.COM
      const json::object& step = steps.at(i).as_object();
      EXPECT_EQ(to_hex(card.process(hex_member(step, "protected_command"))),
                to_hex(hex_member(step, "protected_response")))
          << member_text(step, "name").value();
    }
  }
}

TEST(SecureMessaging, AnswersTheAesExchangesOfTheVectors) {
  const json::object all = vectors("pace.json");
  const json::object& example = generic_mapping_example(all);
  const json::object& messaging_own = *member_object(example, "aes_secure_messaging_own").value();
  for (const json::value& entry : *member_array(messaging_own, "steps").value()) {
    const json::object& step = entry.as_object();
    SCOPED_TRACE(member_text(step, "name").value());
    WorkDone work;
    SecureMessaging messaging(work);
    messaging.begin(
        {CipherSuite::aes128, Secret(hex_member(example, "ks_enc")), Secret(hex_member(example, "ks_mac"))},
        read_be(ByteView(hex_member(step, "ssc_before")).last(8)));
    Command command = parse_command(hex_member(step, "protected_command")).value();
    ASSERT_EQ(messaging.unwrap(command), sw::kDone);
    const auto status = static_cast<StatusWord>(read_be(hex_member(step, "sw")));
    EXPECT_EQ(to_hex(messaging.wrap(Response(hex_member(step, "plain_response_data"), status), command.ins)),
              to_hex(hex_member(step, "protected_response")));
  }
}

TEST(Pace, OpensEveryCurveAndSuite) {
  for (const auto curve : {crypto::Curve::p256, crypto::Curve::brainpool_p256r1, crypto::Curve::p384,
                           crypto::Curve::brainpool_p384r1}) {
    for (const std::uint8_t suite : Bytes{2, 3, 4}) {
      SeededRandom random(suite);
      Card card(blank(), random);
      personalise(card, Document{.card_access = card_access_of(suite, static_cast<std::uint8_t>(curve)),
                                 .dg14 = {},
                                 .access_keys = both_passwords(),
                                 .active_key = {},
                                 .chip_key = {}});
      AesTerminal terminal(card);
      ASSERT_EQ(open_pace(card, {suite, curve, 1, specimen_mrz_password()}, terminal), 0x9000)
          << crypto::name_of(curve) << " " << int{suite};
      EXPECT_EQ(to_hex(terminal.send(hex(kSelectApplication))), "9000");
      EXPECT_EQ(to_hex(terminal.send(hex("00B09E0016"))), to_hex(ef_com()) + "9000");
    }
  }
}

class PaceChip : public ::testing::Test {
 protected:
  SeededRandom random_{5};
  Card card_{blank(), random_};
  AesTerminal terminal_{card_};
  void SetUp() override { make(both_passwords()); }
  void make(Bytes access_keys) {
    personalise(card_, Document{.card_access = card_access_of(2, 0x0C),
                                .dg14 = {},
                                .access_keys = std::move(access_keys),
                                .active_key = {},
                                .chip_key = {}});
  }
  StatusWord with_can(std::string_view can) {
    return open_pace(card_, {2, crypto::Curve::p256, 2, hex(can)}, terminal_);
  }
  StatusWord with_mrz(const Bytes& password) {
    return open_pace(card_, {2, crypto::Curve::p256, 1, password}, terminal_);
  }
};

TEST_F(PaceChip, OpensWithTheCanToo) {
  ASSERT_EQ(with_can(kCan), 0x9000);
  EXPECT_EQ(to_hex(terminal_.send(hex(kSelectApplication))), "9000");
  EXPECT_EQ(status_of(terminal_.send(hex("00B081005F"))), 0x9000);
}

TEST_F(PaceChip, CountsWrongCansAcrossPowerAndBlocksTheCan) {
  for (unsigned left = 10; left-- > 0;) {
    EXPECT_EQ(with_can("393939393939"), 0x63C0 | left);
    card_.power_off();
    card_.power_on();
  }
  EXPECT_EQ(with_can(kCan), 0x6983);
  const Memory reloaded = Memory::load(card_.take_unsaved()).value();
  EXPECT_EQ(reloaded.failed_can_tries(), 10);
  ASSERT_EQ(with_mrz(specimen_mrz_password()), 0x9000) << "the MRZ is not blocked";
  EXPECT_EQ(with_can(kCan), 0x9000) << "and clears the count";
}

TEST_F(PaceChip, CountsTheTryBeforeItLooksAtTheToken) {
  card_.set_fault(parse_fault("stuck_memory").value());
  EXPECT_EQ(with_can(kCan), 0x6581);
  EXPECT_EQ(with_mrz(specimen_mrz_password()), 0x9000) << "nothing is counted for the MRZ";
}

TEST_F(PaceChip, RefusesAWrongMrzWithoutEnd) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(with_mrz(Bytes(20, 7)), 0x6300);
  EXPECT_EQ(with_mrz(specimen_mrz_password()), 0x9000);
}

TEST_F(PaceChip, DoesOnlyWhatItsCardAccessOffers) {
  AesTerminal other(card_);
  EXPECT_EQ(open_pace(card_, {4, crypto::Curve::p256, 1, specimen_mrz_password()}, other), 0x6A80);
  EXPECT_EQ(open_pace(card_, {2, crypto::Curve::p384, 1, specimen_mrz_password()}, other), 0x6A88);
  EXPECT_EQ(open_pace(card_, {2, crypto::Curve::p256, 3, hex(kCan)}, other), 0x6A88) << "no PIN here";
  EXPECT_EQ(to_hex(card_.process(hex("10860000027C0000"))), "6985") << "without MSE:Set AT";
}

TEST_F(PaceChip, KnowsNoBacWithoutItsSeed) {
  ASSERT_EQ(status_of(card_.process(hex(kSelectApplication))), 0x9000);
  Terminal bac(card_);
  EXPECT_EQ(bac.open(document_seed()), 0x6985);
}

TEST_F(PaceChip, ClosesTheSessionOnAWrongMacAndOnAPlainCommand) {
  ASSERT_EQ(with_mrz(specimen_mrz_password()), 0x9000);
  ASSERT_EQ(to_hex(terminal_.send(hex(kSelectApplication))), "9000");
  Bytes altered = terminal_.protect(hex("00B0810004"));
  altered[altered.size() - 2] ^= 0x01;
  EXPECT_EQ(to_hex(card_.process(altered)), "6988");
  EXPECT_EQ(to_hex(card_.process(terminal_.protect(hex("00B0810004")))), "6982");
  ASSERT_EQ(status_of(card_.process(hex("00A4000C023F00"))), 0x9000);
  ASSERT_EQ(with_mrz(specimen_mrz_password()), 0x9000);
  EXPECT_EQ(status_of(card_.process(hex(kSelectApplication))), 0x9000) << "a plain command is carried out";
  EXPECT_EQ(status_of(card_.process(hex("00B0810004"))), 0x6982) << "without access";
}

TEST_F(PaceChip, RefusesPointsThatAreNotOnItsCurve) {
  ASSERT_EQ(to_hex(card_.process(hex("0022C1A40F800A04007F00070202040202830101"))), "9000");
  ASSERT_EQ(status_of(card_.process(hex("10860000027C0000"))), 0x9000);
  EXPECT_EQ(
      to_hex(card_.process(concat({hex("1086000045"), hex("7C43814104"), Bytes(64, 0x11), Bytes{0x00}}))),
      "6300");
  EXPECT_EQ(to_hex(card_.process(hex("10860000027C0000"))), "6985") << "and starts over";
}

TEST_F(PaceChip, WantsItsStepsInAChain) {
  ASSERT_EQ(to_hex(card_.process(hex("0022C1A40F800A04007F00070202040202830101"))), "9000");
  EXPECT_EQ(to_hex(card_.process(hex("00860000027C0000"))), "6985");
}

TEST_F(PaceChip, ReachesFilesUnderTheMasterFileInTheSession) {
  ASSERT_EQ(with_mrz(specimen_mrz_password()), 0x9000);
  EXPECT_EQ(to_hex(terminal_.send(hex("00A4020C02011C"))), "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00B0000016"))), to_hex(card_access_of(2, 0x0C)) + "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00A4040C08A000000151000000"))), "6A82");
}

TEST(Pace, IsNotThereWithoutPasswords) {
  SeededRandom random(1);
  Card card(blank(), random);
  personalise(card, Document{.card_access = card_access_of(2, 0x0C),
                             .dg14 = {},
                             .access_keys = concat({hex("8010"), document_seed()}),
                             .active_key = {},
                             .chip_key = {}});
  AesTerminal terminal(card);
  EXPECT_EQ(open_pace(card, {2, crypto::Curve::p256, 1, specimen_mrz_password()}, terminal), 0x6A88);
  EXPECT_EQ(open_pace(card, {2, crypto::Curve::p256, 2, hex(kCan)}, terminal), 0x6A88);
}

}  // namespace
}  // namespace imprimatur::devices::testing
