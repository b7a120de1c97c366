#include "devices/virtual_card/issuer_domain.hpp"

#include "crypto/cipher.hpp"
#include "devices/virtual_card/data_objects.hpp"
#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

const Bytes kInstall = hex("80E620000D000007A000000247100100000000");

class Issuer : public ::testing::Test {
 protected:
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Host host_{card_, transport_keys()};
  void SetUp() override {
    card_.power_on();
    ASSERT_EQ(host_.select(kIssuerDomain), 0x9000);
  }
  // The PUT KEY of the vectors with this name, as plain APDU.
  static json::object put_key_vector(std::string_view new_version) {
    const json::object all = vectors("scp03.json");
    for (const json::value& entry : *member_array(all, "put_key").value()) {
      if (entry.as_object().at("new_kvn").as_string() == new_version) return entry.as_object();
    }
    ADD_FAILURE() << "no such vector";
    return {};
  }
};

// spec/virtual-card.md, computed there with the openssl command line.
TEST(Diversification, GivesTheKeysOfTheTable) {
  const Bytes data = hex("00010203040506070809");
  const Secret master(hex("404142434445464748494A4B4C4D4E4F"));
  const CardKeys keys = diversify_kdf3(master, data);
  EXPECT_EQ(to_hex(keys.enc.reveal()), "808BC985A1069AD2A9AC94E0FE7B8843");
  EXPECT_EQ(to_hex(keys.mac.reveal()), "65942E0BF4F3F32AEFACBA5671456275");
  EXPECT_EQ(to_hex(keys.dek.reveal()), "6A74F6F6040CCA10D8A3FDC7914FD7CC");
  const Secret long_master(hex("404142434445464748494A4B4C4D4E4F505152535455565758595A5B5C5D5E5F"));
  const CardKeys long_keys = diversify_kdf3(long_master, data);
  EXPECT_EQ(to_hex(long_keys.enc.reveal()),
            "7E227C0F6D736A2492A356F83872F6814D3D38831E224DB731AAB0D1B51FAAF3");
  EXPECT_EQ(to_hex(long_keys.dek.reveal()),
            "2E4446700FA96B1010D2E5DA69E6BE3AF2431D4E27EB4B77D9239509899A358C");
  const Secret middle(hex("404142434445464748494A4B4C4D4E4F5051525354555657"));
  EXPECT_EQ(to_hex(diversify_kdf3(middle, data).mac.reveal()),
            "DBCAADD8612534A5428BB2ECC61C734C7F214510E31F07E2");
}

TEST_F(Issuer, SaysWhoItIs) {
  EXPECT_EQ(to_hex(card_.process(hex("00A4040008A00000015100000000"))),
            "6F118408A000000151000000A5059F65020800"
            "9000");
  const json::object all = vectors("gp-examples.json");
  const json::value& cplc = member_array(all, "cplc").value()->front();
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F00"))), to_hex(hex_member(cplc.as_object(), "response")));
  EXPECT_EQ(to_hex(card_.process(hex("80CA00E000"))), "E012C00401308810C00402308810C004033088109000");
  EXPECT_EQ(to_hex(card_.process(hex("00CA00CF00"))), "CF0A000000000000000000009000");
  const std::string card_data = to_hex(card_.process(hex("80CA006600")));
  EXPECT_NE(card_data.find("06092A864886FC6B040370"), std::string::npos);
  EXPECT_EQ(to_hex(card_.process(hex("80CA9F7F10"))), "6C2D");
  EXPECT_EQ(to_hex(card_.process(hex("80CA004200"))), "6A88");
}

TEST_F(Issuer, ListsItsStatus) {
  ASSERT_EQ(host_.open(0x33), 0x9000);
  const json::object all = vectors("gp-examples.json");
  const json::object& status = *member_object(all, "get_status_isd").value();
  EXPECT_EQ(to_hex(host_.send(hex_member(status, "command"))),
            to_hex(hex_member(status, "response_example")));
  EXPECT_EQ(to_hex(host_.send(hex("80F24002024F0000"))),
            "E31C4F07A00000024710019F700107C503000000CC08A0000001510000009000");
}

TEST_F(Issuer, RefusesEverythingThatNeedsAChannel) {
  for (const char* apdu :
       {"80E620000D000007A000000247100100000000", "80E2880003010100", "80F0800F00", "80F28002024F0000"}) {
    EXPECT_EQ(to_hex(card_.process(hex(apdu))), "6982") << apdu;
  }
  EXPECT_EQ(to_hex(card_.process(hex("80E4000000"))), "6D00");
  EXPECT_EQ(to_hex(card_.process(hex("A0A40000023F00"))), "6E00");
  EXPECT_EQ(to_hex(card_.process(hex("0070000001"))), "6881");
  EXPECT_EQ(to_hex(card_.process(hex("90E2880003010100"))), "6884");
  EXPECT_EQ(to_hex(card_.process(hex("00A404000AA0000000"))), "6700");
  EXPECT_EQ(to_hex(card_.process(hex("00A4040007A0000005591010"))), "6A82");
}

