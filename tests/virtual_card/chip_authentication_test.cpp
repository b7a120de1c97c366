#include "devices/virtual_card/chip_authentication.hpp"

#include "pace_terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

constexpr std::string_view kSelectApplication = "00A4040C07A0000002471001";

struct Specimen {
  json::object all = vectors("ca-aa.json");
  const json::object& own() const { return *member_object(all, "chip_authentication_own").value(); }
  const json::array& variants() const { return *member_array(own(), "variants").value(); }
  const json::object& variant(std::size_t i) const { return variants().at(i).as_object(); }

  // The vectors' DG14 offers AES-128; the last byte of the identifier names the suite.
  Bytes dg14_of(const json::object& variant) const {
    std::string text = to_hex(hex_member(own(), "dg14"));
    const std::string offered = "04007F00070202030202";
    text.replace(text.find(offered), offered.size(), to_hex(hex_member(variant, "oid_value_hex")));
    return hex(text);
  }
  Document document(const json::object& variant) const {
    return {.card_access = {},
            .dg14 = dg14_of(variant),
            .access_keys = concat({hex("8010"), document_seed()}),
            .active_key = {},
            .chip_key = concat({hex("A12580010D8120"), hex_member(own(), "sk_ic")})};
  }
};

// After BAC, chip authentication with the vectors' keys; the first command under the new keys is theirs too.
TEST(ChipAuthentication, AnswersTheVectorsInEverySuite) {
  const Specimen specimen;
  for (const json::value& entry : specimen.variants()) {
    const json::object& variant = entry.as_object();
    SCOPED_TRACE(member_text(variant, "protocol").value());
    SeededRandom random(1);
    Card card(blank(), random);
    personalise(card, specimen.document(variant));
    ASSERT_EQ(status_of(card.process(hex(kSelectApplication))), 0x9000);
    Terminal terminal(card);
    ASSERT_EQ(terminal.open(document_seed()), 0x9000);
    for (const json::value& step : *member_array(variant, "plain_apdus").value()) {
      EXPECT_EQ(to_hex(terminal.send(hex_member(step.as_object(), "c"))),
                to_hex(hex_member(step.as_object(), "r")));
    }
    const json::object& first = *member_object(variant, "first_command_under_new_keys").value();
    EXPECT_EQ(to_hex(card.process(hex_member(first, "protected_command"))),
              to_hex(hex_member(first, "protected_response")));
  }
}

class Chip : public ::testing::Test {
 protected:
  Specimen specimen_;
  SeededRandom random_{1};
  Card card_{blank(), random_};
  Terminal terminal_{card_};
  const json::object& aes128_ = specimen_.variant(0);

  void make(const Document& document) {
    personalise(card_, document);
    ASSERT_EQ(status_of(card_.process(hex(kSelectApplication))), 0x9000);
    ASSERT_EQ(terminal_.open(document_seed()), 0x9000);
  }
  Bytes step(std::size_t i) {
    const json::array& steps = *member_array(aes128_, "plain_apdus").value();
    return terminal_.send(hex_member(steps.at(i).as_object(), "c"));
  }
};

TEST_F(Chip, CannotProveItselfWhenCounterfeit) {
  make(specimen_.document(aes128_));
  card_.set_fault(parse_fault("wrong_chip_key").value());
  EXPECT_EQ(to_hex(step(0)), "9000");
  EXPECT_EQ(to_hex(step(1)), "7C009000");
  const json::object& first = *member_object(aes128_, "first_command_under_new_keys").value();
  EXPECT_EQ(to_hex(card_.process(hex_member(first, "protected_command"))), "6988");
}

TEST_F(Chip, RefusesSuitesThatItsDg14DoesNotOffer) {
  make(specimen_.document(aes128_));
  EXPECT_EQ(to_hex(terminal_.send(hex("002241A40C800A04007F00070202030204"))), "6A80");
  EXPECT_EQ(to_hex(terminal_.send(hex("002241A60391010400"))), "6A80") << "no 3DES";
  EXPECT_EQ(to_hex(terminal_.send(hex("002241A40F800A04007F00070202030202840107"))), "6A88")
      << "no such key id";
  EXPECT_EQ(status_of(step(1)), 0x6985) << "GENERAL AUTHENTICATE without a template";
  EXPECT_EQ(status_of(terminal_.send(hex("00B0810004"))), 0x9000) << "the session lives on";
}

TEST_F(Chip, RefusesPointsThatAreNotOnTheCurve) {
  make(specimen_.document(aes128_));
  EXPECT_EQ(to_hex(step(0)), "9000");
  EXPECT_EQ(
      to_hex(terminal_.send(concat({hex("0086000045"), hex("7C43804104"), Bytes(64, 0x22), Bytes{0x00}}))),
      "6A80");
  EXPECT_EQ(status_of(terminal_.send(hex("00B0810004"))), 0x9000) << "under the old keys";
}

TEST_F(Chip, HasNoKeyUnlessItWasGivenOne) {
  Document document = specimen_.document(aes128_);
  document.chip_key = {};
  make(document);
  EXPECT_EQ(to_hex(step(0)), "6A88");
}

TEST_F(Chip, WantsAccessFirst) {
  personalise(card_, specimen_.document(aes128_));
  ASSERT_EQ(status_of(card_.process(hex(kSelectApplication))), 0x9000);
  EXPECT_EQ(to_hex(card_.process(hex("002241A40C800A04007F00070202030202"))), "6982");
  EXPECT_EQ(to_hex(card_.process(hex("0088000008000000000000000000"))), "6982");
}

}  // namespace
}  // namespace imprimatur::devices::testing
