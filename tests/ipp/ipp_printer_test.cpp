// Our client against our card printers, in one process: what it takes from a card that prints and from each
// that does not, and what judge_print makes of it.
#include "devices/ipp/ipp_printer.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "base/files.hpp"
#include "devices/virtual_printer/virtual_printer.hpp"
#include "print/outcome.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/scratch_folder.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using print::PrintEvidence;
using print::PrintJobState;
using print::PrintOutcome;
using print::PrintTicket;
using tests::card_pdf;

class IppPrinterTest : public testing::Test {
 protected:
  void start(std::chrono::milliseconds print_time, std::chrono::milliseconds document_wait = 60s) {
    VirtualPrinterSettings settings;
    settings.service = {
        .printers = 2, .spool = folder_.path(), .print_time = print_time, .document_wait = document_wait};
    auto bench = VirtualPrinter::start(settings, clock_, random_);
    ASSERT_TRUE(bench) << bench.error().message;
    bench_ = std::move(bench).value();
    printer_ = open(1);
  }

  std::unique_ptr<print::Printer> open(int number) {
    auto opened =
        open_ipp_printer({.name = "card-" + std::to_string(number), .uri = bench_->uri(number)}, clock_);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(opened).value();
  }

  PrintTicket create(int sides = 2) {
    const auto report = printer_->report();
    EXPECT_TRUE(report) << report.error().message;
    up_time_before_ = report.value().up_time_s;
    const auto ticket = printer_->create({.job_name = "attempt-1", .sides = sides});
    EXPECT_TRUE(ticket) << ticket.error().message;
    return ticket.value();
  }

  void send(const PrintTicket& ticket, int pages = 2) {
    const Status sent = printer_->send(ticket, card_pdf(pages));
    EXPECT_TRUE(sent) << sent.error().message;
  }

  PrintEvidence evidence(const PrintTicket& ticket) {
    const auto report = printer_->poll(ticket);
    EXPECT_TRUE(report) << report.error().message;
    PrintEvidence out;
    out.report = report.value();
    out.ticket = ticket;
    out.up_time_before_s = up_time_before_;
    return out;
  }

  // Polls until the card's fate is decided or 10 seconds are over.
  PrintEvidence evidence_at_the_end(const PrintTicket& ticket) {
    const auto until = clock_.steady() + 10s;
    PrintEvidence out = evidence(ticket);
    while (judge_print(out).outcome == PrintOutcome::wait && clock_.steady() < until) out = evidence(ticket);
    return out;
  }

  std::filesystem::path printed(const PrintTicket& ticket) {
    return folder_.path() / "card-1" / printed_file_name(ticket.job_uuid);
  }

  tests::ScratchFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  std::unique_ptr<VirtualPrinter> bench_;
  std::unique_ptr<print::Printer> printer_;
  std::int64_t up_time_before_ = 0;
};

TEST_F(IppPrinterTest, TellsThatAPrinterIsIdleAndAccepts) {
  start(10ms);
  const auto report = printer_->report();
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report.value().state, print::PrinterReport::State::idle);
  EXPECT_TRUE(report.value().accepting);
  EXPECT_TRUE(report.value().reasons.empty());
  EXPECT_GE(report.value().up_time_s, 1);
}

TEST_F(IppPrinterTest, FollowsACardToTheEndAndFindsItOut) {
  start(30ms);
  const PrintTicket ticket = create();
  EXPECT_EQ(ticket.job_id, 1);
  EXPECT_TRUE(ticket.job_uuid.starts_with("urn:uuid:"));
  EXPECT_EQ(printer_->report().value().jobs, 1);
  EXPECT_EQ(evidence(ticket).report.state, PrintJobState::held);
  send(ticket);
  const PrintEvidence end = evidence_at_the_end(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::completed);
  EXPECT_EQ(printer_->report().value().jobs, 0);
  EXPECT_EQ(end.report.job_uuid, ticket.job_uuid);
  EXPECT_EQ(end.report.impressions_completed, 2);
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::out);
  const auto file = read_file(printed(ticket));
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file.value(), card_pdf(2));
}