TEST_F(Issuer, RotatesItsKeysAndForgetsTheOldOnes) {
  const json::object vector = put_key_vector("31");
  const Bytes dek = hex_member(vector, "k_dek");
  Card card(blank({dek, dek, dek}), random_);
  Host host(card, {dek, dek, dek});
  card.power_on();
  ASSERT_EQ(host.open(0x33), 0x9000);
  // The vector replaces version 31; the blank has 30.
  Bytes apdu = hex_member(vector, "plain_apdu");
  apdu[2] = 0x30;
  EXPECT_EQ(to_hex(host.send(apdu)), to_hex(hex_member(vector, "expected_response_data")) + "9000");
  EXPECT_EQ(host.send_status(hex("80F0800F08A000000151000000")), 0x9000) << "the channel lives on";
  EXPECT_EQ(host.select(kIssuerDomain), 0x9000);
  EXPECT_EQ(host.open(0x01, 0x30), 0x6A88);
  const json::array& keys = *member_array(vector, "keys").value();
  Host new_host(card, {hex_member(keys[0].as_object(), "new_key"), hex_member(keys[1].as_object(), "new_key"),
                       hex_member(keys[2].as_object(), "new_key")});
  EXPECT_EQ(new_host.open(0x33, 0x31), 0x9000);
}

TEST_F(Issuer, TakesKeysOfEveryLength) {
  for (const char* version : {"30", "31", "32"}) {
    const json::object vector = put_key_vector(version);
    const Secret dek(hex_member(vector, "k_dek"));
    const Command command = parse_command(hex_member(vector, "plain_apdu")).value();
    KeyFields fields;
    EXPECT_EQ(read_key_fields(command.data, dek, fields), sw::kDone) << version;
    EXPECT_EQ(to_hex(concat({Bytes{fields.new_version}, fields.check_values})),
              to_hex(hex_member(vector, "expected_response_data")));
  }
}

TEST_F(Issuer, KeepsItsKeysWhenACheckValueIsWrong) {
  ASSERT_EQ(host_.open(0x33), 0x9000);
  const json::object vector = put_key_vector("30");
  Bytes apdu = hex_member(vector, "plain_apdu");
  Bytes wrong = apdu;
  wrong[wrong.size() - 2] ^= 0x01;  // the last check value
  EXPECT_EQ(host_.send_status(wrong), 0x9485);
  Bytes other_type = apdu;
  other_type[6] = 0x80;
  EXPECT_EQ(host_.send_status(other_type), 0x9484);
  Bytes unknown_version = apdu;
  unknown_version[2] = 0x44;
  EXPECT_EQ(host_.send_status(unknown_version), 0x6A88);
  host_.select(kIssuerDomain);
  EXPECT_EQ(host_.open(0x01), 0x9000) << "the old keys still hold";
}

TEST_F(Issuer, GoesToSecuredAndNeverBack) {
  ASSERT_EQ(host_.open(0x01), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80F0800F00")), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80F0800700")), 0x6985);
  EXPECT_EQ(host_.send_status(hex("80F0800F00")), 0x6985);
  EXPECT_EQ(to_hex(host_.send(hex("80F28002024F0000"))),
            "E31C4F08A0000001510000009F70010FC5039EFE80C407A00000015153509000");
  EXPECT_EQ(host_.send_status(kInstall), 0x9000) << "a secured card can still be personalised";
}

TEST_F(Issuer, GivesNoApplicationWhenLocked) {
  ASSERT_EQ(host_.open(0x01), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80F0807F00")), 0x6985) << "from OP_READY";
  EXPECT_EQ(host_.send_status(hex("80F0800F00")), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80F0807F00")), 0x9000);
  EXPECT_EQ(host_.select(kApplication), 0x6A81);
  EXPECT_EQ(host_.select(kIssuerDomain), 0x6283);
}

TEST_F(Issuer, InstallsForPersonalisationOnlyWhatIsThere) {
  ASSERT_EQ(host_.open(0x01), 0x9000);
  EXPECT_EQ(host_.send_status(hex("80E620000D000007A000000247200100000000")), 0x6A82);
  EXPECT_EQ(host_.send_status(hex("80E60C000D000007A000000247100100000000")), 0x6A86);
  EXPECT_EQ(host_.send_status(hex("80E620000C000007A0000002471001000000")), 0x6A80);
  EXPECT_EQ(host_.send_status(hex("80E2880003010100")), 0x6985) << "nothing is installed for personalisation";
  EXPECT_EQ(to_hex(host_.send(kInstall)), "009000");
}

}  // namespace
}  // namespace imprimatur::devices::testing
