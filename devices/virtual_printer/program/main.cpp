// virtual-printer: card printers of the bench that speak IPP on 127.0.0.1.
//
//   virtual-printer --port N --printers 2 --spool DIR [--print-ms 150] [--seed S] [--control SOCK]
//                   [--document-wait-ms 60000] [--ribbon N] [--hopper N] [--tray N] [--faults-per-thousand N]
//                   [--clear-after-ms N] [--die-with-parent] [--ready-file FILE]
//
// Printers stand at ipp://127.0.0.1:N/ipp/print/card-1, card-2 …; what card-1 printed lies in DIR/card-1 as
// <job-uuid without "urn:uuid:">.pdf. FILE is written when the printers listen, and holds the port. SIGTERM
// or SIGINT stops it, exit code 0; 1 when it could not start, 2 for a wrong call.
#include <sys/prctl.h>
#include <unistd.h>
#include <csignal>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>

#include "base/files.hpp"
#include "devices/virtual_printer/virtual_printer.hpp"

namespace {

using namespace imprimatur;

struct Call {
  int port = 0;
  int printers = 2;
  std::string spool, control, ready_file;
  std::int64_t print_ms = 150;
  std::int64_t document_wait_ms = 60'000;
  std::uint64_t seed = 1;
  devices::StoreSettings stores;
  unsigned faults_per_thousand = 0;
  std::int64_t clear_after_ms = 0;
  bool die_with_parent = false;
};

// The exit code when there is nothing more to do.
std::optional<int> read_call(int count, char** words, Call& call) {
  constexpr int kUsage = 2;
  CLI::App app("Virtual card printers that speak IPP on 127.0.0.1", "virtual-printer");
  app.add_option("--port", call.port, "TCP port; 0 for any free one")
      ->required()
      ->check(CLI::Range(0, 65'535));
  app.add_option("--printers", call.printers, "how many printers: card-1, card-2 …")
      ->check(CLI::Range(1, 32));
  app.add_option("--spool", call.spool, "folder for what they print")->required();
  app.add_option("--print-ms", call.print_ms, "time of a card, at least")->check(CLI::Range(0, 3'600'000));
  app.add_option("--document-wait-ms", call.document_wait_ms, "how long a job waits for its document")
      ->check(CLI::Range(1, 3'600'000));
  app.add_option("--seed", call.seed, "of the spread of print times, and of faults by chance");
  const CLI::Range cards(0, 1'000'000);
  app.add_option("--ribbon", call.stores.ribbon_cards, "cards that a ribbon prints; 0: without end")
      ->check(cards);
  app.add_option("--hopper", call.stores.hopper_cards, "cards in a full hopper; 0: without end")
      ->check(cards);
  app.add_option("--tray", call.stores.output_cards, "cards that fit into the output tray; 0: without end")
      ->check(cards);
  app.add_option("--faults-per-thousand", call.faults_per_thousand, "cards that go wrong by chance")
      ->check(CLI::Range(0, 1'000));
  app.add_option("--clear-after-ms", call.clear_after_ms,
                 "a person clears a printer so long after it stopped; 0: nobody does")
      ->check(CLI::Range(0, 3'600'000));
  app.add_option("--control", call.control, "Unix socket for faults on command");
  app.add_flag("--die-with-parent", call.die_with_parent, "stop when the process that started this one ends");
  app.add_option("--ready-file", call.ready_file, "written when the printers listen; holds the port");
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  return std::nullopt;
}

int say(const Error& error) {
  std::fprintf(stderr, "virtual-printer: %s: %s %s\n", error.code.c_str(), error.message.c_str(),
               error.remedy.c_str());
  return 1;
}

int run(const Call& call) {
  // Blocked before any thread starts, so that only sigwait below takes them.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  if (call.die_with_parent) {
    const pid_t parent = getppid();
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) return 0;  // it ended before the kernel knew
  }

  const SystemClock clock;
  SystemRandom random;
  devices::VirtualPrinterSettings settings;
  settings.service = {.printers = call.printers,
                      .spool = call.spool,
                      .print_time = std::chrono::milliseconds(call.print_ms),
                      .document_wait = std::chrono::milliseconds(call.document_wait_ms),
                      .seed = call.seed,
                      .stores = call.stores,
                      .faults_per_thousand = call.faults_per_thousand,
                      .clear_after = std::chrono::milliseconds(call.clear_after_ms)};
  settings.http.port = call.port;
  settings.control = call.control;
  const auto printer = devices::VirtualPrinter::start(settings, clock, random);
  if (!printer) return say(printer.error());
  if (!call.ready_file.empty()) {
    const std::string port = std::to_string(printer.value()->port()) + "\n";
    const Status written = write_file(call.ready_file, bytes_of(port), {.durability = Durability::relaxed});
    if (!written) return say(written.error());
  }
  int signal = 0;
  sigwait(&stops, &signal);
  return 0;
}

}  // namespace

int main(int count, char** words) {
  Call call;
  if (const auto exit_code = read_call(count, words, call)) return *exit_code;
  return run(call);
}
