// "What the printer's word proves": each row of the table, told by a printer over IPP and not made up. The
// elapsed time and the up-time before are measured as the station measures them.
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "devices/virtual_printer/virtual_printer.hpp"
#include "print/outcome.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/scratch_folder.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using print::PrintOutcome;
using tests::card_pdf;

constexpr auto kPrintTime = 60ms;
constexpr auto kCardTimeMin = 30ms;

class OutcomeRows : public testing::Test {
 protected:
  void SetUp() override {
    VirtualPrinterSettings settings;
    settings.service = {.printers = 1, .spool = folder_.path(), .print_time = kPrintTime};
    auto bench = VirtualPrinter::start(settings, clock_, random_);
    ASSERT_TRUE(bench) << bench.error().message;
    bench_ = std::move(bench).value();
    printer_ = open_ipp_printer({.name = "card-1", .uri = bench_->uri(1)}, clock_).value();
  }

  void tell(const std::string& line) { ASSERT_EQ(bench_->control(line), "ok"); }

  void reserve() {
    up_time_before_ = printer_->report().value().up_time_s;
    const auto ticket = printer_->create({.job_name = "attempt-1", .sides = 2});
    ASSERT_TRUE(ticket) << ticket.error().message;
    ticket_ = ticket.value();
  }
  Status send() {
    began_ = clock_.steady();
    return printer_->send(ticket_, card_pdf(2));
  }
  print::PrintVerdict ask() {
    const auto report = printer_->poll(ticket_);
    EXPECT_TRUE(report) << report.error().message;
    print::PrintEvidence evidence;
    evidence.report = report.value();
    evidence.ticket = ticket_;
    evidence.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began_);
    evidence.card_time_min = kCardTimeMin;
    evidence.up_time_before_s = up_time_before_;
    evidence.never_left_hopper = never_left_hopper_;
    return judge_print(evidence);
  }
  print::PrintVerdict end() {
    const auto until = clock_.steady() + 10s;
    print::PrintVerdict verdict = ask();
    while (verdict.outcome == PrintOutcome::wait && clock_.steady() < until) verdict = ask();
    return verdict;
  }
  std::size_t printed() { return tests::count_files(folder_.path()); }
  // Until the printer has been up for so long that going back shows.
  void wait_for_up_time(std::int64_t seconds) {
    const auto until = clock_.steady() + 10s;
    while (printer_->report().value().up_time_s < seconds && clock_.steady() < until) {
    }
  }

  tests::ScratchFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<VirtualPrinter> bench_;
  std::unique_ptr<print::Printer> printer_;
  print::PrintTicket ticket_;
  SteadyTime began_{};
  std::int64_t up_time_before_ = 0;
  bool never_left_hopper_ = false;
};

TEST_F(OutcomeRows, CompletedWithAllSidesIsOut) {
  reserve();
  ASSERT_TRUE(send());
  const auto verdict = end();
  EXPECT_EQ(verdict.outcome, PrintOutcome::out);
  EXPECT_EQ(verdict.rule, "completed");
  EXPECT_EQ(printed(), 1U);
}

TEST_F(OutcomeRows, AbortedWithNoSideIsTheSameBlankAgainWhenItNeverLeftTheHopper) {
  tell("fault card-1 abort");
  reserve();
  ASSERT_TRUE(send());
  never_left_hopper_ = true;
  EXPECT_EQ(end().rule, "stopped-untouched");
  EXPECT_EQ(end().outcome, PrintOutcome::same_blank_again);
  never_left_hopper_ = false;  // nobody confirms it
  EXPECT_EQ(end().outcome, PrintOutcome::spoiled);
  EXPECT_EQ(printed(), 0U);
}

TEST_F(OutcomeRows, AbortedInTheMiddleIsSpoiledWhateverIsConfirmed) {
  tell("fault card-1 jam");
  reserve();
  ASSERT_TRUE(send());
  never_left_hopper_ = true;
  EXPECT_EQ(end().outcome, PrintOutcome::spoiled);
}

TEST_F(OutcomeRows, CancelledIsSpoiledSinceItMayHavePrinted) {
  tell("fault card-1 cancel-prints");
  reserve();
  ASSERT_TRUE(send());
  ASSERT_TRUE(printer_->cancel(ticket_));
  EXPECT_EQ(end().outcome, PrintOutcome::spoiled);
  const auto until = clock_.steady() + 10s;
  while (printed() == 0 && clock_.steady() < until) ask();
  EXPECT_EQ(printed(), 1U);  // and it did
  never_left_hopper_ = true;
  EXPECT_EQ(ask().outcome, PrintOutcome::spoiled);
}

TEST_F(OutcomeRows, ALostReplyIsAskedAboutAndNeverSentAgain) {
  tell("fault card-1 drop-reply Send-Document");
  reserve();
  const Status sent = send();
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().happened, Happened::unknown);
  EXPECT_EQ(end().outcome, PrintOutcome::out);
  EXPECT_EQ(printed(), 1U);
}

TEST_F(OutcomeRows, ARestartThatForgetsItsJobsIsInDoubt) {
  reserve();
  ASSERT_TRUE(send());
  tell("fault card-1 restart");
  const auto verdict = end();
  EXPECT_EQ(verdict.outcome, PrintOutcome::unknown);
  EXPECT_EQ(verdict.rule, "job-forgotten");
}

TEST_F(OutcomeRows, AnIdThatBelongsToAnotherJobNowIsInDoubtThoughThatOneIsCompleted) {
  reserve();
  ASSERT_TRUE(send());
  const print::PrintTicket ours = ticket_;
  tell("fault card-1 restart");
  reserve();
  ASSERT_TRUE(send());
  ASSERT_EQ(ticket_.job_id, ours.job_id);
  ASSERT_EQ(end().outcome, PrintOutcome::out);
  ticket_ = ours;
  EXPECT_EQ(ask().outcome, PrintOutcome::unknown);
  EXPECT_EQ(ask().rule, "job-forgotten");
}

TEST_F(OutcomeRows, AnUpTimeThatWentBackIsInDoubtThoughTheJobIsKnownAndCompleted) {
  wait_for_up_time(3);
  reserve();
  ASSERT_TRUE(send());
  tell("fault card-1 restart-keeps-jobs");
  const auto verdict = end();
  EXPECT_EQ(verdict.outcome, PrintOutcome::unknown);
  EXPECT_EQ(verdict.rule, "printer-restarted");
  EXPECT_EQ(printer_->poll(ticket_).value().state, print::PrintJobState::completed);
  EXPECT_EQ(printed(), 0U);  // and it lied
}

TEST_F(OutcomeRows, CompletedSoonerThanACardCanBeMovedIsInDoubt) {
  tell("fault card-1 too-soon");
  reserve();
  ASSERT_TRUE(send());
  const auto verdict = ask();
  EXPECT_EQ(verdict.outcome, PrintOutcome::unknown);
  EXPECT_EQ(verdict.rule, "completed-too-soon");
  EXPECT_EQ(printed(), 0U);
}

TEST_F(OutcomeRows, APrinterThatStandsStillIsWaitedFor) {
  tell("fault card-1 say cover-open-error");
  reserve();
  ASSERT_TRUE(send());
  EXPECT_EQ(ask().rule, "not-finished");
  EXPECT_EQ(printer_->report().value().reasons, std::vector<std::string>{"cover-open-error"});
  tell("clear card-1");
  EXPECT_EQ(end().outcome, PrintOutcome::out);
}

}  // namespace
}  // namespace imprimatur::devices