TEST_F(IppPrinterTest, PrintsACardOfOneSide) {
  start(10ms);
  const PrintTicket ticket = create(1);
  send(ticket, 1);
  PrintEvidence end = evidence_at_the_end(ticket);
  end.sides_asked = 1;
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::out);
}

TEST_F(IppPrinterTest, DoesNotTakeACardWithABlankBackAsOut) {
  start(10ms);
  const PrintTicket ticket = create(2);
  send(ticket, 1);
  EXPECT_EQ(judge_print(evidence_at_the_end(ticket)).outcome, PrintOutcome::unknown);
}

TEST_F(IppPrinterTest, DoesNotBelieveAPrinterThatIsFasterThanItsMechanics) {
  start(1ms);
  const PrintTicket ticket = create();
  send(ticket);
  PrintEvidence end = evidence_at_the_end(ticket);
  end.elapsed = 50ms;
  end.card_time_min = 10s;
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::unknown);
}

TEST_F(IppPrinterTest, SeesAnAbortedCardWithNoSidePrinted) {
  start(10ms);
  ASSERT_EQ(bench_->control("fault card-1 abort"), "ok");
  const PrintTicket ticket = create();
  send(ticket);
  PrintEvidence end = evidence_at_the_end(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::aborted);
  EXPECT_EQ(end.report.impressions_completed, 0);
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::spoiled);
  end.never_left_hopper = true;
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::same_blank_again);
  EXPECT_EQ(tests::count_files(folder_.path()), 0U);
}

TEST_F(IppPrinterTest, SeesAJamAndGoesOnWhenItIsCleared) {
  start(20ms);
  ASSERT_EQ(bench_->control("fault card-1 jam"), "ok");
  const PrintTicket jammed = create();
  send(jammed);
  PrintEvidence end = evidence_at_the_end(jammed);
  end.never_left_hopper = true;  // even then: a side was printed
  EXPECT_EQ(end.report.state, PrintJobState::aborted);
  EXPECT_EQ(end.report.impressions_completed, 1);
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::spoiled);

  const auto report = printer_->report();
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().state, print::PrinterReport::State::stopped);
  EXPECT_EQ(report.value().reasons, std::vector<std::string>{"media-jam-error"});

  const PrintTicket next = create();
  send(next);
  const PrintEvidence waiting = evidence(next);
  EXPECT_EQ(waiting.report.reasons, std::vector<std::string>{"printer-stopped"});
  EXPECT_EQ(judge_print(waiting).outcome, PrintOutcome::wait);
  ASSERT_EQ(bench_->control("clear card-1"), "ok");
  EXPECT_EQ(judge_print(evidence_at_the_end(next)).outcome, PrintOutcome::out);
}

TEST_F(IppPrinterTest, WaitsForAnEmptyHopper) {
  start(10ms);
  ASSERT_EQ(bench_->control("fault card-1 media-empty"), "ok");
  const PrintTicket ticket = create();
  send(ticket);
  EXPECT_EQ(judge_print(evidence(ticket)).outcome, PrintOutcome::wait);
  EXPECT_EQ(printer_->report().value().reasons, std::vector<std::string>{"media-empty-error"});
  ASSERT_EQ(bench_->control("clear card-1"), "ok");
  EXPECT_EQ(judge_print(evidence_at_the_end(ticket)).outcome, PrintOutcome::out);
}

TEST_F(IppPrinterTest, NeverSendsAgainAfterALostAnswer) {
  start(10ms);
  const PrintTicket ticket = create();
  ASSERT_EQ(bench_->control("fault card-1 drop-reply Send-Document"), "ok");
  const Status sent = printer_->send(ticket, card_pdf(2));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.unreachable");
  EXPECT_EQ(sent.error().happened, Happened::unknown);

  const Status again = printer_->send(ticket, card_pdf(2));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().happened, Happened::unknown);

  EXPECT_EQ(judge_print(evidence_at_the_end(ticket)).outcome, PrintOutcome::out);
  EXPECT_EQ(tests::count_files(folder_.path()), 1U);
}

