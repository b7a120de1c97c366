// The power goes after every single commit of a card's way, before and after the devices did what the turn
// had decided. The station that comes up again makes no second good card and sends nothing twice.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using devices::FaultKind;
using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::IsEmpty;

constexpr int kCommitsMax = 100;  // of one card's way

// What goes wrong beside the crash.
using Trouble = void (*)(World&);

void nothing(World& world) {
  world.add_blanks(3);
}
void worn_chip(World& world) {
  world.add_blanks(3);
  world.transport().bodies[0]->chip->set_fault({.kind = FaultKind::stuck_memory});
}
void counterfeit(World& world) {
  world.add_counterfeits(1);
  world.add_blanks(2);
}
void aborted_print(World& world) {
  world.add_blanks(3);
  world.printer(1).faults = {PrintFault::abort};
}
void forgotten_print(World& world) {
  world.add_blanks(3);
  world.printer(1).faults = {PrintFault::forget};
}
void lost_reply(World& world) {
  world.add_blanks(3);
  world.printer(1).faults = {PrintFault::lost_after};
}
void jammed_output(World& world) {
  world.add_blanks(3);
  world.transport().on_move = [](Body&, Place to) {
    return to.kind == Place::Kind::output ? MoveFault::lost_answer : MoveFault::none;
  };
}

// How the cards of all the crash points ended.
struct Ends {
  int issued = 0, in_doubt = 0, remade = 0, complete = 0;
};

void expect_an_end(World& world, const std::string& job, const std::string& where, Ends& ends) {
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << where << world.trace();
  EXPECT_TRUE(world.station().idle()) << where << world.trace();
  const JobState state = world.state_of(job);
  const auto attempts = world.attempts_of(job);
  EXPECT_TRUE(state == JobState::issued || state == JobState::in_doubt) << where << world.trace();
  EXPECT_EQ(world.stock(StockPlace::good_on_hand), state == JobState::issued ? 1 : 0)
      << where << world.trace();
  if (state == JobState::in_doubt) {
    EXPECT_FALSE(attempts.back().question.empty()) << where;
  } else {
    EXPECT_EQ(world.transport().count(Place::Kind::output), 1) << where << world.trace();
    ends.complete += world.kept_of(job) == std::set<std::string>{"chip", "face", "record"} ? 1 : 0;
  }
  EXPECT_LE(attempts.size(), 3U) << where;
  ends.issued += state == JobState::issued ? 1 : 0;
  ends.in_doubt += state == JobState::in_doubt ? 1 : 0;
  ends.remade += attempts.size() > 1 ? 1 : 0;
}

// Crashes after every commit in turn; `again`: and once more, one to four commits after the restart.
Ends crash_everywhere(Trouble trouble, bool effects_ran, bool again = false) {
  Ends ends;
  for (int commits = 2; commits < kCommitsMax; ++commits) {  // the first is that of the job's reception
    // With trouble, every second commit before its effects ran, the others after: that halves the time.
    if (trouble != &nothing && (commits % 2 == 0) == effects_ran) continue;
    World world({2, 1});
    trouble(world);
    world.crash_after({commits, effects_ran});
    const auto job = world.submit(1).front();
    if (world.run()) return ends;  // the card was finished before: every commit has been tried
    const std::string where = "commit " + std::to_string(commits) + "\n";
    EXPECT_TRUE(world.crashed()) << where << world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << where << world.trace();
    if (again) {
      world.restart(Crash{1 + commits % 4, effects_ran});
      world.run();
      EXPECT_THAT(world.broken_promises(), IsEmpty()) << where << world.trace();
    }
    world.restart();
    EXPECT_TRUE(world.run()) << where << world.trace();
    expect_an_end(world, job, where, ends);
  }
  ADD_FAILURE() << "the card was never finished";
  return ends;
}

class PowerCut : public testing::TestWithParam<bool> {};

TEST_P(PowerCut, AfterAnyCommitOfAGoodCardMakesExactlyOneGoodCard) {
  const Ends ends = crash_everywhere(nothing, GetParam());
  EXPECT_GT(ends.issued, 15);
  EXPECT_EQ(ends.in_doubt, 0);
  EXPECT_LE(ends.remade, 2);
  // What is kept for people follows the commit: a crash between the two loses one piece of it, no more.
  EXPECT_GE(ends.complete, ends.issued - (GetParam() ? 0 : 3));
}
TEST_P(PowerCut, TwiceInARowMakesExactlyOneGoodCard) {
  EXPECT_EQ(crash_everywhere(nothing, GetParam(), true).in_doubt, 0);
}
TEST_P(PowerCut, WithAWornChipMakesTheJobAgain) {
  EXPECT_EQ(crash_everywhere(worn_chip, GetParam()).in_doubt, 0);
}
TEST_P(PowerCut, WithACounterfeitMakesTheJobAgain) {
  EXPECT_EQ(crash_everywhere(counterfeit, GetParam()).in_doubt, 0);
}
TEST_P(PowerCut, WithAnAbortedPrintMakesTheJobAgain) {
  const Ends ends = crash_everywhere(aborted_print, GetParam());
  EXPECT_EQ(ends.in_doubt, 0);
  EXPECT_EQ(ends.remade, ends.issued);
}
TEST_P(PowerCut, WithALostReplySendsNothingTwice) {
  EXPECT_GT(crash_everywhere(lost_reply, GetParam()).issued, 7);
}
TEST_P(PowerCut, WithAForgottenPrintMakesNoSecondCard) {
  EXPECT_GT(crash_everywhere(forgotten_print, GetParam()).in_doubt, 3);
}
TEST_P(PowerCut, WithAJammedOutputMakesNoSecondCard) {
  crash_everywhere(jammed_output, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Crash, PowerCut, testing::Bool(), [](const auto& effects_ran) {
  return effects_ran.param ? "AfterTheEffects" : "BeforeTheEffects";
});

}  // namespace
}  // namespace imprimatur::sim
