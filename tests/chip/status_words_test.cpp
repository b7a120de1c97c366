#include "chip/status_words.hpp"

#include <gtest/gtest.h>

namespace imprimatur::chip {
namespace {

TEST(StatusWords, SayWhatToDoWithTheCard) {
  EXPECT_EQ(action_for(0x9000), StatusAction::go_on);
  EXPECT_EQ(action_for(0x6400), StatusAction::retry_read);
  EXPECT_EQ(action_for(0x6581), StatusAction::next);
  EXPECT_EQ(action_for(0x6985), StatusAction::quarantine);
  EXPECT_EQ(action_for(0x6A84), StatusAction::stop);
  EXPECT_EQ(action_for(0x63C2), StatusAction::quarantine);
  EXPECT_EQ(action_for(0x6C10), StatusAction::stop);
  EXPECT_EQ(action_for(0x6512), StatusAction::next);
}

TEST(StatusWords, QuarantineAnUndocumentedWord) {
  EXPECT_EQ(action_for(0x6ABC), StatusAction::quarantine);
  EXPECT_EQ(status_word(0x6ABC).meaning, "not documented");
}

TEST(StatusWords, AProfileOverridesSingleWords) {
  EXPECT_EQ(action_for(0x6A84, {{0x6A84, StatusAction::next}}), StatusAction::next);
  EXPECT_EQ(refused("STORE DATA block 3", 0x6A84, {{0x6A84, StatusAction::next}}).code, "chip.card_faulty");
}

TEST(StatusWords, AnAuthenticationFailureIsAlwaysQuarantine) {
  for (const std::uint16_t sw : {std::uint16_t{0x6300}, std::uint16_t{0x63C1}, std::uint16_t{0x6983}}) {
    const Error error = refused("EXTERNAL AUTHENTICATE", sw, {{sw, StatusAction::go_on}});
    EXPECT_EQ(error.code, "chip.authentication_failed");
    EXPECT_EQ(action_of(error), StatusAction::quarantine);
  }
}

TEST(StatusWords, AnErrorNamesStepWordAndMeaning) {
  const Error error = refused("STORE DATA block 12", 0x6A80);
  EXPECT_EQ(error.message, "STORE DATA block 12: the card answered 6A80 (wrong data)");
  EXPECT_EQ(error.code, "chip.profile_fault");
  EXPECT_FALSE(error.remedy.empty());
  EXPECT_EQ(error.happened, Happened::no);
}

TEST(StatusWords, WornMemorySpoilsTheCard) {
  EXPECT_EQ(refused("STORE DATA", 0x6581).code, "chip.card_faulty");
  EXPECT_EQ(action_of(refused("STORE DATA", 0x6581)), StatusAction::next);
}

TEST(StatusWords, ALostCardIsQuarantinedUntilItIsRead) {
  EXPECT_EQ(action_of(unknown("card.transport", "no answer")), StatusAction::quarantine);
  EXPECT_EQ(action_of(fail("vault.token", "the token is gone")), StatusAction::stop);
}

}  // namespace
}  // namespace imprimatur::chip
