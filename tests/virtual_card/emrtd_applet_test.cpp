// The command table of spec/emrtd-applet.md, byte by byte.
#include "devices/virtual_card/emrtd_applet.hpp"

#include "crypto/keys.hpp"
#include "crypto/rsa_raw.hpp"
#include "pace_terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

constexpr std::string_view kSelect = "00A4040C07A0000002471001";
// The document of 9303-11 appendix D: L898902C<, 690806, 940623, whose seed is document_seed().
constexpr std::string_view kDocumentNumbers =
    "00DA00621D621B04094C383938393032433C04063639303830360406393430363233";

Memory applet(bool older) {
  CardIdentity identity = identity_of("B000001");
  identity.kind = {.dialect = Dialect::emrtd_applet, .lengths = Lengths::short_only, .older = older};
  const HostKeys keys = transport_keys();
  return Memory::make_blank(
      identity, {Secret::copy_of(keys.enc), Secret::copy_of(keys.mac), Secret::copy_of(keys.dek)});
}

class AppletCard : public ::testing::Test {
 protected:
  explicit AppletCard(bool older = false) : card_(applet(older), random_) {
    card_.power_on();
    EXPECT_EQ(ask(kSelect), "9000");
  }
  SeededRandom random_{4};
  Card card_;

  std::string ask(ByteView apdu) { return to_hex(card_.process(apdu)); }
  std::string ask(std::string_view apdu) { return ask(hex(apdu)); }
  void write_file(std::string_view file_id, ByteView content) {
    Bytes size;
    append_be(size, content.size(), 2);
    ASSERT_EQ(ask("00E00000066304" + to_hex(size) + std::string(file_id)), "9000");
    ASSERT_EQ(ask("00A4020C02" + std::string(file_id)), "9000");
    for (std::size_t at = 0; at < content.size(); at += 223) {
      const ByteView piece = content.subspan(at, std::min<std::size_t>(223, content.size() - at));
      Bytes head = hex("00D6");
      append_be(head, at, 2);
      append_be(head, piece.size(), 1);
      ASSERT_EQ(ask(concat({head, piece})), "9000");
    }
  }
  void lock() {
    ASSERT_EQ(ask("00DADEAF00"), "9000");
    ASSERT_EQ(ask("00DADEAD00"), "9000");
  }
};

class OlderAppletCard : public AppletCard {
 protected:
  OlderAppletCard() : AppletCard(true) {}
};

TEST_F(AppletCard, ShowsItsIdentityUnderTheIssuerDomain) {
  card_.power_on();
  EXPECT_EQ(ask("80CA9F7F00").substr(0, 12), "9F7F2A4790D6");
  EXPECT_EQ(ask("00A4040C08A000000151000000"), "9000");
  EXPECT_EQ(ask("80CA9F7F00").substr(0, 12), "9F7F2A4790D6");
  Host host(card_, transport_keys());
  ASSERT_EQ(host.open(0x03), 0x9000);
  EXPECT_EQ(host.send_status(hex("80E620000D000007A000000247100100000000")), 0x6985) << "no STORE DATA here";
}

TEST_F(AppletCard, IsPersonalisedAndReadAfterBac) {
  const Bytes photo = pattern(1000, 2);
  write_file("011E", ef_com());
  write_file("0102", photo);
  EXPECT_EQ(ask("00B0000004"), to_hex(ByteView(photo).first(4)) + "9000") << "open before the lock";
  ASSERT_EQ(ask(kDocumentNumbers), "9000");
  lock();
  EXPECT_EQ(ask("00B0820004"), "6982");
  EXPECT_EQ(ask("00A4020C020102"), "6982");
  EXPECT_EQ(ask("00E000000663040004"
                "0101"),
            "6985");
  EXPECT_EQ(ask(kDocumentNumbers), "6985");
  EXPECT_EQ(ask("00D600000101"), "6985");
  card_.power_on();
  ASSERT_EQ(ask(kSelect), "9000");
  Terminal terminal(card_);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("00A4020C020102"))), "9000");
  EXPECT_EQ(to_hex(terminal.send(hex("00B0000010"))), to_hex(ByteView(photo).first(16)) + "9000");
  EXPECT_EQ(to_hex(terminal.send(hex("00D600000101"))), "6985");
  EXPECT_EQ(to_hex(terminal.send(hex("00A4020C020103"))), "6982") << "DG3 is not even selected";
  EXPECT_EQ(to_hex(terminal.send(hex("00A4020C020107"))), "6A82");
}

