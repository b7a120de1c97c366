// Our client against a printer that we did not write: CUPS' ippeveprinter, set up as a card printer. It wants
// a D-Bus socket even where it registers nothing, so it gets a bus of its own.
#include <gtest/gtest.h>
#include <signal.h>

#include "base/files.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "print/outcome.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/child_process.hpp"
#include "tests/ipp/scratch_folder.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;

constexpr const char* kCardPrinter = R"(ATTR keyword media-supported iso_id-1_53.98x85.6mm
ATTR keyword media-default iso_id-1_53.98x85.6mm
ATTR collection media-size-supported {MEMBER integer x-dimension 5398 MEMBER integer y-dimension 8560}
ATTR keyword sides-supported one-sided,two-sided-long-edge,two-sided-short-edge
ATTR keyword sides-default two-sided-short-edge
ATTR mimeMediaType document-format-supported application/pdf
ATTR mimeMediaType document-format-default application/pdf
)";

class IppEvePrinterTest : public testing::Test {
 protected:
  // `command` is the body of the shell script that prints a document, its file in $1.
  void start(const std::string& command) {
    const std::string folder = folder_.path().string();
    ASSERT_TRUE(make_folders(folder_.path() / "spool"));
    ASSERT_TRUE(write_file(folder_.path() / "card.conf", bytes_of(kCardPrinter)));
    const std::string script = "#!/bin/sh\n" + command;
    ASSERT_TRUE(write_file(folder_.path() / "print", bytes_of(script), {.mode = 0755}));
    const std::string bus = "unix:path=" + folder + "/bus";
    bus_ = std::make_unique<tests::ChildProcess>(std::vector<std::string>{
        "dbus-daemon", "--session", "--nofork", "--print-address=1", "--address=" + bus});
    ASSERT_TRUE(bus_->wait_for_output("guid=", 10s)) << "package dbus: " << bus_->output();
    port_ = tests::free_port();
    printer_ = std::make_unique<tests::ChildProcess>(
        std::vector<std::string>{"ippeveprinter", "-v", "-r", "off", "-n", "localhost", "-p",
                                 std::to_string(port_), "-k", "-d", folder + "/spool", "-c",
                                 folder + "/print", "-a", folder + "/card.conf", "Card"},
        std::vector<std::string>{"DBUS_SYSTEM_BUS_ADDRESS=" + bus});
    ASSERT_TRUE(printer_->wait_for_output("printer-uuid=", 10s))
        << "package cups-ipp-utils: " << printer_->output();
    auto opened = open_ipp_printer(
        {.name = "eve", .uri = "ipp://localhost:" + std::to_string(port_) + "/ipp/print"}, clock_);
    ASSERT_TRUE(opened);
    client_ = std::move(opened).value();
  }

  print::PrintEvidence follow(const print::PrintTicket& ticket) {
    const auto until = clock_.steady() + 10s;
    print::PrintEvidence evidence;
    evidence.ticket = ticket;
    do {
      const auto report = client_->poll(ticket);
      EXPECT_TRUE(report) << report.error().message;
      evidence.report = report.value();
    } while (judge_print(evidence).outcome == print::PrintOutcome::wait && clock_.steady() < until);
    return evidence;
  }

  tests::ScratchFolder folder_;
  SystemClock clock_;
  int port_ = 0;
  std::unique_ptr<tests::ChildProcess> bus_;
  std::unique_ptr<tests::ChildProcess> printer_;
  std::unique_ptr<print::Printer> client_;
};

TEST_F(IppEvePrinterTest, PrintsATwoSidedCardToTheEnd) {
  ASSERT_NO_FATAL_FAILURE(start("cp \"$1\" \"" + (folder_.path() / "printed.pdf").string() +
                                "\"\necho 'ATTR: job-impressions-completed=2' >&2\n"));
  const auto before = client_->report();
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_EQ(before.value().state, print::PrinterReport::State::idle);
  EXPECT_TRUE(before.value().accepting);
  EXPECT_EQ(before.value().jobs, 0);

  const auto ticket = client_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(client_->report().value().jobs, 1);
  const Status sent = client_->send(ticket.value(), tests::card_pdf(2));
  ASSERT_TRUE(sent) << sent.error().message;

  const print::PrintEvidence end = follow(ticket.value());
  EXPECT_EQ(end.report.state, print::PrintJobState::completed);
  EXPECT_EQ(end.report.job_uuid, ticket.value().job_uuid);
  EXPECT_GE(end.report.printer_up_time_s, before.value().up_time_s);
  EXPECT_EQ(judge_print(end).outcome, print::PrintOutcome::out);
  const auto printed = read_file(folder_.path() / "printed.pdf");
  ASSERT_TRUE(printed) << printed.error().message;
  EXPECT_EQ(printed.value(), tests::card_pdf(2));
  EXPECT_EQ(client_->report().value().jobs, 0);

  const Status again = client_->send(ticket.value(), tests::card_pdf(2));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().happened, Happened::unknown);
}

