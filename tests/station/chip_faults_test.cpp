// Chips that break, lie, or are not the ones they should be.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using devices::FaultKind;
using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::HasSubstr;
using testing::IsEmpty;

// Commands since power on after which writing is well under way.
constexpr std::size_t kWithinWriting = 8;

// Where the answer of the write's k-th command gets lost, and how the card ends. Until the card's keys are
// changed no gate would accept the chip; then everything is on it, and what is left of its closing is done.
struct LostAnswer {
  std::size_t command;
  job::JobState state;
  std::size_t attempts;
};
constexpr LostAnswer kLostAnswers[] = {
    {3, JobState::issued, 2},  {5, JobState::issued, 2},  {12, JobState::issued, 2},
    {18, JobState::issued, 2}, {30, JobState::issued, 2}, {41, JobState::issued, 2},
    {42, JobState::issued, 1}, {45, JobState::issued, 1}, {47, JobState::issued, 1},
    {48, JobState::issued, 1}, {49, JobState::issued, 1}};

TEST(ChipFaults, RemakesTheJobOnAnotherBlankWhenTheMemoryOfAChipIsWorn) {
  World world({2, 1});
  world.add_blanks(2);
  world.transport().bodies[0]->chip->set_fault({.kind = FaultKind::stuck_memory});
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.attempts_of(job).size(), 2U);
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
  EXPECT_EQ(world.transport().find(World::serial(1))->place.kind, Place::Kind::reject);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

// A chip that stays mute can be asked nothing: nobody knows what is on it, and no other card is made.
TEST(ChipFaults, SetsACardAsideWhoseChipFallsSilentInWriting) {
  World world({2, 1});
  world.add_blanks(2);
  Body& body = *world.transport().bodies[0];
  body.chip->set_fault({.kind = FaultKind::mute, .command = kWithinWriting});
  const auto job = world.submit(1).front();
  for (int i = 0; i < 1000 && body.store_data_commands == 0; ++i) world.run_turns(1);
  body.chip->set_fault({.kind = FaultKind::dead});
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.attempts_of(job).size(), 1U);
  EXPECT_FALSE(world.attempts_of(job).back().question.empty());
  EXPECT_EQ(body.place.kind, Place::Kind::reject);
  EXPECT_EQ(world.transport().count(Place::Kind::hopper), 1);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ChipFaults, RemakesTheJobOnAnotherBlankWhenPowerIsCutInWriting) {
  World world({2, 1});
  world.add_blanks(2);
  world.transport().bodies[0]->chip->set_fault(
      {.kind = FaultKind::cut, .command = kWithinWriting, .bytes = 40});
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
  EXPECT_EQ(world.stock(StockPlace::good_on_hand), 1);
  EXPECT_EQ(world.transport().find(World::serial(1))->place.kind, Place::Kind::reject);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ChipFaults, GivesUpAJobAboveTheRemakeLimit) {
  World world({2, 1});
  world.add_blanks(6);
  for (const auto& body : world.transport().bodies) body->chip->set_fault({.kind = FaultKind::stuck_memory});
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::failed) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 3);  // one and remakes_max of the product
  EXPECT_EQ(world.transport().count(Place::Kind::reject), 3);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ChipFaults, LooksAtTheChipWhenAnAnswerWasLostAfterTheCommandWasDone) {
  for (const LostAnswer& lost : kLostAnswers) {
    World world({2, 1});
    world.add_blanks(2);
    world.transport().bodies[0]->chip->set_fault({.kind = FaultKind::lost_answer, .command = lost.command});
    const auto job = world.submit(1).front();
    ASSERT_TRUE(world.run()) << world.trace();
    const auto where = "command " + std::to_string(lost.command) + "\n" + world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << where;
    EXPECT_EQ(world.state_of(job), lost.state) << where;
    EXPECT_EQ(world.attempts_of(job).size(), lost.attempts) << where;
    EXPECT_EQ(world.attempts_of(job).back().question.empty(), lost.state == JobState::issued) << where;
    EXPECT_THAT(world.trace(), HasSubstr("step=look_at_chip")) << where;
  }
}

TEST(ChipFaults, SpoilsACounterfeitAndMakesTheJobOnAnotherBlank) {
  World world({2, 1});
  world.add_counterfeits(1);
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
  EXPECT_EQ(world.transport().bodies[0]->store_data_commands, 0);
  EXPECT_FALSE(world.station().paused());
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ChipFaults, StopsTheLineAfterTwoCounterfeitsInARowUntilItIsResumed) {
  World world({2, 1});
  world.add_counterfeits(2);
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_TRUE(world.station().paused());
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::reject), 2);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
  world.pause(false);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ChipFaults, FindsAPrintedCardWithTheChipOfAnother) {
  World world({3, 2});
  world.add_blanks(4);
  bool swapped = false;
  world.transport().on_move = [&](Body& body, Place to) {
    if (swapped || to.kind != Place::Kind::reader || body.place.kind != Place::Kind::printer)
      return MoveFault::none;
    Body* other = world.transport().at({Place::Kind::printer, body.place.device == 1 ? 2 : 1});
    if (other == nullptr) return MoveFault::none;
    std::swap(body.chip, other->chip);
    swapped = true;
    return MoveFault::none;
  };
  const auto jobs = world.submit(2);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_TRUE(swapped);
  EXPECT_EQ(world.stock(StockPlace::spoiled), 2) << world.trace();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

}  // namespace
}  // namespace imprimatur::sim