TEST_F(AppletCard, RefusesWhatTheAppletRefuses) {
  EXPECT_EQ(ask("00E000000663040004"
                "0103"),
            "6982")
      << "DG3 before terminal authentication";
  EXPECT_EQ(ask("00A4020C020104"), "6982");
  EXPECT_EQ(ask("00E000000664040004"
                "0101"),
            "6A80");
  EXPECT_EQ(ask("00E000000763040004"
                "010100"),
            "6700");
  EXPECT_EQ(ask("00E000000663040004"
                "0110"),
            "6A80")
      << "no DG16";
  ASSERT_EQ(ask("00E000000663040004"
                "0101"),
            "9000");
  EXPECT_EQ(ask("00E000000663040004"
                "0101"),
            "6A89");
  EXPECT_EQ(ask("00D600000101"), "6986") << "nothing is selected";
  ASSERT_EQ(ask("00A4020C020101"), "9000");
  EXPECT_EQ(ask("00D60000050102030405"), "6700");
  EXPECT_EQ(ask("00D600000000040102030400"), "6700") << "no extended length";
  EXPECT_EQ(ask("00DA00640100"), "6A86");
  EXPECT_EQ(ask("00DADEAD00"), "6985") << "DEAF first";
  EXPECT_EQ(ask("00DADEAF00"), "9000");
  EXPECT_EQ(ask("00DADEAD00"), "6985") << "no access keys";
}

TEST_F(AppletCard, OpensPaceInTheApplicationWithTheCan) {
  write_file("011E", ef_com());
  write_file("011C", card_access_of(3, 0x0C));
  ASSERT_EQ(ask("00DA0065096607023132333435"
                "36"),
            "9000");
  ASSERT_EQ(ask(kDocumentNumbers), "9000") << "and keeps the CAN";
  lock();
  card_.power_on();
  ASSERT_EQ(ask(kSelect), "9000");
  EXPECT_EQ(ask("00A4020C02011C"), "9000") << "EF.CardAccess is free";
  EXPECT_EQ(ask("00B0000016"), to_hex(card_access_of(3, 0x0C)) + "9000");
  AesTerminal terminal(card_);
  ASSERT_EQ(open_pace(card_, {3, crypto::Curve::p256, 2, hex("313233343536")}, terminal), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("00B09E0016"))), to_hex(ef_com()) + "9000");
  // The MRZ secret comes from tag 62: SHA-1 of L898902C<3 6908061 9406236, whose first half is the seed.
  ASSERT_EQ(ask(kSelect), "9000");
  const Bytes mrz = crypto::digest(crypto::HashAlgorithm::sha1, bytes_of("L898902C<369080619406236"));
  ASSERT_TRUE(equal(ByteView(mrz).first(16), document_seed()));
  EXPECT_EQ(open_pace(card_, {3, crypto::Curve::p256, 1, mrz}, terminal), 0x9000);
}

