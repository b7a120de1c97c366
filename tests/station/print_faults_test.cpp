// Printers that abort, forget, lie and lose replies: a card is never sent twice, and "don't know" freezes.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::IsEmpty;

class PrintFaults : public testing::Test {
 protected:
  // One job, two blanks, and a printer that fails the first document.
  void run_with(PrintFault fault) {
    world.add_blanks(2);
    world.printer(1).faults = {fault};
    job = world.submit(1).front();
    ASSERT_TRUE(world.run()) << world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
    EXPECT_LE(world.documents_max(), 1) << world.trace();
  }

  World world{{2, 1}};
  std::string job;
};

TEST_F(PrintFaults, SpoilsAnAbortedCardAndMakesAnother) {
  run_with(PrintFault::abort);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
  EXPECT_EQ(world.transport().find(World::serial(1))->place.kind, Place::Kind::reject);
}

TEST_F(PrintFaults, DoesNotKnowWhenThePrinterForgotTheJob) {
  run_with(PrintFault::forget);
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::in_doubt), 1);
  EXPECT_EQ(world.transport().count(Place::Kind::output), 0);
  EXPECT_FALSE(world.attempts_of(job).back().question.empty());
}

TEST_F(PrintFaults, SpoilsACancelledCardThoughItMayBePrintedAllTheSame) {
  run_with(PrintFault::cancel);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);
}

TEST_F(PrintFaults, DoesNotBelieveAPrinterThatWasRestartedThoughItKeptTheJob) {
  run_with(PrintFault::restart);
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_THAT(world.attempts_of(job).back().question, testing::HasSubstr("printer-restarted"));
}

// The up-time of before is on record: the daemon that asks is another one than the daemon that sent.
TEST_F(PrintFaults, SeesARestartOfThePrinterAfterARestartOfTheStation) {
  world.add_blanks(1);
  job = world.submit(1).front();
  for (int turns = 0; turns < 1000 && world.documents_max() == 0; ++turns) world.run_turns(1);
  ASSERT_EQ(world.documents_max(), 1);
  world.restart();
  world.printer(1).restart();
  ASSERT_TRUE(world.run()) << world.trace();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_THAT(world.attempts_of(job).back().question, testing::HasSubstr("printer-restarted"));
}

TEST_F(PrintFaults, DoesNotBelieveACardThatWasCompletedTooSoon) {
  run_with(PrintFault::too_soon);
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::output), 0);
}

TEST_F(PrintFaults, AsksThePrinterWhenTheReplyWasLostAfterTheDocumentArrived) {
  run_with(PrintFault::lost_after);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
  EXPECT_EQ(world.documents_max(), 1);
}

TEST_F(PrintFaults, NeverSendsAgainWhenTheReplyWasLostBeforeTheDocumentArrived) {
  run_with(PrintFault::lost_before);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 1);  // the printer gave the job up: the card is not trusted
}

TEST_F(PrintFaults, ReservesAnotherJobWhenNothingOfTheDocumentLeft) {
  run_with(PrintFault::refused_to_send);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
  EXPECT_EQ(world.documents_max(), 1);
}

}  // namespace
}  // namespace imprimatur::sim
