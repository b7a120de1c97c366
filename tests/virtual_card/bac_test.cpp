#include "devices/virtual_card/bac.hpp"

#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

TEST(Bac, DerivesTheKeysOfTheWorkedExample) {
  const json::object all = vectors("bac.json");
  for (const json::value& entry : *member_array(all, "key_seed_from_mrz").value()) {
    const MessagingKeys keys =
        derive_messaging_keys(CipherSuite::des3, hex_member(entry.as_object(), "kseed"));
    EXPECT_EQ(to_hex(keys.enc.reveal()), to_hex(hex_member(entry.as_object(), "kenc")));
    EXPECT_EQ(to_hex(keys.mac.reveal()), to_hex(hex_member(entry.as_object(), "kmac")));
  }
}

// ICAO 9303-11 D.3 and D.4 byte by byte, with the chip's random numbers of the example.
TEST(Bac, AnswersTheWorkedExampleOfDoc9303) {
  const json::object all = vectors("bac.json");
  const json::object& authentication = *member_object(all, "mutual_authentication").value();
  const json::object& chip = *member_object(authentication, "chip_side").value();
  ScriptedRandom random(concat({hex_member(authentication, "rnd_ic"), hex_member(chip, "k_ic")}));
  Card card(blank(), random);
  personalise(card);
  Host host(card, transport_keys());
  ASSERT_EQ(host.select(kApplication), 0x9000);

  const json::object& challenge = *member_object(authentication, "get_challenge").value();
  EXPECT_EQ(to_hex(card.process(hex_member(challenge, "command"))),
            to_hex(hex_member(challenge, "response")));
  const json::object& external = *member_object(authentication, "external_authenticate").value();
  EXPECT_EQ(to_hex(card.process(hex_member(external, "command"))), to_hex(hex_member(external, "response")));
  const json::object& messaging = *member_object(all, "secure_messaging_d4").value();
  for (const json::value& step : *member_array(messaging, "steps").value()) {
    const json::object& exchange = step.as_object();
    EXPECT_EQ(to_hex(card.process(hex_member(exchange, "protected_command"))),
              to_hex(hex_member(exchange, "protected_response")))
        << member_text(exchange, "name").value();
  }
}

// Further exchanges of the vectors: errors, warnings, long and extended answers, odd instruction.
TEST(SecureMessaging, AnswersTheOwnExchanges) {
  const json::object all = vectors("bac.json");
  const json::object& own = *member_object(all, "secure_messaging_own").value();
  for (const json::value& step : *member_array(own, "steps").value()) {
    const json::object& exchange = step.as_object();
    SCOPED_TRACE(member_text(exchange, "name").value());
    WorkDone work;
    SecureMessaging messaging(work);
    messaging.begin({CipherSuite::des3, Secret(hex_member(own, "ks_enc")), Secret(hex_member(own, "ks_mac"))},
                    read_be(hex_member(exchange, "ssc_before")));
    Command command = parse_command(hex_member(exchange, "protected_command")).value();
    ASSERT_EQ(messaging.unwrap(command), sw::kDone);
    const auto status = static_cast<StatusWord>(read_be(hex_member(exchange, "sw")));
    EXPECT_EQ(
        to_hex(messaging.wrap(Response(hex_member(exchange, "plain_response_data"), status), command.ins)),
        to_hex(hex_member(exchange, "protected_response")));
  }
}

class Border : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Terminal terminal_{card_};
  void SetUp() override {
    personalise(card_, 40000);
    card_.power_off();
    card_.power_on();
    ASSERT_EQ(status_of(card_.process(hex("00A4040C07A0000002471001"))), 0x9000);
  }
};

TEST_F(Border, ReadsNothingWithoutAccessControl) {
  EXPECT_EQ(status_of(card_.process(hex("00A4020C020101"))), 0x6982);
  EXPECT_EQ(status_of(card_.process(hex("00B0810000"))), 0x6982);
  EXPECT_EQ(status_of(card_.process(hex("00B0000000"))), 0x6982);
  EXPECT_EQ(status_of(card_.process(hex("00B10000045402800000"))), 0x6982);
}

