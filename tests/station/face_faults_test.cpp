// Faces that are not what chip and job say, and face readers that fail: a card is good only when chip, MRZ,
// QR and portrait agree on the same body.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class FaceFaults : public testing::Test {
 protected:
  void run(World& line) {
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
  }
  // One job whose first looks go wrong.
  void run_with(std::deque<FaceFault> faults) {
    world.add_blanks(2);
    world.face_reader().faults = std::move(faults);
    job = world.submit(1).front();
    run(world);
  }

  World world{{2, 1}};
  std::string job;
};

TEST_F(FaceFaults, AGoodCardsRecordSaysThatItsFaceWasRead) {
  run_with({});
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.face_reader().looks, 1);
  const auto verified = world.journal_with("\"step\":\"verified\"");
  ASSERT_EQ(verified.size(), 1U);
  EXPECT_THAT(verified.front(), HasSubstr("\"face\":\"scanned\""));
  EXPECT_THAT(verified.front(), HasSubstr("\"sod\":"));  // and the chip's evidence with it
  // Without what was read.
  EXPECT_THAT(world.journal_with("\"data\""), Each(Not(HasSubstr("UTOD"))));
  EXPECT_THAT(world.journal_with("\"data\""), Each(Not(HasSubstr("Eriksson"))));
}

TEST_F(FaceFaults, AProductWithoutAFaceReaderSaysSoInTheRecord) {
  World plain{{.readers = 2, .printers = 1, .face_reader = false}};
  plain.add_blanks(1);
  job = plain.submit(1).front();
  run(plain);
  EXPECT_EQ(plain.state_of(job), JobState::issued) << plain.trace();
  EXPECT_EQ(plain.face_reader().looks, 0);
  const auto verified = plain.journal_with("\"step\":\"verified\"");
  ASSERT_EQ(verified.size(), 1U);
  EXPECT_THAT(verified.front(), HasSubstr("\"face\":\"not scanned\""));
}

TEST_F(FaceFaults, SpoilsACardWithAWrongLetterInItsMrzAndMakesAnother) {
  run_with({FaceFault::wrong_letter});
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
  EXPECT_EQ(world.attempts_of(job).front().reject_reason, "face.mrz:mrz2");
  EXPECT_EQ(world.transport().find(World::serial(1))->place.kind, Place::Kind::reject);
}

TEST_F(FaceFaults, SpoilsACardWithAWrongQrCode) {
  run_with({FaceFault::wrong_qr});
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.attempts_of(job).front().reject_reason, "face.qr:qr");
}

TEST_F(FaceFaults, ACardOfWhichNothingWasReadIsNeverGood) {
  run_with({FaceFault::nothing});
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1) << world.trace();
  EXPECT_THAT(world.attempts_of(job).front().reject_reason, HasSubstr("face.missing"));
}

TEST_F(FaceFaults, LooksAgainAtAFaceThatCouldNotBeRead) {
  run_with({FaceFault::unreadable, FaceFault::no_image, FaceFault::unreadable});
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
  EXPECT_EQ(world.face_reader().looks, 4);
}

TEST_F(FaceFaults, DoesNotKnowACardWhoseFaceStaysUnreadable) {
  run_with(std::deque<FaceFault>(5, FaceFault::unreadable));
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::in_doubt), 1);
  EXPECT_EQ(world.face_reader().looks, 5);
  EXPECT_EQ(world.transport().count(Place::Kind::output), 0);
  EXPECT_THAT(world.attempts_of(job).front().question, HasSubstr("face.unreadable"));
  EXPECT_FALSE(world.station().paused());
}

TEST_F(FaceFaults, StopTheLineWhenTwoFacesInARowCannotBeRead) {
  world.add_blanks(4);
  world.face_reader().faults = std::deque<FaceFault>(10, FaceFault::no_image);
  const auto jobs = world.submit(4);
  run(world);
  EXPECT_TRUE(world.station().paused()) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::in_doubt), 2);
}

// Two bodies are mixed up between print and reader: chip A under face B. Each chip is the right one for its
// job, so only the face shows it.
TEST_F(FaceFaults, FindsChipAUnderFaceB) {
  World line{{3, 2}};
  line.add_blanks(4);
  line.transport().on_move = [&line, done = false](Body& body, Place to) mutable {
    if (done || to.kind != Place::Kind::reader || body.faces.empty()) return MoveFault::none;
    for (const auto& other : line.transport().bodies) {
      if (other.get() == &body || other->faces.empty()) continue;
      std::swap(body.faces, other->faces);
      done = true;
      break;
    }
    return MoveFault::none;
  };
  const auto jobs = line.submit(2);
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
  int mixed_up = 0;
  for (const auto& one : jobs) {
    EXPECT_EQ(line.state_of(one), JobState::issued) << line.trace();
    for (const auto& attempt : line.attempts_of(one)) {
      mixed_up += attempt.reject_reason == "face.mrz:mrz1" || attempt.reject_reason == "face.qr:qr" ? 1 : 0;
    }
  }
  EXPECT_EQ(mixed_up, 2) << line.trace();
  EXPECT_EQ(line.stock(StockPlace::spoiled), 2);
}

TEST_F(FaceFaults, ReadsChipAndFaceAgainAfterACrashBetweenThem) {
  // The commits of an undisturbed card; then the power goes after each of them.
  world.add_blanks(2);
  job = world.submit(1).front();
  run(world);
  const int commits = world.commits();
  for (int after = 1; after < commits; ++after) {
    World line{{2, 1}};
    line.add_blanks(2);
    const auto made = line.submit(1).front();
    line.crash_after({.after_commits = after});
    if (line.run()) continue;
    line.restart();
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << after << "\n" << line.trace();
    if (line.state_of(made) == JobState::issued) {
      EXPECT_GE(line.face_reader().looks, 1) << after << "\n" << line.trace();
    }
  }
}

}  // namespace
}  // namespace imprimatur::sim
