// Transports that jam or lose their answers, hoppers that run empty, and blanks that nobody knows.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::IsEmpty;

class TransportFaults : public testing::Test {
 protected:
  // The first move to such a place goes wrong.
  void fail_first_move(Place::Kind kind, MoveFault fault) {
    world.transport().on_move = [kind, fault, done = false](Body&, Place to) mutable {
      if (done || to.kind != kind) return MoveFault::none;
      done = true;
      return fault;
    };
  }
  void run() {
    ASSERT_TRUE(world.run()) << world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
  }

  World world{{2, 1}};
};

TEST_F(TransportFaults, DoesNotKnowAFinishedCardWhoseWayToTheOutputJammed) {
  for (const MoveFault fault : {MoveFault::refused, MoveFault::stuck, MoveFault::lost_answer}) {
    World line({2, 1});
    line.add_blanks(2);
    line.transport().on_move = [fault](Body&, Place to) {
      return to.kind == Place::Kind::output ? fault : MoveFault::none;
    };
    const auto job = line.submit(1).front();
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_EQ(line.state_of(job), JobState::in_doubt) << line.trace();
    EXPECT_FALSE(line.attempts_of(job).back().question.empty());
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
  }
}

TEST_F(TransportFaults, DoesNotKnowACardThatWasLostOnTheWayToThePrinter) {
  fail_first_move(Place::Kind::printer, MoveFault::gone_from_sensors);
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.documents_max(), 0);
}

TEST_F(TransportFaults, StopsTheLineWhenTakingABlankGetsNoAnswer) {
  fail_first_move(Place::Kind::reader, MoveFault::lost_answer);
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  run();
  EXPECT_TRUE(world.station().paused()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
}

// The blank has arrived all the same: a printed card that is sent to that reader would meet it.
TEST_F(TransportFaults, UsesAReaderWithABlankThatNobodyKnowsOfNoMoreUntilItIsTakenOut) {
  fail_first_move(Place::Kind::reader, MoveFault::lost_answer);
  world.add_blanks(4);
  const auto jobs = world.submit(2);
  run();
  world.pause(false);
  run();
  EXPECT_EQ(world.stock(StockPlace::in_doubt), 0) << world.trace();
  world.transport().at({Place::Kind::reader, 1})->place = {Place::Kind::hopper, 0};
  world.pause(false);
  run();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.attempts_of(jobs.front()).size(), 1U) << world.trace();
}

TEST_F(TransportFaults, TakesAPrintedCardToAnotherReaderWhenAStrangeOneStandsInItsOwn) {
  World line{{.readers = 3, .printers = 1}};
  line.add_blanks(4);
  line.printer(1).on_document = [&line](const std::string&, const std::string&) {
    line.transport().bodies.back()->place = {Place::Kind::reader, 1};
  };
  const auto job = line.submit(1).front();
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_EQ(line.state_of(job), JobState::issued) << line.trace();
  EXPECT_EQ(line.attempts_of(job).size(), 1U) << line.trace();
  EXPECT_EQ(line.transport().bodies.back()->place, (Place{Place::Kind::reader, 1})) << "nobody touches it";
  EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
}

TEST_F(TransportFaults, WaitsWithAPrintedCardUntilThePersonHasTakenTheStrangeOneOut) {
  World line{{.readers = 1, .printers = 1}};
  line.add_blanks(4);
  line.printer(1).on_document = [&line](const std::string&, const std::string&) {
    line.transport().bodies.back()->place = {Place::Kind::reader, 1};
  };
  const auto job = line.submit(1).front();
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_EQ(line.state_of(job), JobState::in_progress) << line.trace();
  line.transport().bodies.back()->place = {Place::Kind::hopper, 0};
  line.pause(false);
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_EQ(line.state_of(job), JobState::issued) << line.trace();
  EXPECT_EQ(line.attempts_of(job).size(), 1U) << line.trace();
}

TEST_F(TransportFaults, BeginsNoBlankThatCopiesAnothersChip) {
  world.add_blanks(1);
  world.add_copied_blank();
  auto& bodies = world.transport().bodies;
  std::swap(bodies[0], bodies[1]);  // the copy comes first
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.attempts_of(job).size(), 1U) << world.trace();
}

TEST_F(TransportFaults, ClosesTheReaderFromWhichASpoiledCardCannotBeTaken) {
  fail_first_move(Place::Kind::reject, MoveFault::refused);
  world.add_counterfeits(1);
  world.add_blanks(2);
  const auto jobs = world.submit(1);
  run();
  EXPECT_EQ(world.state_of(jobs.front()), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.transport().bodies[0]->place.kind, Place::Kind::reader);
  // The other reader goes on by itself.
  const auto next = world.submit(1);
  run();
  EXPECT_EQ(world.state_of(next.front()), JobState::issued) << world.trace();
}

TEST_F(TransportFaults, WaitsForBlanksAndGoesOnWhenTheyAreThere) {
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.state_of(job), JobState::ready);
  world.add_blanks(1);
  run();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
}

TEST_F(TransportFaults, NeverWritesABlankThatIsNotInStock) {
  world.add_blanks(1, false);
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  run();
  const Body& body = *world.transport().bodies[0];
  EXPECT_EQ(body.store_data_commands, 0);
  EXPECT_EQ(body.place.kind, Place::Kind::reject);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
}

TEST_F(TransportFaults, FeedsNoBlanksOfWhichNoneWasReceived) {
  world.add_blanks(2, false);
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.transport().bodies[0]->place.kind, Place::Kind::hopper);
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
}

TEST_F(TransportFaults, StopTheLineWhenTwoBlanksInARowCannotBeUsed) {
  world.add_blanks(2, false);
  world.add_blanks(1);
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.transport().bodies[1]->place.kind, Place::Kind::reject);
  EXPECT_EQ(world.transport().bodies[2]->place.kind, Place::Kind::hopper);
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
  world.pause(false);
  run();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
}

TEST_F(TransportFaults, NeverWritesAChipThatTheReceiptHasInAnotherBody) {
  world.add_blanks(3);
  std::swap(world.transport().bodies[0]->chip, world.transport().bodies[1]->chip);
  const auto job = world.submit(1).front();
  run();
  EXPECT_TRUE(world.station().paused()) << world.trace();  // a tray that was swapped, or a wrong receipt
  world.pause(false);
  run();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.attempts_of(job).size(), 1U) << world.trace();
  EXPECT_EQ(world.transport().find(World::serial(3))->place.kind, Place::Kind::output);
  for (int number : {1, 2}) {
    const Body& body = *world.transport().find(World::serial(number));
    EXPECT_EQ(body.place.kind, Place::Kind::reject) << world.trace();
    EXPECT_EQ(body.store_data_commands, 0);
    EXPECT_TRUE(body.faces.empty());
  }
  EXPECT_EQ(world.stock(StockPlace::quarantine), 2);
}

TEST_F(TransportFaults, NeverWritesABlankThatWasUsedBefore) {
  world.add_blanks(1);
  const auto first = world.submit(1).front();
  run();
  ASSERT_EQ(world.state_of(first), JobState::issued);
  Body& body = *world.transport().bodies[0];
  const int written = body.store_data_commands;
  body.place = {Place::Kind::hopper, 0};  // somebody put an issued card back
  world.add_blanks(1);
  const auto second = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(body.store_data_commands, written);
  EXPECT_EQ(world.state_of(second), JobState::issued) << world.trace();
  EXPECT_EQ(body.place.kind, Place::Kind::reject);
}

}  // namespace
}  // namespace imprimatur::sim
