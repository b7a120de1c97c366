// What a printer says of itself against what it means to the line (PWG 5100.9, RFC 8011 section 5.4.12).
#include "station/printer_reasons.hpp"

#include <gmock/gmock.h>

namespace imprimatur::station {
namespace {

using print::PrinterReport;
using State = PrinterReport::State;

PrinterCondition judge(State state, std::vector<std::string> reasons, bool accepting = true) {
  PrinterReport report;
  report.state = state;
  report.accepting = accepting;
  report.reasons = std::move(reasons);
  return judge_printer(report, 0);
}

TEST(PrinterReasons, LetAnIdlePrinterWithoutReasonsPrint) {
  const PrinterCondition condition = judge(State::idle, {});
  EXPECT_EQ(condition.can(), PrinterCan::go);
  EXPECT_TRUE(condition.may_print());
  EXPECT_EQ(condition.why(), "");
  EXPECT_TRUE(judge(State::processing, {"none"}).findings.empty());
}

TEST(PrinterReasons, LetNoPrinterPrintThatHasAJobWhichIsNotOurs) {
  PrinterReport report;
  report.accepting = true;
  report.jobs = 1;
  const PrinterCondition condition = judge_printer(report, 0);
  EXPECT_EQ(condition.can(), PrinterCan::wait);
  EXPECT_EQ(condition.why(), "jobs-waiting");
  EXPECT_FALSE(condition.findings.front().next_step.empty());
  EXPECT_TRUE(judge_printer(report, 1).may_print());
  report.jobs = 2;
  EXPECT_FALSE(judge_printer(report, 1).may_print());
}

TEST(PrinterReasons, AreAsBadAsTheTableOfTheSpecificationSays) {
  const std::vector<std::pair<const char*, PrinterCan>> table{
      {"media-needed", PrinterCan::wait},        {"media-empty", PrinterCan::wait},
      {"media-low", PrinterCan::warn},           {"media-jam", PrinterCan::stop},
      {"output-area-full", PrinterCan::wait},    {"output-area-almost-full", PrinterCan::warn},
      {"output-tray-missing", PrinterCan::wait}, {"marker-supply-low", PrinterCan::warn},
      {"marker-supply-empty", PrinterCan::stop}, {"toner-empty", PrinterCan::stop},
      {"marker-waste-full", PrinterCan::wait},   {"cover-open", PrinterCan::wait},
      {"door-open", PrinterCan::wait},           {"interlock-open", PrinterCan::wait},
      {"input-tray-missing", PrinterCan::wait},  {"fuser-under-temp", PrinterCan::wait},
      {"moving-to-paused", PrinterCan::wait},    {"paused", PrinterCan::wait},
      {"opc-life-over", PrinterCan::warn},       {"developer-low", PrinterCan::warn},
  };
  for (const auto& [keyword, can] : table) {
    for (const char* suffix : {"", "-error"}) {
      const PrinterCondition condition = judge(State::idle, {std::string(keyword) + suffix});
      ASSERT_EQ(condition.findings.size(), 1U) << keyword;
      EXPECT_EQ(condition.findings[0].reason, keyword);
      EXPECT_EQ(condition.can(), can) << keyword;
      EXPECT_FALSE(condition.findings[0].next_step.empty()) << keyword;
    }
  }
}

TEST(PrinterReasons, AreNoMoreThanAWarningWhenThePrinterSaysSoAndWorksOn) {
  EXPECT_EQ(judge(State::processing, {"media-empty-warning"}).can(), PrinterCan::warn);
  EXPECT_EQ(judge(State::idle, {"media-low-report"}).can(), PrinterCan::go);
  // But a printer that stands still means what it says.
  EXPECT_EQ(judge(State::stopped, {"media-empty-warning"}).can(), PrinterCan::wait);
  EXPECT_EQ(judge(State::stopped, {"cover-open-report"}).can(), PrinterCan::wait);
}

TEST(PrinterReasons, AreShownAsTextWhenNoTableHasThem) {
  const PrinterCondition works = judge(State::idle, {"com.example-laminator-cold-error"});
  ASSERT_EQ(works.findings.size(), 1U);
  EXPECT_EQ(works.findings[0].reason, "com.example-laminator-cold");
  EXPECT_TRUE(works.may_print());
  EXPECT_EQ(works.can(), PrinterCan::warn);
  const PrinterCondition odd = judge(State::idle, {std::string(500, 'x'), "\"}\n<Berta>"});
  EXPECT_EQ(odd.findings[0].reason, std::string(64, 'x'));
  EXPECT_EQ(odd.findings[1].reason, "?????erta?");
}

TEST(PrinterReasons, AreNotNeededToSeeThatAPrinterStandsStill) {
  const PrinterCondition unknown_word = judge(State::stopped, {"com.example-laminator-cold"});
  EXPECT_FALSE(unknown_word.may_print());
  EXPECT_EQ(unknown_word.why(), "stopped");
  EXPECT_FALSE(judge(State::stopped, {}).may_print());
  EXPECT_EQ(judge(State::idle, {}, false).why(), "not-accepting-jobs");
  EXPECT_EQ(judge(State::idle, {"cover-open"}, false).why(), "cover-open");
}

TEST(PrinterReasons, StandWithTheWorstFirstAndOnce) {
  const PrinterCondition condition = judge(
      State::stopped, {"media-low-warning", "media-empty-warning", "media-jam-error", "media-empty-error"});
  ASSERT_EQ(condition.findings.size(), 3U);
  EXPECT_EQ(condition.findings[0].reason, "media-jam");
  EXPECT_EQ(condition.why(), "media-jam, media-empty");
}

TEST(PrinterReasons, HaveALimit) {
  EXPECT_LE(judge(State::idle, std::vector<std::string>(10'000, "media-low")).findings.size(), 1U);
  std::vector<std::string> many;
  for (int i = 0; i < 10'000; ++i) many.push_back("vendor-" + std::to_string(i));
  EXPECT_LE(judge(State::idle, many).findings.size(), 32U);
}

TEST(PrinterReasons, TellApartAPrinterThatIsAwayAndOneThatCannotMakeTheCards) {
  const PrinterCondition away =
      judge_printer(fail("printer.unreachable", "No connection.", {}, "Check the cable."));
  EXPECT_EQ(away.state, "unreachable");
  EXPECT_EQ(away.can(), PrinterCan::wait);
  EXPECT_EQ(away.findings[0].next_step, "Check the cable.");
  const PrinterCondition wrong =
      judge_printer(fail("printer.unsuitable", "It does not list ID-1.", "media", "Set it up."));
  EXPECT_EQ(wrong.can(), PrinterCan::stop);
  EXPECT_EQ(wrong.findings[0].next_step, "It does not list ID-1. Set it up.");
}

TEST(PrinterReasons, HaveEachKeywordOnceInTheTable) {
  std::vector<std::string_view> keywords;
  for (const ReasonRule& rule : reason_rules()) {
    EXPECT_EQ(std::count(keywords.begin(), keywords.end(), rule.keyword), 0) << rule.keyword;
    EXPECT_TRUE(rule.can == PrinterCan::go || !rule.next_step.empty()) << rule.keyword;
    keywords.push_back(rule.keyword);
  }
}

}  // namespace
}  // namespace imprimatur::station
