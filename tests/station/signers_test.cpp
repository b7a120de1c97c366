// Document signers that are used up or do not live long enough, and keys that are asked for too often.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

std::string standing(World& world) {
  const auto snapshot = world.station().snapshot();
  const auto* cause = snapshot.if_contains("standing");
  return cause == nullptr ? std::string() : std::string(cause->as_string());
}

TEST(Signers, ChangeOverWhenTheFirstIsUsedUpWithoutStoppingTheLine) {
  World world({2, 1, {"ds-UTO", "ds-UTO-2"}, 2});
  world.add_blanks(4);
  const auto jobs = world.submit(4);
  ASSERT_TRUE(world.run()) << world.trace();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_FALSE(world.station().paused());
  EXPECT_THAT(world.journal_with("\"act\":\"sign\",\"actor\""), SizeIs(4));
  EXPECT_THAT(world.journal_with("\"device\":\"ds-UTO\""), SizeIs(2));
  EXPECT_THAT(world.journal_with("\"device\":\"ds-UTO-2\""), SizeIs(2));
  EXPECT_THAT(world.journal_with("key.changed"), Not(IsEmpty()));
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Signers, StopTheLineWhenNoneIsLeftAndSpoilNeitherJobNorBlank) {
  World world({2, 1, {"ds-UTO"}, 2});
  world.add_blanks(4);
  const auto jobs = world.submit(3);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(jobs[2]), JobState::ready) << world.trace();
  EXPECT_EQ(standing(world), "lds.signer_count");
  EXPECT_EQ(world.stock(StockPlace::good_on_hand), 2);
  EXPECT_EQ(world.transport().count(Place::Kind::hopper), 2);
  EXPECT_THAT(world.trace(), HasSubstr("STATION_NO_SIGNER"));
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Signers, RefuseACardThatWouldOutliveTheCertificateAndHoldItsJobOnly) {
  World world({2, 1, {"ds-short"}});
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::held) << world.trace();
  EXPECT_THAT(world.trace(), HasSubstr("lds.signer_outlived"));
  EXPECT_FALSE(world.station().paused());
  EXPECT_EQ(world.transport().count(Place::Kind::hopper), 2);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Signers, PassOverOneThatDoesNotLiveLongEnough) {
  World world({2, 1, {"ds-short", "ds-UTO-2"}});
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.journal_with("\"device\":\"ds-UTO-2\""), SizeIs(1));
}

TEST(Signers, AreCountedOnceForACardWhoseRunWasCut) {
  World world({2, 1, {"ds-UTO"}});
  world.add_blanks(3);
  world.transport().bodies[0]->chip->set_fault({.kind = devices::FaultKind::cut, .command = 8, .bytes = 40});
  world.submit(2);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(world.journal_with("\"act\":\"sign\""), SizeIs(3));
  EXPECT_EQ(world.ledger().signatures("ds-UTO").value(), 3);
  EXPECT_TRUE(world.ledger().check_signature_counters());
}

TEST(Derivations, AreOnRecordWithTheIntentToWrite) {
  World world({2, 1});
  world.add_blanks(1);
  world.submit(1);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(world.journal_with("\"act\":\"write\""), SizeIs(1));
  EXPECT_THAT(world.journal_with("\"derivations\":4"), SizeIs(1));
}

// A chip that is looked at after a restart may have to be closed: with keys that are derived once more.
TEST(Derivations, AreOnRecordOnceMoreForACardThatARestartFound) {
  World world({2, 1});
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  for (int turn = 0; turn < 10 && world.attempts_of(job).empty(); ++turn) world.run_turns(1);
  ASSERT_THAT(world.attempts_of(job), SizeIs(1));
  EXPECT_THAT(world.journal_with("\"act\":\"write\""), SizeIs(1));
  world.restart();
  ASSERT_TRUE(world.run()) << world.trace();
  const auto resumed = world.journal_with("\"resumed\":true");
  ASSERT_THAT(resumed, SizeIs(1)) << world.trace();
  EXPECT_THAT(resumed.front(), HasSubstr("\"derivations\":4"));
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Derivations, AboveTheLimitOfABlankStopTheLine) {
  World world({2, 1, {"ds-UTO"}, 100, 1});
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(standing(world), "station.derivations") << world.trace();
  EXPECT_NE(world.state_of(job), JobState::issued);
  EXPECT_EQ(world.transport().bodies[0]->place.kind, Place::Kind::reject);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

}  // namespace
}  // namespace imprimatur::sim
