#include "chip/card_limits.hpp"

#include "tests/chip/card_bench.hpp"
#include "tests/chip/vectors.hpp"

namespace imprimatur::chip {
namespace {

ChipProfile asking_profile() {
  ChipProfile profile = testing::load_test_profile();
  profile.transfer.from_card = true;
  return profile;
}

testing::ScriptedChannel card_that_answers(std::deque<std::string> answers) {
  testing::ScriptedChannel channel(std::move(answers));
  channel.atr_ = hex("3B8580018073C821401B");  // extended length
  return channel;
}

// iso7816.md: 7F66 { 02 max command bytes, 02 max answer bytes }.
TEST(CardLimits, NarrowsTheProfileToWhatTheCardSays) {
  auto channel = card_that_answers({"9000", "7F660802020400020202009000"});
  const auto limits = card_limits(channel, asking_profile()).value();
  EXPECT_EQ(limits.extended_command_bytes_max, 1024U - 9);
  EXPECT_EQ(limits.extended_answer_bytes_max, 512U - 2);
  EXPECT_EQ(channel.sent, (std::vector<std::string>{"00A4000C023F00", "00B0810000"}));
}

// With the capabilities in the file, and a tail that the content does not fill.
TEST(CardLimits, ReadsAFileThatIsLargerThanItsContent) {
  auto channel = card_that_answers({"9000", "47030000C07F6608020204000202020000009000"});
  EXPECT_EQ(card_limits(channel, asking_profile()).value().extended_command_bytes_max, 1024U - 9);
  // A file that contradicts the historical bytes is not believed.
  auto other = card_that_answers({"9000", "47030000807F6608020204000202020000009000"});
  EXPECT_EQ(card_limits(other, asking_profile()).value().extended_command_bytes_max, 2048U);
}

TEST(CardLimits, NeverWidensTheProfile) {
  auto channel = card_that_answers({"9000", "7F660802024000020240009000"});
  const auto limits = card_limits(channel, asking_profile()).value();
  EXPECT_EQ(limits.extended_command_bytes_max, 2048U);
  EXPECT_EQ(limits.extended_answer_bytes_max, 2304U);
}

TEST(CardLimits, KeepsTheProfileWhenTheCardMakesNoSense) {
  for (const std::string answer : {"7F6608020204009000",
                                   "7F66080202000102020001"
                                   "9000",
                                   "FFFF9000", "9000"}) {
    auto channel = card_that_answers({"9000", answer, "6A82"});
    EXPECT_EQ(card_limits(channel, asking_profile()).value().extended_command_bytes_max, 2048U) << answer;
  }
  auto absent = card_that_answers({"6A82"});
  EXPECT_EQ(card_limits(absent, asking_profile()).value().extended_command_bytes_max, 2048U);
}

TEST(CardLimits, AsksNothingUnlessTheProfileWantsIt) {
  auto channel = card_that_answers({});
  EXPECT_TRUE(card_limits(channel, testing::load_test_profile()));
  EXPECT_TRUE(channel.sent.empty());
}

// globalplatform.md: FCI 6F { 84 AID, A5 { 73 …, 9F65 max data length } }.
TEST(CardLimits, ReadsTheDataLengthOfASecurityDomain) {
  EXPECT_EQ(command_data_limit(hex("6F108408A000000151000000A5049F6501FF")), 255U);
  EXPECT_EQ(command_data_limit(hex("6F118408A000000151000000A5059F65020800")), 2048U);
  EXPECT_FALSE(command_data_limit(hex("6F0A8408A000000151000000")));
  EXPECT_FALSE(command_data_limit(hex("6FFF")));
}

}  // namespace
}  // namespace imprimatur::chip
