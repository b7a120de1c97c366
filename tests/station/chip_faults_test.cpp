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

// The answer of every third command of the write gets lost, until the write is over. Until the card's keys
// are changed no gate would accept the chip, and the job is made again; then everything is on it, and what is
// left of its closing is done.
TEST(ChipFaults, LooksAtTheChipWhenAnAnswerWasLostAfterTheCommandWasDone) {
  constexpr std::size_t kCommandsMax = 200;
  std::size_t attempts_before = 2;
  for (std::size_t command = 3; command < kCommandsMax; command += 3) {
    World world({2, 1});
    world.add_blanks(2);
    world.transport().bodies[0]->chip->set_fault({.kind = FaultKind::lost_answer, .command = command});
    const auto job = world.submit(1).front();
    ASSERT_TRUE(world.run()) << world.trace();
    if (world.trace().find("step=look_at_chip") == std::string::npos) break;
    const auto where = "command " + std::to_string(command) + "\n" + world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << where;
    EXPECT_EQ(world.state_of(job), JobState::issued) << where;
    const std::size_t attempts = world.attempts_of(job).size();
    EXPECT_TRUE(attempts == attempts_before || (attempts == 1 && attempts_before == 2)) << where;
    EXPECT_TRUE(world.attempts_of(job).back().question.empty()) << where;
    attempts_before = attempts;
  }
  EXPECT_EQ(attempts_before, 1U) << "the last ones were lost when all was on the chip";
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
