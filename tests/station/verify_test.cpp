// A card in doubt that people put into a reader, so that it is read before it may count as good; and a line
// without room to record.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using station::Place;
using testing::IsEmpty;

class Verify : public testing::Test {
 protected:
  // One job whose printer forgot it: its card is in doubt, and lies in the reject.
  void SetUp() override {
    world.add_blanks(3);
    world.printer(1).faults = {PrintFault::forget};
    job = world.submit(1).front();
    ASSERT_TRUE(world.run()) << world.trace();
    ASSERT_EQ(world.state_of(job), JobState::in_doubt);
    world.pause(true);
  }
  Result<json::object> verify() {
    std::optional<Result<json::object>> answer;
    world.station().verify_doubted(job + "/1",
                                   [&](Result<json::object> evidence) { answer = std::move(evidence); });
    world.pause(true);  // a turn, which starts what was decided
    EXPECT_TRUE(world.run()) << world.trace();
    EXPECT_TRUE(answer.has_value());
    return answer ? *answer : Result<json::object>(fail("test", "no answer"));
  }
  void put_into_reader() { ASSERT_TRUE(world.transport().move(World::serial(1), {Place::Kind::reader, 1})); }

  World world{{2, 1}};
  std::string job;
};

TEST_F(Verify, ReadsTheWholeChipInTheReaderItWasPutInto) {
  put_into_reader();
  const auto evidence = verify();
  ASSERT_TRUE(evidence) << evidence.error().message << world.trace();
  EXPECT_EQ(evidence.value().at("reader").as_string(), "reader-1");
  EXPECT_TRUE(evidence.value().contains("sod"));
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << "reading decides nothing";
  EXPECT_EQ(world.journal_with("\"verifies\":true").size(), 1U);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST_F(Verify, NeedsTheCardInAReader) {
  EXPECT_EQ(verify().error().code, "resolve.card_absent");
}

TEST_F(Verify, RefusesAChipThatWasChanged) {
  put_into_reader();
  std::swap(world.transport().find(World::serial(1))->chip, world.transport().find(World::serial(2))->chip);
  const auto evidence = verify();
  EXPECT_EQ(evidence.error().code, "resolve.chip_refused") << world.trace();
}

TEST_F(Verify, IsOnlyOfACardInDoubt) {
  world.pause(false);
  job = world.submit(1).front();
  ASSERT_TRUE(world.run()) << world.trace();
  ASSERT_EQ(world.state_of(job), JobState::issued);
  world.pause(true);
  EXPECT_EQ(verify().error().code, "ledger.state");
}

TEST_F(Verify, DisturbsNoCardInTheReader) {
  put_into_reader();
  std::vector<std::string> codes;
  const auto note = [&](const Result<json::object>& evidence) {
    codes.push_back(evidence ? "read" : evidence.error().code);
  };
  world.station().verify_doubted(job + "/1", note);
  world.station().verify_doubted(job + "/1", note);
  world.pause(true);
  EXPECT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(codes, (std::vector<std::string>{"resolve.reader_busy", "read"}));
}

TEST_F(Verify, FeedsNothingIntoTheReaderWhileTheCardStandsInIt) {
  put_into_reader();
  ASSERT_TRUE(verify());
  world.submit(1);
  world.pause(false);
  world.run();
  EXPECT_EQ(world.transport().at({Place::Kind::reader, 1})->serial, World::serial(1));
}

void set_room(World& world, bool enough) {
  ASSERT_TRUE(world.ledger().begin_group());
  world.station().set_room(enough);
  ASSERT_TRUE(world.ledger().commit_group());
  world.station().start_decided();
}

TEST(Room, BeginsNoCardWithoutItAndGoesOnByItselfWhenItIsBack) {
  World world({1, 1});
  world.add_blanks(2);
  world.pause(true);
  const auto jobs = world.submit(1);
  set_room(world, false);
  world.pause(false);
  ASSERT_TRUE(world.run());
  EXPECT_EQ(world.state_of(jobs.front()), JobState::ready);
  EXPECT_EQ(world.station().snapshot().at("standing").as_string(), "station.no_room");
  set_room(world, true);
  ASSERT_TRUE(world.run());
  EXPECT_EQ(world.state_of(jobs.front()), JobState::issued) << world.trace();
  EXPECT_EQ(world.journal_with("station.no_room").size(), 2U);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

}  // namespace
}  // namespace imprimatur::sim
