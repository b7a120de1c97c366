#include "chip/apdu.hpp"

#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

using testing::ScriptedChannel;

TEST(Apdu, EncodesTheFourCasesInShortForm) {  // ISO/IEC 7816-4 section 5.2
  const auto short_form = [](Command command) {
    return to_hex(encode_command(command, ApduForm::short_only).value());
  };
  EXPECT_EQ(short_form({0x00, 0x44, 0x00, 0x00, {}, {}}), "00440000");
  EXPECT_EQ(short_form({0x00, 0xB0, 0x00, 0x04, {}, 18}), "00B0000412");
  EXPECT_EQ(short_form({0x00, 0xB0, 0x00, 0x00, {}, 256}), "00B0000000");
  EXPECT_EQ(short_form({0x00, 0xA4, 0x02, 0x0C, {0x01, 0x1E}, {}}), "00A4020C02011E");
  EXPECT_EQ(short_form({0x80, 0xF2, 0x80, 0x02, {0x4F, 0x00}, 256}), "80F28002024F0000");
}

TEST(Apdu, EncodesExtendedFormOnlyWhereItIsNeeded) {
  EXPECT_EQ(to_hex(encode_command({0x00, 0xB0, 0x00, 0x00, {}, 1000}, ApduForm::extended).value()),
            "00B000000003E8");
  EXPECT_EQ(to_hex(encode_command({0x00, 0xB0, 0x00, 0x00, {}, 65536}, ApduForm::extended).value()),
            "00B00000000000");
  const Bytes encoded =
      encode_command({0x80, 0xE2, 0x08, 0x00, Bytes(256, 0xAA), 256}, ApduForm::extended).value();
  EXPECT_EQ(to_hex(ByteView(encoded).first(8)), "80E20800000100AA");
  EXPECT_EQ(to_hex(ByteView(encoded).last(2)), "0100");
  EXPECT_EQ(encode_command({0x80, 0xE2, 0x08, 0x00, Bytes(255, 0xAA), {}}, ApduForm::extended).value().size(),
            260U);
}

TEST(Apdu, RefusesWhatDoesNotFit) {
  EXPECT_EQ(encode_command({0, 0xD6, 0, 0, Bytes(256), {}}, ApduForm::short_only).error().code,
            "chip.apdu_too_long");
  EXPECT_EQ(encode_command({0, 0xB0, 0, 0, {}, 257}, ApduForm::short_only).error().code,
            "chip.apdu_too_long");
  EXPECT_EQ(encode_command({0, 0xD6, 0, 0, Bytes(65536), {}}, ApduForm::extended).error().code,
            "chip.apdu_too_long");
}

TEST(Apdu, DecodesWhatItEncodes) {
  for (const std::string_view text :
       {"00440000", "00B0000412", "00B0000000", "00A4020C02011E", "80F28002024F0000", "00B000000003E8"}) {
    const auto command = decode_command(hex(text));
    ASSERT_TRUE(command) << text;
    EXPECT_EQ(to_hex(testing::encoded(command.value())), text);
  }
  const Command extended =
      decode_command(hex("00D6000000000201020003")).value();  // though it would fit the short form
  EXPECT_EQ(to_hex(extended.data), "0102");
  EXPECT_EQ(extended.le, 3U);
  for (const std::string_view text :
       {"004400", "00A4020C03011E", "00A4020C02011E0000", "00B000000003", "00D600000000000102"}) {
    EXPECT_FALSE(decode_command(hex(text))) << text;
  }
}

TEST(Apdu, RefusesAnAnswerWithoutStatusWord) {
  EXPECT_EQ(decode_response(hex("90")).error().code, "chip.answer_short");
  EXPECT_EQ(decode_response({}).error().code, "chip.answer_short");
}

TEST(Apdu, CollectsAnAnswerByGetResponse) {
  ScriptedChannel channel({"0102610A", "03046100", "059000"});
  const auto response = exchange(channel, {0x84, 0xF2, 0x80, 0x02, {0x4F, 0x00}, 256}, ApduForm::short_only);
  ASSERT_TRUE(response);
  EXPECT_EQ(to_hex(response.value().data), "0102030405");
  EXPECT_TRUE(response.value().done());
  EXPECT_EQ(channel.sent, (std::vector<std::string>{"84F28002024F0000", "00C000000A", "00C0000000"}));
}

TEST(Apdu, GivesUpOnAnEndlessAnswer) {
  ScriptedChannel channel(std::deque<std::string>(300, "016101"));
  EXPECT_EQ(exchange(channel, {0x00, 0xCA, 0, 0, {}, 256}, ApduForm::short_only).error().code,
            "chip.answer_too_long");
  EXPECT_LE(channel.sent.size(), 258U);
}

TEST(Apdu, RepeatsAReadWithTheRightLengthOnce) {
  ScriptedChannel channel({"6C02", "01029000"});
  EXPECT_EQ(to_hex(exchange(channel, {0x00, 0xB0, 0, 0, {}, 256}, ApduForm::short_only).value().data),
            "0102");
  EXPECT_EQ(channel.sent.back(), "00B0000002");
}

TEST(Apdu, NeverRepeatsAWriteOrASecuredCommand) {
  for (const Command& command : {Command{0x80, 0xE6, 0, 0, {}, 256}, Command{0x0C, 0xB0, 0, 0, {0x8E}, 256},
                                 Command{0x04, 0xB0, 0, 0, {}, 256}}) {
    ScriptedChannel channel({"6C02", "01029000"});
    EXPECT_EQ(exchange(channel, command, ApduForm::short_only).value().sw, 0x6C02);
    EXPECT_EQ(channel.sent.size(), 1U);
  }
}

TEST(Apdu, TellsALostCardAsUnknown) {
  ScriptedChannel channel({});
  const auto response = exchange(channel, {0x80, 0xE2, 0, 0, {1}, {}}, ApduForm::short_only);
  EXPECT_EQ(response.error().code, "card.removed");
  EXPECT_EQ(response.error().happened, Happened::unknown);
}

}  // namespace
}  // namespace imprimatur::chip
