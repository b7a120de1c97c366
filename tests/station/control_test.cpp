// What people do to a running line.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using station::Place;
using testing::IsEmpty;

TEST(Control, TakesNoFurtherCardsWhilePausedAndGoesOnWhenResumed) {
  World world({2, 1});
  world.add_blanks(3);
  const auto jobs = world.submit(3);
  world.run_turns(3);
  world.pause(true);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::output), 1) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::hopper), 2);
  EXPECT_TRUE(world.station().idle());
  world.pause(false);
  ASSERT_TRUE(world.run());
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Control, StopsTheLineWhenTheClockGoesBackAndHoldsNoJobForIt) {
  World world({2, 1});
  world.add_blanks(3);
  world.clock().set_wall_by(-std::chrono::minutes(10));
  const auto jobs = world.submit(2);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_TRUE(world.station().paused()) << world.trace();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::hopper), 3);
  EXPECT_TRUE(world.station().stands_for("ledger.clock"));
  world.clock().set_wall_by(std::chrono::minutes(10));
  world.pause(false);
  EXPECT_FALSE(world.station().stands_for("ledger.clock"));
  ASSERT_TRUE(world.run()) << world.trace();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(Control, GoesOnBehindTheClockOnlyWhenAPersonHasAnsweredForIt) {
  World world({2, 1});
  world.add_blanks(3);
  world.clock().set_wall_by(-std::chrono::minutes(10));
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  world.pause(true);
  world.pause(false);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
  ASSERT_TRUE(world.station().stands_for("ledger.clock"));
  ASSERT_TRUE(world.turn([&world] {
    EXPECT_TRUE(world.ledger().accept_clock({"binh", "supervisor"}));
    world.station().pause(false);
  }));
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
}

// The attempt is ended behind the station's back, so that its next step cannot be recorded.
TEST(Halt, FollowsAStepThatCannotBeRecordedAndNothingIsDoneAfterIt) {
  World world({1, 1});
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  for (int turn = 0; turn < 10 && world.attempts_of(job).empty(); ++turn) world.run_turns(1);
  const auto attempt = world.attempts_of(job).at(0);
  ASSERT_TRUE(world.turn([&] {
    EXPECT_TRUE(world.ledger().finish_spoiled({attempt.id, attempt.fence}, "test", 2));
  }));
  EXPECT_FALSE(world.run()) << world.trace();
  EXPECT_THAT(world.station().halted(), testing::StartsWith("ledger.state")) << world.trace();
  EXPECT_EQ(world.transport().at({Place::Kind::reader, 1})->serial, World::serial(1)) << "where it was";
}

TEST(Control, FinishesWhatIsInTheMachinesWhenDrained) {
  World world({3, 1});
  world.add_blanks(4);
  world.submit(4);
  world.run_turns(6);
  world.drain();
  EXPECT_FALSE(world.station().idle());
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_TRUE(world.station().idle());
  EXPECT_GE(world.transport().count(Place::Kind::output), 1);
  EXPECT_GE(world.transport().count(Place::Kind::hopper), 1);
  EXPECT_EQ(world.transport().count(Place::Kind::output) + world.transport().count(Place::Kind::hopper), 4);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

}  // namespace
}  // namespace imprimatur::sim