TEST_F(IppPrinterTest, DoesNotKnowOfAJobWhoseCreationWasNotAnswered) {
  start(10ms, 50ms);
  ASSERT_EQ(bench_->control("fault card-1 drop-reply Create-Job"), "ok");
  const auto ticket = printer_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().code, "printer.unreachable");
  EXPECT_EQ(ticket.error().happened, Happened::unknown);
  // The job without a document does not stand in the way of the next card.
  const PrintTicket next = create();
  send(next);
  EXPECT_EQ(judge_print(evidence_at_the_end(next)).outcome, PrintOutcome::out);
}

TEST_F(IppPrinterTest, SaysThatNothingHappenedWhenAQuestionIsNotAnswered) {
  start(10ms);
  ASSERT_EQ(bench_->control("fault card-1 drop-reply Get-Printer-Attributes"), "ok");
  const auto report = printer_->report();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, "printer.unreachable");
  EXPECT_EQ(report.error().happened, Happened::no);
  ASSERT_EQ(bench_->control("fault card-1 drop-reply Validate-Job"), "ok");
  const auto ticket = printer_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_FALSE(ticket);
  EXPECT_EQ(ticket.error().happened, Happened::no);
}

TEST_F(IppPrinterTest, FindsItsJobForgottenAfterARestart) {
  start(10s);
  const PrintTicket ticket = create();
  send(ticket);
  EXPECT_EQ(evidence(ticket).report.state, PrintJobState::processing);
  ASSERT_EQ(bench_->control("fault card-1 restart"), "ok");
  const PrintEvidence lost = evidence(ticket);
  EXPECT_EQ(lost.report.state, PrintJobState::forgotten);
  EXPECT_TRUE(lost.report.job_uuid.empty());
  EXPECT_GE(lost.report.printer_up_time_s, 1);
  EXPECT_EQ(judge_print(lost).outcome, PrintOutcome::unknown);
}

TEST_F(IppPrinterTest, DoesNotTakeAnotherJobOfTheSameIdForItsOwn) {
  start(10ms);
  const PrintTicket ours = create();
  ASSERT_EQ(bench_->control("fault card-1 restart"), "ok");
  const PrintTicket others = create();
  ASSERT_EQ(others.job_id, ours.job_id);
  ASSERT_NE(others.job_uuid, ours.job_uuid);
  EXPECT_EQ(evidence(ours).report.state, PrintJobState::forgotten);

  const Status sent = printer_->send(ours, card_pdf(2));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.refused");
  EXPECT_EQ(sent.error().happened, Happened::no);
  EXPECT_FALSE(printer_->cancel(ours));
  EXPECT_EQ(evidence(others).report.state, PrintJobState::held);
}

TEST_F(IppPrinterTest, CancelsACardThatWaits) {
  start(10ms);
  ASSERT_EQ(bench_->control("fault card-1 media-empty"), "ok");
  const PrintTicket ticket = create();
  send(ticket);
  const Status cancelled = printer_->cancel(ticket);
  ASSERT_TRUE(cancelled) << cancelled.error().message;
  PrintEvidence end = evidence(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::canceled);
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::spoiled);
  end.never_left_hopper = true;
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::same_blank_again);
  const Status again = printer_->cancel(ticket);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "printer.refused");
}

