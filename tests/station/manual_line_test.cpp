// A line whose cards a person moves: what the person says is checked by the chips, and slips cost no card.
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using job::JobState;
using ledger::StockPlace;
using station::LineTask;
using station::Place;
using testing::HasSubstr;
using testing::IsEmpty;

class ManualLine : public testing::Test {
 protected:
  void run() {
    ASSERT_TRUE(world.run()) << world.trace();
    EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
  }
  // Issues one job, with the slips at the questions in turn, and nothing lost.
  void issues_with(std::deque<Slip> slips) {
    world.add_blanks(3);
    world.person().slips = std::move(slips);
    const auto job = world.submit(1).front();
    run();
    EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
    EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
    EXPECT_EQ(world.stock(StockPlace::in_doubt), 0);
  }
  std::vector<std::string> kinds() {
    std::vector<std::string> all;
    for (const LineTask& task : world.person().asked)
      all.push_back(std::string(station::text_of(task.kind)) + " " + task.to);
    return all;
  }

  World world{{.readers = 2, .printers = 1, .manual = true}};
};

TEST_F(ManualLine, AsksOneClearQuestionAfterTheOther) {
  issues_with({});
  EXPECT_THAT(kinds(),
              testing::ElementsAre("take reader-1", "move printer-1", "move reader-1", "move output"));
  const LineTask& take = world.person().asked[0];
  EXPECT_THAT(take.text, HasSubstr("Take a blank of class utopia-id"));
  EXPECT_THAT(take.text, HasSubstr("reader-1"));
  EXPECT_EQ(world.person().asked[1].text, "Move card B000001 from reader-1 to printer-1.");
  EXPECT_EQ(world.person().asked[3].text, "Move card B000001 from reader-1 to the output tray.");
}

TEST_F(ManualLine, MakesManyCards) {
  world.add_blanks(8);
  world.person().says_numbers = false;  // the chips tell
  const auto jobs = world.submit(8);
  run();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.transport().count(Place::Kind::output), 8);
}

TEST_F(ManualLine, AsksAgainWhenNoCardIsThere) {
  issues_with(
      {Slip::forgets, Slip::none, Slip::forgets, Slip::none, Slip::forgets, Slip::none, Slip::forgets});
  EXPECT_THAT(world.person().asked[1].note, HasSubstr("No chip answers in reader-1"));
  EXPECT_THAT(world.person().asked[3].note, HasSubstr("still a card in reader-1"));
  EXPECT_THAT(world.person().asked[5].note, HasSubstr("No chip answers in reader-1"));
}

TEST_F(ManualLine, AsksAgainWhenANumberWasMisread) {
  issues_with({Slip::misreads, Slip::none, Slip::misreads});
  EXPECT_THAT(world.person().asked[1].note, HasSubstr("that of B000001, you said B999999"));
  EXPECT_THAT(world.person().asked[3].note, HasSubstr("You said B999999"));
}

TEST_F(ManualLine, NeverWritesACardWhoseNumberIsNotItsChips) {
  world.add_blanks(2);
  world.person().slips = {Slip::misreads, Slip::misreads};  // read off the card, twice
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.transport().bodies[0]->store_data_commands, 0) << world.trace();
  EXPECT_NE(world.transport().bodies[0]->place.kind, Place::Kind::output);
  EXPECT_NE(world.state_of(job), JobState::failed);
}

TEST_F(ManualLine, FindsASwapOfTwoCardsByTheirChips) {
  World line{{.readers = 3, .printers = 2, .manual = true}};
  line.add_blanks(6);
  int swaps = 0;
  // Two printed cards wait for a reader; the person takes the wrong one.
  line.person().slip_at = [&](const LineTask& task) {
    const bool two_wait = line.transport().at({Place::Kind::printer, 1}) != nullptr &&
                          line.transport().at({Place::Kind::printer, 2}) != nullptr;
    if (!task.to.starts_with("reader") || task.kind != LineTask::Kind::move || !two_wait || swaps > 0)
      return Slip::none;
    ++swaps;
    return Slip::takes_another;
  };
  const auto jobs = line.submit(4);
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_EQ(swaps, 1);
  const auto noted =
      std::find_if(line.person().asked.begin(), line.person().asked.end(),
                   [](const LineTask& task) { return task.note.find("another one") != std::string::npos; });
  EXPECT_NE(noted, line.person().asked.end());
  for (const auto& job : jobs) EXPECT_EQ(line.state_of(job), JobState::issued) << line.trace();
  EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
}

TEST_F(ManualLine, WaitsForBlanksWhenThePersonHasNone) {
  world.add_blanks(1);
  world.person().slips = {Slip::finds_nothing};
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.state_of(job), JobState::ready) << world.trace();
  EXPECT_THAT(world.station().snapshot().at("standing").as_string(), HasSubstr("no blanks of class"));
  world.add_blanks(1);
  run();
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
}

TEST_F(ManualLine, DoesNotKnowACardThatThePersonDoesNotFind) {
  world.add_blanks(2);
  world.person().slips = {Slip::none, Slip::none, Slip::finds_nothing, Slip::finds_nothing};
  const auto job = world.submit(1).front();
  run();
  EXPECT_EQ(world.state_of(job), JobState::in_doubt) << world.trace();
}

// Whatever question was open, nothing is in doubt because a station was stopped.
TEST_F(ManualLine, AsksTheSameAgainAfterAStopInTheMiddleOfAQuestion) {
  for (std::size_t open = 0; open < 4; ++open) {
    World line{{.readers = 2, .printers = 1, .manual = true}};
    line.add_blanks(2);
    line.person().slips.assign(open, Slip::none);
    line.person().slips.push_back(Slip::goes_home);
    const auto job = line.submit(1).front();
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_NE(line.state_of(job), JobState::in_doubt) << open << line.trace();
    line.restart();
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_EQ(line.state_of(job), JobState::issued) << open << line.trace();
    EXPECT_EQ(line.stock(StockPlace::spoiled), 0) << open;
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
  }
}

TEST_F(ManualLine, AsksAfterACrashWhereTheCardsAreAndLooksWhetherItIsSo) {
  for (int commits = 1; commits < 60; ++commits) {
    World line{{.readers = 2, .printers = 1, .manual = true}};
    line.add_blanks(4);
    const auto jobs = line.submit(2);
    line.crash_after({commits, false});
    if (line.run()) break;
    line.person().slips = {Slip::misreads};  // says the wrong place first, if it is asked
    line.restart();
    ASSERT_TRUE(line.run()) << line.trace();
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << commits << line.trace();
    for (const auto& job : jobs) {
      EXPECT_NE(line.state_of(job), JobState::in_progress) << commits << line.trace();
      EXPECT_LE(line.documents_max(), 1);
    }
  }
}

TEST_F(ManualLine, WantsTheNumberReadOffTheCardWhereNoChipCanBeRead) {
  world.add_blanks(2);
  world.person().says_numbers = false;
  const auto job = world.submit(1).front();
  // Blind from the moment that the card leaves its reader.
  world.transport().on_move = [&](Body&, Place to) {
    if (to.kind == Place::Kind::printer) world.eyes().blind = true;
    return MoveFault::none;
  };
  run();
  EXPECT_NE(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_THAT(world.person().asked[2].note, HasSubstr("say the number on the card"));
}

}  // namespace
}  // namespace imprimatur::sim
