#include "devices/virtual_card/store_data.hpp"

#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

const Bytes kInstall = hex("80E620000D000007A000000247100100000000");

class Personalisation : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Host host_{card_, transport_keys()};
  void SetUp() override { open(); }
  void open() {
    card_.power_on();
    ASSERT_EQ(host_.select(kIssuerDomain), 0x9000);
    ASSERT_EQ(host_.open(0x03), 0x9000);
    ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  }
  Bytes keys() const { return dgi(0x8F01, host_.encipher(concat({hex("8010"), document_seed()}))); }
  void open_application() {
    ASSERT_EQ(host_.select(kApplication), 0x9000);
    ASSERT_EQ(host_.open(0x33), 0x9000);
  }
};

TEST_F(Personalisation, TakesTheStreamOfTheVectors) {
  const json::object all = vectors("gp-examples.json");
  const json::object& sequence = *member_object(all, "store_data_sequence_level_03").value();
  for (const json::value& apdu : *member_array(sequence, "plain_apdus").value()) {
    ASSERT_EQ(host_.send_status(hex(std::string_view(apdu.as_string()))), 0x9000);
  }
  ASSERT_NE(card_.memory().file(0x0102), nullptr);
  EXPECT_EQ(card_.memory().file(0x0101)->content.size(), 20U);
  EXPECT_EQ(card_.memory().file(0x0102)->content.size(), 600U);
  EXPECT_EQ(card_.memory().file(0x0102)->content[599], static_cast<std::uint8_t>(599 * 3));
  EXPECT_TRUE(card_.memory().all_files_complete());
}

TEST_F(Personalisation, TakesADgiCutAnywhere) {
  const Bytes stream = concat({dgi(0x0101, pattern(300, 1)), dgi(0x0102, pattern(10, 2))});
  for (std::size_t size : {1U, 2U, 3U, 7U, 199U}) {
    ASSERT_EQ(host_.send_status(kInstall), 0x9000);
    const std::size_t enough = std::max<std::size_t>(size, stream.size() / 256 + 1);
    ASSERT_EQ(host_.store(stream, false, true, enough), 0x9000) << size;
    EXPECT_EQ(to_hex(card_.memory().file(0x0101)->content), to_hex(pattern(300, 1)));
    EXPECT_EQ(to_hex(card_.memory().file(0x0102)->content), to_hex(pattern(10, 2)));
  }
}

TEST_F(Personalisation, RefusesABlockOutOfOrder) {
  EXPECT_EQ(host_.send_status(concat({hex("80E20801"), Bytes{7}, dgi(0x0101, pattern(4, 1))})), 0x6A86);
  EXPECT_EQ(host_.send_status(concat({hex("80E28800"), Bytes{7}, dgi(0x0101, pattern(4, 1))})), 0x6985)
      << "the sequence is lost";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.send_status(concat({hex("80E20800"), Bytes{7}, dgi(0x0101, pattern(4, 1))})), 0x9000);
  EXPECT_EQ(host_.send_status(concat({hex("80E28800"), Bytes{7}, dgi(0x0101, pattern(4, 1))})), 0x6A86)
      << "repeated";
}

TEST_F(Personalisation, RefusesWhatIsNotADgiStream) {
  const auto try_apdu = [this](const char* apdu) {
    EXPECT_EQ(host_.send_status(kInstall), 0x9000);
    return host_.send_status(hex(apdu));
  };
  EXPECT_EQ(try_apdu("80E280000401010101"), 0x6A86) << "no structure";
  EXPECT_EQ(try_apdu("80E290000401010101"), 0x6A86) << "BER-TLV";
  EXPECT_EQ(try_apdu("80E2A8000401010101"), 0x6A86) << "encryption that is application dependent";
  EXPECT_EQ(try_apdu("80E288000401010201"), 0x6A80) << "the last block ends in a DGI";
  EXPECT_EQ(try_apdu("80E28800020101"), 0x6A80) << "the last block ends in a header";
  EXPECT_EQ(try_apdu("80E2880004020001FF"), 0x6A88) << "unknown DGI";
  EXPECT_EQ(try_apdu("80E2880003010100"), 0x6A80) << "an empty file";
  EXPECT_EQ(try_apdu("80E288000401010101"), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80E288000401010101")), 0x6985) << "after the last block";
}

TEST_F(Personalisation, TakesKeysOnlyEnciphered) {
  const Bytes plain = concat({hex("8010"), document_seed()});
  EXPECT_EQ(host_.store(dgi(0x8F01, plain)), 0x6A80);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x0101, host_.encipher(plain)), true), 0x6A80) << "a file is not enciphered";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8F01, pattern(32, 1)), true), 0x6A80) << "no padding inside";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8F01, host_.encipher(document_seed())), true), 0x6A80) << "no TLV";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(keys(), true), 0x9000);
}

TEST_F(Personalisation, ActivatesOnlyWhatIsComplete) {
  EXPECT_EQ(host_.store(dgi(0x8FFF, {})), 0x6985) << "no access keys";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  ASSERT_EQ(host_.store(keys(), true), 0x9000);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8FFF, {}), false, false), 0x6A80) << "not the last block";
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(concat({dgi(0x8FFF, {}), dgi(0x0101, pattern(4, 1))})), 0x6A80) << "not the last DGI";
  open();
  ASSERT_EQ(host_.send_status(concat({hex("80E2080005"), hex("0101080102")})), 0x9000);
  open();  // DG1 was begun and never finished
  EXPECT_EQ(host_.store(dgi(0x8FFF, {})), 0x6985);
  open();
  ASSERT_EQ(host_.store(dgi(0x0101, pattern(8, 1)), false, false), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8FFF, {})), 0x9000);
}