TEST_F(AppletCard, TakesAChipAuthenticationKeyOfP256) {
  const json::object all = vectors("ca-aa.json");
  // DG14 of the vectors offers AES-128 whatever the key; the key here is on P-256.
  const Bytes dg14 = hex_member(*member_object(all, "chip_authentication_own").value(), "dg14");
  write_file("010E", dg14);
  const Bytes scalar(32, 0x21);
  const Bytes domain = concat({hex("8120FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
                               hex("8220FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"),
                               hex("83205AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
                               hex("8441046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C2964FE"
                                   "342E2FE1A7F9B8EE7EB4A7C0F9E"
                                   "162BCE33576B315ECECBB6406837BF51F5"),
                               hex("8520FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")});
  const Bytes key = concat({domain, tlv(0x86, scalar), hex("870101")});
  Bytes other_curve = key;
  other_curve[40] ^= 0x01;
  EXPECT_EQ(ask(concat({hex("00DA0063"), Bytes{static_cast<std::uint8_t>(key.size())}, other_curve})),
            "6A80");
  ASSERT_EQ(ask(concat({hex("00DA0063"), Bytes{static_cast<std::uint8_t>(key.size())}, key})), "9000");
  ASSERT_EQ(ask(kDocumentNumbers), "9000");
  lock();
  Terminal terminal(card_);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("002241A40C800A04007F00070202030202"))), "9000");
  const Secret own(Bytes(32, 0x37));
  const Bytes point = crypto::multiply(crypto::Curve::p256, own).value();
  EXPECT_EQ(to_hex(terminal.send(concat({hex("0086000045"), hex("7C438041"), point, Bytes{0x00}}))),
            "7C009000");
  const Bytes chip = crypto::multiply(crypto::Curve::p256, Secret::copy_of(scalar)).value();
  const Secret agreed = crypto::x_coordinate(crypto::multiply(crypto::Curve::p256, own, chip).value());
  AesTerminal renewed(card_);
  renewed.begin(derive(2, agreed.reveal(), 1), derive(2, agreed.reveal(), 2));
  EXPECT_EQ(status_of(renewed.send(hex("00B08E0004"))), 0x9000);
}

TEST_F(OlderAppletCard, SignsWithAnRsaKeyOf1024Bits) {
  const json::object all = vectors("ca-aa.json");
  const json::object& example = member_array(all, "active_authentication_own").value()->at(0).as_object();
  const Bytes n = hex_member(example, "n");
  const Bytes d = hex("0" + std::string(member_text(example, "d").value()));
  ASSERT_EQ(n.size(), 128U);
  ASSERT_EQ(ask(concat({hex("00DA0060856000048180"), n})), "9000");
  EXPECT_EQ(ask(concat({hex("00DA0061856181048180"), d})), "6A80") << "the outer length byte must be 00";
  ASSERT_EQ(ask(concat({hex("00DA0061856100048180"), d})), "9000");
  ASSERT_EQ(ask(kDocumentNumbers), "9000");
  EXPECT_EQ(ask("00DADEAF00"), "6A86") << "of the newer build";
  ASSERT_EQ(ask("00DADEAD00"), "9000");
  Terminal terminal(card_);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  const Bytes challenge = hex_member(example, "rnd_ifd");
  const Bytes answer = terminal.send(concat({hex("0088000008"), challenge, Bytes{0x00}}));
  ASSERT_EQ(status_of(answer), 0x9000);
  const auto key = crypto::PublicKey::from_rsa({.n = n, .e = hex("010001")}).value();
  EXPECT_TRUE(crypto::verify_iso9796_2(key, challenge, data_of(answer)));
}

TEST_F(OlderAppletCard, KnowsNeitherPaceNorChipAuthentication) {
  EXPECT_EQ(ask("00DA006509660702313233343536"), "6A86");
  EXPECT_EQ(ask("00DA00630381010"
                "0"),
            "6A86");
  write_file("011C", card_access_of(2, 0x0C));
  ASSERT_EQ(ask(kDocumentNumbers), "9000");
  ASSERT_EQ(ask("00DADEAD00"), "9000");
  EXPECT_EQ(ask("00A4020C02011C"), "6982");
}

}  // namespace
}  // namespace imprimatur::devices::testing