TEST_F(Border, RefusesWrongKeysAndAnUsedChallenge) {
  EXPECT_EQ(terminal_.open(pattern(16, 1)), 0x6300);
  EXPECT_EQ(status_of(card_.process(concat({hex("0082000028"), Bytes(40, 7), Bytes{0x28}}))), 0x6985);
  EXPECT_EQ(terminal_.open(document_seed()), 0x9000);
}

TEST_F(Border, ReadsFilesByIdByShortIdAndBeyond32K) {
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal_.send(hex("00A4020C02011E"))), "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00B0000016"))), to_hex(ef_com()) + "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00B081005F"))), to_hex(pattern(95, 1)) + "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00A4020C020102"))), "9000");
  const Bytes photo = pattern(40000, 2);
  EXPECT_EQ(to_hex(terminal_.send(hex("00B07F0010"))), to_hex(ByteView(photo).subspan(0x7F00, 16)) + "9000");
  EXPECT_EQ(to_hex(terminal_.send(hex("00B100000454028000"
                                      "12"))),
            "5310" + to_hex(ByteView(photo).subspan(0x8000, 16)) + "9000");
  const Bytes most = terminal_.send(hex("00B0000000"));
  EXPECT_EQ(most.size(), 231U + 2U) << "a short answer has 256 bytes at most, secure messaging included";
}

TEST_F(Border, SaysWhereAFileEnds) {
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal_.send(hex("00B09E1020"))), to_hex(ByteView(ef_com()).subspan(16)) + "6282");
  EXPECT_EQ(status_of(terminal_.send(hex("00B0001604"))), 0x6B00);
  EXPECT_EQ(status_of(terminal_.send(hex("00A4020C020107"))), 0x6A82);
  EXPECT_EQ(status_of(terminal_.send(hex("00B0870000"))), 0x6A82);
}

TEST_F(Border, NeverGivesFingerprintsAndNeverTakesUpdates) {
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  EXPECT_EQ(status_of(terminal_.send(hex("00A4020C020103"))), 0x6982);
  EXPECT_EQ(status_of(terminal_.send(hex("00B0830000"))), 0x6982);
  EXPECT_EQ(status_of(terminal_.send(hex("00D60000020102"))), 0x6982);
  EXPECT_EQ(to_hex(terminal_.send(hex("00B081005F"))), to_hex(pattern(95, 1)) + "9000")
      << "the session lives on";
}

TEST_F(Border, ClosesTheSessionOnAWrongMac) {
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  Bytes altered = terminal_.protect(hex("00B0810004"));
  altered[altered.size() - 2] ^= 0x01;
  EXPECT_EQ(to_hex(card_.process(altered)), "6988");
  EXPECT_EQ(to_hex(card_.process(terminal_.protect(hex("00B0810004")))), "6982");
}

TEST_F(Border, ClosesTheSessionOnAMissingMacAndOnAPlainCommand) {
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("0CB081000397010400"))), "6987");
  ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("00B0810004"))), "6982");
  EXPECT_EQ(to_hex(card_.process(terminal_.protect(hex("00B0810004")))), "6982");
}

TEST_F(Border, FindsCardAccessAndInformationFileUnderTheMasterFile) {
  EXPECT_EQ(status_of(card_.process(hex("00A4000C023F00"))), 0x9000);
  EXPECT_EQ(status_of(card_.process(hex("00A4020C02011C"))), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("00B0000014"))), to_hex(pattern(20, 5)) + "9000");
  EXPECT_EQ(to_hex(card_.process(hex("00B0810000"))),
            "4301B84703C401607F6608020208090202"
            "0902"
            "9000");
  EXPECT_EQ(status_of(card_.process(hex("00A4020C02011E"))), 0x6A82);
}

}  // namespace
}  // namespace imprimatur::devices::testing
