// Printers that say of themselves that they cannot print: they are given no card, people are told what to do,
// and they come back by themselves.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using namespace std::chrono_literals;
using job::JobState;
using ledger::StockPlace;
using station::Place;
using testing::IsEmpty;

class Printers : public testing::Test {
 protected:
  void stop(int printer, const std::string& reason) { world.printer(printer).stop(reason); }
  void clear(int printer) { world.printer(printer).go_on(); }
  json::object shown(const std::string& device) {
    const json::object snapshot = world.station().snapshot();
    for (const auto& one : snapshot.at("devices").as_array()) {
      if (one.as_object().at("name") == json::value(device)) return one.as_object();
    }
    return {};
  }
  std::size_t journalled(const std::string& type, const std::string& reason) {
    std::size_t count = 0;
    for (const std::string& entry : world.journal_with("device." + type)) {
      if (entry.find("\"reason\":\"" + reason + "\"") != std::string::npos) ++count;
    }
    return count;
  }

  World world{{.readers = 3, .printers = 2, .printer_look_ms = 2000}};
};

TEST_F(Printers, AreAskedBeforeTheFirstCardAndGetNoneWhenTheyCannotPrint) {
  stop(1, "media-empty-error");
  World& line = world;
  line.run_for(5s);
  line.add_blanks(4);
  const auto jobs = line.submit(4);
  line.run_for(10min);
  for (const auto& job : jobs) EXPECT_EQ(line.state_of(job), JobState::issued) << line.trace();
  EXPECT_TRUE(line.printer(1).documents.empty());
  EXPECT_EQ(line.printer(2).documents.size(), 4U);
  EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
}

TEST_F(Printers, AreShownWithTheirReasonsTheNextStepAndTheirSupplies) {
  world.printer(2).supplies = {{"YMCKO ribbon", 37}, {"cleaning roller", -2}};
  world.printer(2).reasons = {"marker-supply-low-warning"};
  stop(1, "cover-open-error");
  world.run_for(5s);
  const json::object first = shown("printer-1");
  EXPECT_EQ(first.at("state"), "stopped");
  EXPECT_EQ(first.at("can"), "wait");
  EXPECT_EQ(first.at("fault"), "cover-open");
  EXPECT_EQ(first.at("reasons").at(0).at("reason"), "cover-open");
  EXPECT_EQ(first.at("reasons").at(0).at("next_step"), "Close the printer's cover.");
  const json::object second = shown("printer-2");
  EXPECT_EQ(second.at("can"), "warn");
  EXPECT_FALSE(second.contains("fault"));
  EXPECT_EQ(second.at("supplies").at(0).at("percent"), 37);
  EXPECT_FALSE(second.at("supplies").at(1).as_object().contains("percent"));
}

TEST_F(Printers, AreJournalledOnceAChangeAndNotOnceALook) {
  world.run_for(20s);
  EXPECT_EQ(journalled("fault", "media-empty"), 0U);
  stop(1, "media-empty-error");
  world.run_for(5min);
  EXPECT_GT(world.printer(1).looks, 50);
  EXPECT_EQ(journalled("fault", "media-empty"), 1U);
  EXPECT_EQ(journalled("cleared", "media-empty"), 0U);
  world.printer(1).reasons = {"media-empty-error", "cover-open-error"};
  world.run_for(1min);
  EXPECT_EQ(journalled("fault", "cover-open"), 1U);
  EXPECT_EQ(journalled("fault", "media-empty"), 1U);
  clear(1);
  world.run_for(1min);
  EXPECT_EQ(journalled("cleared", "media-empty"), 1U);
  EXPECT_EQ(journalled("cleared", "cover-open"), 1U);
  EXPECT_FALSE(shown("printer-1").contains("fault"));
}

TEST_F(Printers, ComeBackByThemselvesWhileCardsWaitForThem) {
  stop(1, "media-empty-error");
  stop(2, "paused");
  world.run_for(5s);
  world.add_blanks(3);
  const auto jobs = world.submit(3);
  world.run_for(10min);
  for (const auto& job : jobs) EXPECT_NE(world.state_of(job), JobState::issued);
  EXPECT_TRUE(world.printer(1).documents.empty());
  EXPECT_TRUE(world.printer(2).documents.empty());
  clear(2);
  world.run_for(10min);
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
  EXPECT_EQ(world.stock(StockPlace::in_doubt), 0);
  EXPECT_THAT(world.broken_promises(), IsEmpty()) << world.trace();
}

TEST_F(Printers, LetACardWaitThatIsInThemAlready) {
  world.run_for(5s);
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  // Runs out of cards between the last look and the card.
  world.transport().on_move = [this](Body&, Place to) {
    if (to.kind == Place::Kind::printer) stop(to.device, "marker-supply-empty-error");
    return MoveFault::none;
  };
  world.run_for(10min);
  EXPECT_EQ(world.state_of(job), JobState::in_progress) << world.trace();
  EXPECT_EQ(world.documents_max(), 0);
  world.transport().on_move = nullptr;
  clear(1);
  clear(2);
  world.run_for(1min);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
  EXPECT_EQ(world.documents_max(), 1);
}

