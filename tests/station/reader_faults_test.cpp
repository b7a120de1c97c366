// Readers that hang, are unplugged, or lose pcscd for a while; cards that are swapped by hand. In virtual
// time: a call that hangs reports nothing.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

constexpr int kWithinIdentify = 2;  // of the chip's commands
constexpr int kWithinWriting = 12;
constexpr int kTurnsMax = 5000;

std::string doing(World& world, std::size_t device) {
  const auto snapshot = world.station().snapshot();
  return std::string(snapshot.at("devices").as_array().at(device).as_object().at("doing").as_string());
}

template <class Until>
bool run_until(World& world, Until until) {
  for (int i = 0; i < kTurnsMax && !until(); ++i) world.run_turns(1);
  return until();
}

TEST(ReaderFaults, PutsACardInDoubtWhoseChipHangsInWritingAndTakesTheReaderBackWhenItIsOut) {
  World world({2, 1});
  world.add_blanks(3);
  Body& body = *world.transport().bodies[0];
  body.hangs_at_command = kWithinWriting;
  const auto jobs = world.submit(2);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(jobs[0]), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.attempts_of(jobs[0]).size(), 1U);
  EXPECT_THAT(world.attempts_of(jobs[0]).back().question, HasSubstr("reader.hung")) << world.trace();
  EXPECT_EQ(body.place.kind, Place::Kind::reject);
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_HUNG reader=reader-1"));
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_BACK reader=reader-1"));
  EXPECT_EQ(doing(world, 0), "idle");
  EXPECT_EQ(world.state_of(jobs[1]), JobState::issued) << world.trace();
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ReaderFaults, GivesAJobBackWhoseBlankHangsBeforeItIsBegun) {
  World world({2, 1});
  world.add_blanks(2);
  world.transport().bodies[0]->hangs_at_command = kWithinIdentify;
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::quarantine), 1) << world.trace();
  EXPECT_EQ(world.transport().bodies[0]->place.kind, Place::Kind::reject);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ReaderFaults, AHungCardSlowsNoOtherReader) {
  const auto good_cards_after = [](bool hangs) {
    World world({4, 2});
    world.add_blanks(20);
    if (hangs) {
      world.transport().bodies[0]->hangs_at_command = kWithinWriting;
      world.transport().on_move = [](Body& body, Place to) {  // and nobody takes it out
        return body.hangs_at_command > 0 && to.kind == Place::Kind::reject ? MoveFault::refused
                                                                           : MoveFault::none;
      };
    }
    world.submit(12);
    EXPECT_TRUE(world.run()) << world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
    EXPECT_EQ(world.workers().hangs("reader-1"), hangs);
    return world.stock(StockPlace::good_on_hand);
  };
  EXPECT_EQ(good_cards_after(false), 12);
  EXPECT_EQ(good_cards_after(true), 11);
}

TEST(ReaderFaults, AReaderWithAHungCardIsOutOfServiceUntilThePersonHasTakenItOut) {
  World world({2, 1});
  world.add_blanks(3);
  Body& body = *world.transport().bodies[0];
  body.hangs_at_command = kWithinWriting;
  bool jammed = true;
  world.transport().on_move = [&](Body&, Place to) {
    return jammed && to.kind == Place::Kind::reject ? MoveFault::refused : MoveFault::none;
  };
  world.submit(1);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(doing(world, 0), HasSubstr("closed"));
  world.pause(false);
  ASSERT_TRUE(world.run());
  EXPECT_THAT(doing(world, 0), HasSubstr("closed")) << "the card still stands in it";
  jammed = false;
  ASSERT_TRUE(world.transport().move(body.serial, {Place::Kind::reject, 0}));  // by hand
  world.pause(false);
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(doing(world, 0), "idle");
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ReaderFaults, ACardThatIsTooSlowCountsAsHungAndItsLateReportIsNotTaken) {
  World world({2, 1});
  world.add_blanks(2);
  world.transport().bodies[0]->chip->set_fault({.kind = devices::FaultKind::slow, .factor = 1000});
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_HUNG"));
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_BACK"));
  EXPECT_NE(world.state_of(job), JobState::failed);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

// pcscd restarted, or the plug put back: the card waits for its reader, and is read before anything else.
TEST(ReaderFaults, ReadsTheCardWhenAReaderThatWasLostInWritingIsBackInTime) {
  for (const char* code : {"reader.gone", "reader.service", "reader.in_use"}) {
    World world({2, 1});
    world.add_blanks(2);
    const auto job = world.submit(1).front();
    Body& body = *world.transport().bodies[0];
    ASSERT_TRUE(run_until(world, [&] { return !world.attempts_of(job).empty(); })) << world.trace();
    world.reader_device(1).lost_code = code;
    world.reader_device(1).lost_until = world.clock().steady() + 20s;
    ASSERT_TRUE(world.run()) << world.trace();
    EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_WAITS reader=reader-1"));
    EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
    EXPECT_EQ(world.stock(StockPlace::in_doubt), 0);
    EXPECT_NE(body.place.kind, Place::Kind::reader);
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
  }
}

TEST(ReaderFaults, GivesTheBlankBackWhenAReaderIsLostBeforeItIsBegunAndTakesTheReaderBackLater) {
  World world({2, 1});
  world.add_blanks(2);
  world.reader_device(1).lost_until = world.clock().steady() + 120s;
  const auto job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_LOST reader=reader-1"));
  EXPECT_THAT(world.trace(), HasSubstr("STATION_READER_BACK reader=reader-1"));
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::quarantine), 0);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST(ReaderFaults, AReaderThatStaysAwayIsAskedForAWhileAndThenWhenTheLineIsResumed) {
  World world({2, 1});
  world.add_blanks(2);
  world.reader_device(1).lost_until = world.clock().steady() + 24h;
  world.submit(1);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_THAT(doing(world, 0), HasSubstr("out of service: reader.gone"));
  world.reader_device(1).lost_until = {};
  world.pause(false);
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(doing(world, 0), "idle");
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

// Another blank in the place of the one that was begun: whatever it says is not about this card.
TEST(ReaderFaults, NeverTakesASwappedCardForTheOneThatWasBegun) {
  World world({2, 1});
  world.add_blanks(3);
  const auto job = world.submit(1).front();
  Body& body = *world.transport().bodies[0];
  ASSERT_TRUE(run_until(world, [&] { return body.store_data_commands > 0; })) << world.trace();
  World other({1, 1});
  other.add_blanks(4);
  std::swap(body.chip, other.transport().bodies[3]->chip);
  world.reader_device(1).lost_until = world.clock().steady() + 1s;  // the connection is lost with the card
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_THAT(world.attempts_of(job).back().question, HasSubstr("station.chip_swapped")) << world.trace();
  std::swap(body.chip, other.transport().bodies[3]->chip);
}

TEST(ReaderFaults, KeepsACardThatHungInDoubtOverARestart) {
  World world({2, 1});
  world.add_blanks(2);
  Body& body = *world.transport().bodies[0];
  body.hangs_at_command = kWithinWriting;
  const auto job = world.submit(1).front();
  ASSERT_TRUE(run_until(world, [&] { return world.workers().hangs("reader-1"); })) << world.trace();
  world.restart();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(body.place.kind, Place::Kind::reject);
  EXPECT_EQ(world.attempts_of(job).size(), 1U) << "no other card is made";
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

}  // namespace
}  // namespace imprimatur::sim
