#include "devices/virtual_card/active_authentication.hpp"

#include "crypto/keys.hpp"
#include "crypto/rsa_raw.hpp"
#include "pace_terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

constexpr std::string_view kSelectApplication = "00A4040C07A0000002471001";

Document document_with(Bytes active_key) {
  return {.card_access = {},
          .dg14 = {},
          .access_keys = concat({hex("8010"), document_seed()}),
          .active_key = std::move(active_key),
          .chip_key = {}};
}

struct Vectors {
  json::object all = vectors("ca-aa.json");
  const json::object& example(std::size_t i) const {
    return member_array(all, "active_authentication_own").value()->at(i).as_object();
  }
};

// A number of the vectors: hex without leading zeros, so of any number of digits.
Bytes number_member(const json::object& object, std::string_view name) {
  const auto text = member_text(object, name).value();
  return hex((text.size() % 2 == 0 ? "" : "0") + std::string(text));
}

// INTERNAL AUTHENTICATE after BAC, of which an answer that does not fit comes in parts.
Bytes authenticate(Card& card, ByteView command) {
  EXPECT_EQ(status_of(card.process(hex(kSelectApplication))), 0x9000);
  Terminal terminal(card);
  EXPECT_EQ(terminal.open(document_seed()), 0x9000);
  Bytes answer = card.process(terminal.protect(command));
  for (int parts = 0; status_of(answer) >> 8 == 0x61 && parts < 4; ++parts) {
    answer = concat({data_of(answer), card.process(hex("00C0000000"))});
  }
  return terminal.unprotect(answer);
}

// RSA with SHA-1 (1024 bits, ICAO 9303-11 appendix F) and with SHA-256 (2048 bits): M1 of the vectors.
TEST(ActiveAuthentication, AnswersTheRsaSignaturesOfTheVectors) {
  const Vectors all;
  for (const std::size_t i : {0U, 1U}) {
    const json::object& example = all.example(i);
    SCOPED_TRACE(member_text(example, "id").value());
    const json::object& apdu = *member_object(example, "apdu").value();
    constexpr std::size_t kBacRandomBytes = 8 + 16;
    ScriptedRandom random(concat({Bytes(kBacRandomBytes, 0x11), hex_member(example, "M1")}));
    Card card(blank(), random);
    personalise(card,
                document_with(tlv(0xA2, concat({tlv(0x80, number_member(example, "n")), hex("8103010001"),
                                                tlv(0x82, number_member(example, "d"))}))));
    EXPECT_EQ(to_hex(authenticate(card, hex_member(apdu, "c"))), to_hex(hex_member(apdu, "r")));
  }
}

TEST(ActiveAuthentication, SignsWithEcdsa) {
  const Vectors all;
  const json::object& example = all.example(2);
  SeededRandom random(1);
  Card card(blank(), random);
  personalise(card, document_with(concat({hex("A12580010C8120"), hex_member(example, "d")})));
  const json::object& apdu = *member_object(example, "apdu").value();
  const Bytes answer = authenticate(card, hex_member(apdu, "c"));
  ASSERT_EQ(status_of(answer), 0x9000);
  const auto key =
      crypto::PublicKey::from_ec_point(crypto::KeyType::ec_p256, hex_member(example, "public_point")).value();
  const Bytes challenge = hex_member(example, "rnd_ifd");
  const auto verifies = [&](ByteView signature) {
    return key.verify(crypto::HashAlgorithm::sha256, crypto::SignatureForm::raw, challenge, signature);
  };
  EXPECT_TRUE(verifies(data_of(answer)));
  card.power_off();
  card.power_on();
  card.set_fault(parse_fault("wrong_chip_key").value());
  const Bytes counterfeit = authenticate(card, hex_member(apdu, "c"));
  ASSERT_EQ(status_of(counterfeit), 0x9000);
  EXPECT_FALSE(verifies(data_of(counterfeit)));
}

TEST(ActiveAuthentication, TakesAKeyWithItsPrimesAndShowsACounterfeit) {
  const auto pair = crypto::PrivateKey::generate(crypto::KeyType::rsa).value();
  const auto numbers = pair.rsa_components();
  SeededRandom random(1);
  Card card(blank(), random);
  personalise(card,
              document_with(
                  tlv(0xA2, concat({tlv(0x80, numbers.n), tlv(0x81, numbers.e), tlv(0x82, numbers.d.reveal()),
                                    tlv(0x83, numbers.p.reveal()), tlv(0x84, numbers.q.reveal())}))));
  const Bytes command = hex("0088000008010203040506070800");
  const Bytes challenge = hex("0102030405060708");
  EXPECT_TRUE(crypto::verify_iso9796_2(pair.public_key(), challenge, data_of(authenticate(card, command))));
  card.power_off();
  card.power_on();
  card.set_fault(parse_fault("wrong_chip_key").value());
  EXPECT_FALSE(crypto::verify_iso9796_2(pair.public_key(), challenge, data_of(authenticate(card, command))));
}

TEST(ActiveAuthentication, HasNoKeyUnlessItWasGivenOne) {
  SeededRandom random(1);
  Card card(blank(), random);
  personalise(card, document_with({}));
  EXPECT_EQ(status_of(authenticate(card, hex("0088000008010203040506070800"))), 0x6A88);
}

TEST(DocumentKeys, AreTakenOnlyWhenWellFormed) {
  const Bytes scalar(32, 1);
  EXPECT_TRUE(is_document_key(0x8F03, concat({hex("A12580010C8120"), scalar})));
  EXPECT_FALSE(is_document_key(0x8F03, concat({hex("A12580010B8120"), scalar}))) << "no such curve";
  EXPECT_FALSE(is_document_key(0x8F03, concat({hex("A12580010F8120"), scalar}))) << "P-384 has 48 bytes";
  EXPECT_FALSE(is_document_key(0x8F03, concat({hex("A12580010C8120"), scalar, Bytes{0}})));
  const Bytes rsa =
      tlv(0xA2, concat({tlv(0x80, Bytes(128, 0xC1)), hex("8103010001"), tlv(0x82, Bytes(128, 5))}));
  EXPECT_TRUE(is_document_key(0x8F02, rsa));
  EXPECT_FALSE(is_document_key(0x8F03, rsa)) << "chip authentication is ECDH";
  EXPECT_FALSE(is_document_key(0x8F02, hex("A20B80010181010382010383010584010B")));
  EXPECT_TRUE(is_document_key(0x8F01, hex("8206313233343536")));
  EXPECT_FALSE(is_document_key(0x8F01, hex("8306313233343536"))) << "nothing that opens access";
  EXPECT_FALSE(is_document_key(0x8F01, hex("8206313233343536"
                                           "8110000102030405060708090A0B0C0D0E0F")));
}

}  // namespace
}  // namespace imprimatur::devices::testing