TEST_F(IppEvePrinterTest, SpoilsACardWhosePrintingFails) {
  ASSERT_NO_FATAL_FAILURE(start("echo 'ATTR: job-impressions-completed=1' >&2\nexit 1\n"));
  const auto ticket = client_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  ASSERT_TRUE(client_->send(ticket.value(), tests::card_pdf(2)));
  const print::PrintEvidence end = follow(ticket.value());
  EXPECT_EQ(end.report.state, print::PrintJobState::aborted);
  EXPECT_EQ(judge_print(end).outcome, print::PrintOutcome::spoiled);
}

// ippeveprinter cancels the job and lets the command go on.
TEST_F(IppEvePrinterTest, SpoilsACancelledCardThatIsPrintedAllTheSame) {
  const std::filesystem::path printed = folder_.path() / "printed", go = folder_.path() / "go";
  ASSERT_NO_FATAL_FAILURE(start("i=0\nwhile [ ! -e " + go.string() +
                                " ] && [ $i -lt 500 ]; do sleep 0.02; i=$((i+1)); done\n" + "cp \"$1\" " +
                                printed.string() + "\n"));
  const auto ticket = client_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  ASSERT_TRUE(client_->send(ticket.value(), tests::card_pdf(2)));
  const auto until = clock_.steady() + 10s;
  auto report = client_->poll(ticket.value());
  while (report && report.value().state != print::PrintJobState::processing && clock_.steady() < until) {
    report = client_->poll(ticket.value());
  }
  ASSERT_TRUE(client_->cancel(ticket.value()));
  ASSERT_TRUE(write_file(go, {}));
  const print::PrintEvidence end = follow(ticket.value());
  EXPECT_EQ(end.report.state, print::PrintJobState::canceled);
  EXPECT_EQ(judge_print(end).outcome, print::PrintOutcome::spoiled);
  while (!std::filesystem::exists(printed) && clock_.steady() < until) {
    ASSERT_TRUE(client_->poll(ticket.value()));
  }
  EXPECT_TRUE(std::filesystem::exists(printed));
}

TEST_F(IppEvePrinterTest, IsNotBelievedWhenItIsDoneBeforeACardCouldBeMoved) {
  ASSERT_NO_FATAL_FAILURE(start("echo 'ATTR: job-impressions-completed=2' >&2\n"));
  const auto ticket = client_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  const SteadyTime began = clock_.steady();
  ASSERT_TRUE(client_->send(ticket.value(), tests::card_pdf(2)));
  print::PrintEvidence end = follow(ticket.value());
  end.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began);
  end.card_time_min = 60s;
  EXPECT_EQ(judge_print(end).rule, "completed-too-soon");
}

TEST_F(IppEvePrinterTest, HasWhatACardNeedsAndTellsItsState) {
  ASSERT_NO_FATAL_FAILURE(start("exit 0\n"));
  const Status fits = client_->check({.sides = 2});
  EXPECT_TRUE(fits) << fits.error().message;
}

TEST_F(IppEvePrinterTest, DoesNotKnowOfACardAfterThePrinterWasKilled) {
  ASSERT_NO_FATAL_FAILURE(start("exit 0\n"));
  const auto ticket = client_->create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  printer_->signal(SIGKILL);
  printer_.reset();
  const auto gone = client_->poll(ticket.value());
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, "printer.unreachable");

  ASSERT_NO_FATAL_FAILURE(start("exit 0\n"));
  const auto next = client_->create({.job_name = "attempt-2", .sides = 2});
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next.value().job_id, ticket.value().job_id);  // its ids begin at 1 again
  EXPECT_EQ(follow(ticket.value()).report.state, print::PrintJobState::forgotten);
}

}  // namespace
}  // namespace imprimatur::devices
