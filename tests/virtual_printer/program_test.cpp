// The program `virtual-printer` as the bench starts it, spoken to by CUPS' own ipptool.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <thread>

#include "base/clock.hpp"
#include "base/files.hpp"
#include "devices/ipp/ipp_printer.hpp"
#include "tests/ipp/card_pdf.hpp"
#include "tests/ipp/child_process.hpp"
#include "tests/ipp/scratch_folder.hpp"
#include "tests/virtual_printer/raw_client.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using tests::ChildProcess;

class ProgramTest : public testing::Test {
 protected:
  void start(std::vector<std::string> more = {}) {
    port_ = tests::free_port();
    std::vector<std::string> call{VIRTUAL_PRINTER,
                                  "--port",
                                  std::to_string(port_),
                                  "--spool",
                                  (folder_.path() / "spool").string(),
                                  "--print-ms",
                                  "20",
                                  "--ready-file",
                                  ready_.string(),
                                  "--control",
                                  control_.string()};
    call.insert(call.end(), more.begin(), more.end());
    program_ = std::make_unique<ChildProcess>(call);
    const auto until = clock_.steady() + 10s;
    while (!std::filesystem::exists(ready_) && clock_.steady() < until) std::this_thread::yield();
    ASSERT_TRUE(std::filesystem::exists(ready_)) << program_->output();
  }

  std::string uri(int number) const {
    return "ipp://127.0.0.1:" + std::to_string(port_) + "/ipp/print/card-" + std::to_string(number);
  }

  tests::ScratchFolder folder_;
  std::filesystem::path ready_ = folder_.path() / "ready", control_ = folder_.path() / "control";
  SystemClock clock_;
  int port_ = 0;
  std::unique_ptr<ChildProcess> program_;
};

TEST_F(ProgramTest, SaysWhenItIsReadyAndStopsCleanlyOnSigterm) {
  start();
  EXPECT_EQ(read_text_file(ready_).value(), std::to_string(port_) + "\n");
  EXPECT_TRUE(std::filesystem::is_directory(folder_.path() / "spool" / "card-2"));
  program_->signal(SIGTERM);
  EXPECT_EQ(program_->wait_for_exit(10s), 0);
  EXPECT_EQ(program_->output(), "");
  EXPECT_FALSE(std::filesystem::exists(control_));
}

TEST_F(ProgramTest, SatisfiesGetPrinterAttributesOfIpptool) {
  start();
  ChildProcess ipptool({"ipptool", "-t", uri(2), "get-printer-attributes.test"});
  EXPECT_EQ(ipptool.wait_for_exit(20s), 0) << ipptool.output();
  EXPECT_NE(ipptool.output().find("[PASS]"), std::string::npos) << ipptool.output();
}

// CUPS' test suite of RFC 8011, up to the sample files that Debian does not ship.
TEST_F(ProgramTest, SatisfiesTheIpp11SuiteOfIpptool) {
  start();
  const auto file = folder_.path() / "card.pdf";
  ASSERT_TRUE(write_file(file, tests::card_pdf(1)));
  ChildProcess ipptool({"ipptool", "-I", "-t", "-f", file.string(), uri(1), "ipp-1.1.test"});
  ipptool.wait_for_exit(60s);
  EXPECT_NE(ipptool.output().find(" 29 passed, 0 failed"), std::string::npos) << ipptool.output();
  EXPECT_EQ(ipptool.output().find("[FAIL]"), std::string::npos) << ipptool.output();
}

TEST_F(ProgramTest, PrintsACardOfOurClientAndTakesFaultsFromItsControlSocket) {
  start({"--printers", "1", "--seed", "5"});
  const tests::RawClient control(control_);
  control.send("fault card-1 drop-reply Send-Document\n");
  ASSERT_EQ(control.read_until("\n"), "ok\n");
  auto opened = open_ipp_printer({.name = "card-1", .uri = uri(1)}, clock_);
  ASSERT_TRUE(opened);
  print::Printer& printer = *opened.value();
  const auto ticket = printer.create({.job_name = "attempt-1", .sides = 2});
  ASSERT_TRUE(ticket) << ticket.error().message;
  EXPECT_EQ(printer.send(ticket.value(), tests::card_pdf(2)).error().happened, Happened::unknown);
  const auto until = clock_.steady() + 10s;
  auto report = printer.poll(ticket.value());
  while (report && report.value().state != print::PrintJobState::completed && clock_.steady() < until) {
    report = printer.poll(ticket.value());
  }
  ASSERT_TRUE(report);
  EXPECT_EQ(report.value().state, print::PrintJobState::completed);
  const auto file = folder_.path() / "spool" / "card-1" / (ticket.value().job_uuid.substr(9) + ".pdf");
  EXPECT_EQ(read_file(file).value(), tests::card_pdf(2));
}

TEST_F(ProgramTest, DiesWithItsParent) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);  // so that the orphan comes to us, and its end can be seen
  const std::string call = std::string(VIRTUAL_PRINTER) + " --port 0 --spool " + folder_.path().string() +
                           " --die-with-parent --ready-file " + ready_.string() + " & echo started; wait";
  ChildProcess shell({"sh", "-c", call});
  ASSERT_TRUE(shell.wait_for_output("started", 10s));
  const auto until = clock_.steady() + 10s;
  while (!std::filesystem::exists(ready_) && clock_.steady() < until) std::this_thread::yield();
  ASSERT_TRUE(std::filesystem::exists(ready_));
  const int port = std::stoi(read_text_file(ready_).value());
  ASSERT_TRUE(tests::RawClient(port).connected());
  // The pipe of the shell's output ends when the last process that writes to it has ended.
  shell.signal(SIGKILL);
  shell.wait_for_exit(10s);
  EXPECT_FALSE(tests::RawClient(port).connected());
  int status = -1;
  EXPECT_GT(waitpid(-1, &status, 0), 0);
  EXPECT_EQ(status, 0);
}

TEST(Program, SaysWhatIsWrongWithACall) {
  ChildProcess missing({VIRTUAL_PRINTER});
  EXPECT_EQ(missing.wait_for_exit(10s), 2);
  ChildProcess bad({VIRTUAL_PRINTER, "--port", "0", "--spool", "/tmp", "--printers", "0"});
  EXPECT_EQ(bad.wait_for_exit(10s), 2);
  ChildProcess help({VIRTUAL_PRINTER, "--help"});
  EXPECT_EQ(help.wait_for_exit(10s), 0);
  EXPECT_NE(help.output().find("--spool"), std::string::npos);
  ChildProcess nowhere({VIRTUAL_PRINTER, "--port", "0", "--spool", "/proc/none"});
  EXPECT_EQ(nowhere.wait_for_exit(10s), 1);
  EXPECT_NE(nowhere.output().find("file.make_folder"), std::string::npos) << nowhere.output();
}

}  // namespace
}  // namespace imprimatur::devices
