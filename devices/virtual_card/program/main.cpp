// `virtual-card`: one process that owns all the blanks of a bench (spec/virtual-card.md, "Reader driver" and
// "Transport control"). Exit code 0 after a clean stop, 1 when something outside refuses, 2 for wrong usage.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "devices/virtual_card/process/control_server.hpp"
#include "devices/virtual_card/process/options.hpp"

namespace imprimatur::devices {
namespace {

// Signals that end the process arrive on a descriptor; blocked before any thread is made.
FileDescriptor stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return FileDescriptor(::signalfd(-1, &signals, SFD_CLOEXEC));
}

// One process a state folder.
Result<FileDescriptor> lock_state(const std::filesystem::path& folder) {
  FileDescriptor lock(::open((folder / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid() || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail("state.locked", "another virtual-card process uses this state folder", folder.string());
  }
  return lock;
}

Result<Secret> read_master(const std::filesystem::path& path) {
  TRY(auto text, read_text_file(path, 1024));
  text.erase(text.find_last_not_of(" \r\n") + 1);
  auto key = from_hex(text);
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
  if (!key || (key.value().size() != 16 && key.value().size() != 24 && key.value().size() != 32)) {
    return fail("options.usage", "the transport master is not 16, 24 or 32 bytes in hex", path.string());
  }
  return Secret(std::move(key.value()));
}

Result<Stock> open_stock(const Options& options) {
  if (Stock::exists(options.state_folder)) return Stock::reopen(options.state_folder);
  if (options.classes.empty()) return fail("options.usage", "a new stock needs --class or --blanks");
  StockPlan plan;
  plan.classes = options.classes;
  plan.seed = options.bench.seed == 0 ? 1 : options.bench.seed;
  plan.s16 = options.s16;
  TRY(plan.transport_master, read_master(options.transport_master_file));
  return Stock::make(options.state_folder, plan);
}

Status run(const Options& options) {
  const FileDescriptor stop = stop_signals();
  TRY_STATUS(make_folders(options.state_folder));
  TRY_STATUS(make_folders(options.bench.socket_folder));
  TRY(auto lock, lock_state(options.state_folder));
  TRY(auto stock, open_stock(options));
  if (!options.receipt_file.empty()) {
    TRY(auto receipt, stock.receipt());
    TRY_STATUS(write_file(options.receipt_file, bytes_of(receipt)));
  }
  TRY(auto bench, Bench::start(std::move(stock), options.bench));
  // The last socket to appear: who sees it may connect to all.
  const std::filesystem::path control = options.bench.socket_folder / "control.sock";
  TRY(auto server, ControlServer::listen(control, *bench));
  server->run(stop);
  ::unlink(control.c_str());
  return ok();
}

}  // namespace
}  // namespace imprimatur::devices

int main(int count, char** words) {
  using namespace imprimatur::devices;
  auto options = parse_options(count, words);
  if (!options) {
    std::fprintf(stderr, "virtual-card: %s\n\n%s", options.error().message.c_str(), usage());
    return 2;
  }
  if (options.value().help) {
    std::fputs(usage(), stdout);
    return 0;
  }
  if (options.value().die_with_parent) {
    const pid_t parent = ::getppid();
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) return 0;  // it has gone in between
  }
  const auto done = run(options.value());
  if (!done) {
    std::fprintf(stderr, "virtual-card: %s %s\n", done.error().message.c_str(), done.error().field.c_str());
    return done.error().code == "options.usage" ? 2 : 1;
  }
  return 0;
}