TEST_F(Personalisation, WritesNothingAfterActivation) {
  card_.power_off();
  personalise(card_);
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F00"))), "6982");
  ASSERT_EQ(host_.select(kIssuerDomain), 0x9000);
  ASSERT_EQ(host_.open(0x33), 0x9000);
  EXPECT_EQ(host_.send_status(kInstall), 0x6985);
  EXPECT_EQ(host_.send_status(hex("80E288000401010101")), 0x6985);
  ASSERT_EQ(host_.select(kApplication), 0x9000);
  EXPECT_EQ(host_.open(0x33), 0x6985);
  EXPECT_EQ(to_hex(card_.process(hex("00D60000020102"))), "6982");
}

TEST_F(Personalisation, ReadsBackInItsOwnChannelOnly) {
  ASSERT_EQ(host_.store(concat({dgi(0x0101, pattern(95, 1)), dgi(0x0103, pattern(300, 3))})), 0x9000);
  ASSERT_EQ(host_.select(kApplication), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("00A4020C020101"))), "6982");
  EXPECT_EQ(to_hex(card_.process(hex("00B0810000"))), "6982");
  ASSERT_EQ(host_.open(0x33), 0x9000);
  EXPECT_EQ(to_hex(host_.send(hex("00A4020C020101"))), "9000");
  EXPECT_EQ(to_hex(host_.send(hex("00B000005F"))), to_hex(pattern(95, 1)) + "9000");
  EXPECT_EQ(to_hex(host_.send(hex("80B0830080"))), to_hex(ByteView(pattern(300, 3)).first(128)) + "9000")
      << "DG3 too";
  EXPECT_EQ(host_.send(hex("00B0830000")).size(), 239U + 2U) << "R-MAC and R-ENC leave room for 239 bytes";
  EXPECT_EQ(to_hex(host_.send(hex("00B0850000"))), "6A82");
}

TEST_F(Personalisation, WorksThroughTheApplicationsOwnChannel) {
  open_application();
  ASSERT_EQ(host_.store(dgi(0x0101, pattern(95, 1)), false, false), 0x9000);
  ASSERT_EQ(host_.store(keys(), true, false), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8FFF, {})), 0x9000);
  EXPECT_EQ(card_.memory().application_life(), ApplicationLife::personalised);
  EXPECT_EQ(host_.send_status(hex("00B0810000")), 0x6982) << "read back ends with activation";
}

TEST_F(Personalisation, OpensTheApplicationsChannelAnew) {
  open_application();
  EXPECT_EQ(host_.open(0x01), 0x9000);
  ASSERT_EQ(host_.store(dgi(0x0101, pattern(95, 1))), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("00B0810000"))), "6982") << "plain";
  EXPECT_EQ(to_hex(card_.process(host_.protect(hex("00B0810000")))), "6982") << "and the channel is gone";
}

TEST_F(Personalisation, GoesOnAfter256BlocksWithAFurtherInstall) {
  const Bytes photo = pattern(300, 2);
  const Bytes stream = dgi(0x0102, photo);
  ASSERT_EQ(host_.store(ByteView(stream).first(256), false, false, 1), 0x9000);
  EXPECT_EQ(host_.send_status(concat({hex("80E20800"), Bytes{1}, ByteView(stream).subspan(256, 1)})), 0x6985);
  open();  // the channel was not lost, but this test shows the loss first
  ASSERT_EQ(host_.store(ByteView(stream).first(256), false, false, 1), 0x9000);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  host_.blocks_sent = 0;
  ASSERT_EQ(host_.store(ByteView(stream).subspan(256)), 0x9000);
  EXPECT_EQ(to_hex(card_.memory().file(0x0102)->content), to_hex(photo));
}

TEST_F(Personalisation, FollowsTheAccessTable) {
  ASSERT_EQ(host_.store(concat({dgi(0x0101, pattern(8, 1)), dgi(0x0102, pattern(8, 2)),
                                dgi(0x8F10, hex("01010005"
                                                "0102FF05"))}),
                        false, false),
            0x9000);
  ASSERT_EQ(host_.store(keys(), true, false), 0x9000);
  ASSERT_EQ(host_.store(dgi(0x8FFF, {})), 0x9000);
  ASSERT_EQ(host_.select(kApplication), 0x9000);
  Terminal terminal(card_);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("00B0810008"))), to_hex(pattern(8, 1)) + "9000");
  EXPECT_EQ(to_hex(terminal.send(hex("00B0820008"))), "6982");
}

TEST_F(Personalisation, RefusesAWrongAccessTableAndTooMuchData) {
  EXPECT_EQ(host_.store(dgi(0x8F10, hex("010100"))), 0x6A80);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8F10, hex("01010305"))), 0x6A80);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.store(dgi(0x8F10, hex("01010004"))), 0x6A80);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  ASSERT_EQ(host_.store(dgi(0x0101, pattern(50000, 1)), false, true, 239), 0x9000);
  ASSERT_EQ(host_.send_status(kInstall), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80E20800"
                                  "05"
                                  "0102FFFFFF")),
            0x6A84);
}

}  // namespace
}  // namespace imprimatur::devices::testing