TEST_F(Printers, ThatCannotMakeTheProductAreFoundAtTheFirstContactAndNotInTheMiddleOfACard) {
  world.printer(1).both_sides = false;
  world.restart();
  world.run_for(5s);
  EXPECT_EQ(shown("printer-1").at("state"), "unsuitable");
  EXPECT_EQ(shown("printer-1").at("fault"), "printer.unsuitable");
  EXPECT_EQ(shown("printer-1").at("reasons").at(0).at("next_step"),
            "it prints on one side only Switch both sides on.");
  EXPECT_EQ(journalled("fault", "printer.unsuitable"), 1U);
  world.add_blanks(2);
  const auto jobs = world.submit(2);
  world.run_for(10min);
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_TRUE(world.printer(1).documents.empty());
  world.printer(1).both_sides = true;
  world.run_for(1min);
  EXPECT_EQ(journalled("cleared", "printer.unsuitable"), 1U);
}

TEST_F(Printers, AreComparedWithTheProductOnceAndAgainAfterTheyWereRestarted) {
  world.run_for(5min);
  EXPECT_EQ(world.printer(1).checks, 1);
  world.printer(1).restart();
  world.run_for(1min);
  EXPECT_EQ(world.printer(1).checks, 2);
}

TEST_F(Printers, ThatAreAwayAreAskedLessOften) {
  world.printer(1).reachable = false;
  world.printer(2).looks = 0;
  world.run_for(10min);
  EXPECT_EQ(shown("printer-1").at("state"), "unreachable");
  EXPECT_EQ(journalled("fault", "printer.unreachable"), 1U);
  EXPECT_LT(world.printer(1).looks, 30);
  EXPECT_GT(world.printer(2).looks, 200);
  world.printer(1).reachable = true;
  world.run_for(1min);
  EXPECT_EQ(shown("printer-1").at("state"), "idle");
}

TEST_F(Printers, AreAskedAfterACardThatCameToABadEnd) {
  World line{{.readers = 2, .printers = 1}};  // no looks without cause
  line.add_blanks(3);
  line.printer(1).faults = {PrintFault::abort};
  const auto job = line.submit(1).front();
  ASSERT_TRUE(line.run()) << line.trace();
  EXPECT_EQ(line.state_of(job), JobState::issued) << line.trace();
  // At the start, before each of the two cards, and after the one that was aborted.
  EXPECT_EQ(line.printer(1).looks, 4);
}

TEST_F(Printers, ThatHaveAJobOfOthersGetNoCardOfOurs) {
  world.printer(1).jobs_of_others = 1;
  world.printer(2).jobs_of_others = 1;
  world.run_for(5s);
  world.add_blanks(2);
  const auto job = world.submit(1).front();
  world.run_for(10min);
  EXPECT_EQ(world.state_of(job), JobState::in_progress) << world.trace();
  EXPECT_EQ(world.documents_max(), 0);
  EXPECT_EQ(journalled("fault", "jobs-waiting"), 2U) << "once a printer";
  world.printer(1).jobs_of_others = 0;
  world.printer(2).jobs_of_others = 0;
  world.run_for(1min);
  EXPECT_EQ(world.state_of(job), JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(StockPlace::spoiled), 0);
}

// A printer stands still and cannot be reached, with a document that it has not begun: the card is taken out
// of it after a while, and the document must not land on the one that comes next.
TEST_F(Printers, NeverPrintADocumentOntoTheCardAfterItsOwn) {
  for (const bool restarted : {false, true}) {
    World line{{.readers = 2, .printers = 1, .printer_look_ms = 2000}};
    line.run_for(5s);
    line.add_blanks(3);
    auto& printer = line.printer(1);
    printer.on_document = [&printer](const std::string&, const std::string&) {
      printer.stop("cover-open-error");
      printer.connected = false;
    };
    const auto first = line.submit(1).front();
    line.run_for(10min);
    EXPECT_EQ(line.state_of(first), JobState::in_doubt) << line.trace();
    printer.on_document = nullptr;
    if (restarted) line.restart();
    const auto second = line.submit(1).front();
    line.run_for(1min);
    printer.connected = true;
    line.run_for(1min);
    printer.go_on();
    line.run_for(10min);
    EXPECT_EQ(line.state_of(second), JobState::issued) << line.trace();
    EXPECT_EQ(printer.withdrawn, restarted ? 0 : 1) << "by whom it was sent";
    EXPECT_THAT(line.broken_promises(), IsEmpty()) << line.trace();
  }
}

WallTime time_of_step(const sim::World& world, const std::string& step) {
  const auto entries = world.journal_with("\"step\":\"" + step + "\"");
  CHECK(entries.size() == 1);
  return parse_rfc3339(member_text(parse_json_object(entries.front()).value(), "time").value()).value();
}

// Every card once waited two seconds for its reader, because the printer had been asked about it.
TEST(PrintedCard, IsReadAtOnceThoughItsPrintWasWaitedFor) {
  sim::World world({});
  world.add_blanks(1);
  world.submit(1);
  ASSERT_TRUE(world.run());
  // The simulated move, chip and face take 2.7 s.
  EXPECT_LT(time_of_step(world, "verified") - time_of_step(world, "out"), 3500ms);
}

}  // namespace
}  // namespace imprimatur::sim