TEST_F(IppPrinterTest, HoldsACancelledCardForSpoiledThoughItIsPrintedAllTheSame) {
  start(100ms);
  ASSERT_EQ(bench_->control("fault card-1 cancel-prints"), "ok");
  const PrintTicket ticket = create();
  send(ticket);
  ASSERT_TRUE(printer_->cancel(ticket));
  EXPECT_EQ(judge_print(evidence(ticket)).outcome, PrintOutcome::spoiled);
  const auto until = clock_.steady() + 10s;
  PrintEvidence end = evidence(ticket);
  while (end.report.impressions_completed < 2 && clock_.steady() < until) end = evidence(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::canceled);
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::spoiled);
  EXPECT_TRUE(std::filesystem::exists(printed(ticket)));
}

TEST_F(IppPrinterTest, IsToldThatADocumentIsNoPdf) {
  start(10ms);
  const PrintTicket ticket = create();
  const Status sent = printer_->send(ticket, bytes_of("not a PDF"));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.refused");
  EXPECT_EQ(sent.error().happened, Happened::unknown);
  PrintEvidence end = evidence(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::aborted);
  EXPECT_EQ(end.report.reasons, std::vector<std::string>{"document-format-error"});
  end.never_left_hopper = true;
  EXPECT_EQ(judge_print(end).outcome, PrintOutcome::same_blank_again);
}

TEST_F(IppPrinterTest, FindsAJobAbortedThatGotNoDocumentInTime) {
  start(10ms, 30ms);
  const PrintTicket ticket = create();
  const PrintEvidence end = evidence_at_the_end(ticket);
  EXPECT_EQ(end.report.state, PrintJobState::aborted);
  EXPECT_EQ(end.report.impressions_completed, 0);
}

TEST_F(IppPrinterTest, RefusesANonsensicalCard) {
  start(10ms);
  EXPECT_FALSE(printer_->create({.job_name = "attempt-1", .sides = 3}));
  EXPECT_FALSE(printer_->create({.job_name = "", .sides = 1}));
  EXPECT_FALSE(printer_->create({.job_name = std::string(256, 'x'), .sides = 1}));
}

TEST_F(IppPrinterTest, DrivesTwoPrintersSideBySide) {
  start(5ms);
  const auto print_five = [this](int number) {
    const auto printer = open(number);
    const Bytes pdf = card_pdf(2);
    for (int i = 0; i < 5; ++i) {
      const auto ticket = printer->create({.job_name = "attempt", .sides = 2});
      ASSERT_TRUE(ticket);
      ASSERT_TRUE(printer->send(ticket.value(), pdf));
      const auto until = clock_.steady() + 10s;
      auto report = printer->poll(ticket.value());
      while (report && report.value().state != PrintJobState::completed && clock_.steady() < until) {
        report = printer->poll(ticket.value());
      }
      ASSERT_TRUE(report);
      EXPECT_EQ(report.value().state, PrintJobState::completed);
    }
  };
  std::thread second([&print_five] { print_five(2); });
  print_five(1);
  second.join();
  EXPECT_EQ(tests::count_files(folder_.path() / "card-1"), 5U);
  EXPECT_EQ(tests::count_files(folder_.path() / "card-2"), 5U);
}

TEST_F(IppPrinterTest, SaysThatNothingHappenedWhenNobodyListens) {
  start(10ms);
  const PrintTicket ticket = create();
  bench_.reset();
  const Status sent = printer_->send(ticket, card_pdf(2));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, "printer.unreachable");
  EXPECT_EQ(sent.error().happened, Happened::no);
  EXPECT_FALSE(printer_->poll(ticket));
  EXPECT_FALSE(printer_->report());
}

TEST(OpenIppPrinter, RefusesAUriThatIsNotIpp) {
  const SystemClock clock;
  for (const char* uri : {"", "http://127.0.0.1/ipp/print", "ipps://127.0.0.1/ipp/print", "ipp:", "card-1",
                          "ipp://127.0.0.1:99999/ipp/print"}) {
    const auto opened = open_ipp_printer({.name = "card-1", .uri = uri}, clock);
    ASSERT_FALSE(opened) << uri;
    EXPECT_EQ(opened.error().code, "printer.uri");
  }
}

}  // namespace
}  // namespace imprimatur::devices
