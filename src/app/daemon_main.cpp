// imprimaturd: one production line. Runs in the foreground; SIGTERM and SIGINT end it cleanly, SIGHUP
// makes it read its certificates again.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdlib>

#include "app/daemon.hpp"
#include "app/journald_log.hpp"
#include "app/messages.hpp"
#include "app/process_memory.hpp"
#include "app/service_manager.hpp"
#include "app/spd_log.hpp"

namespace {

using namespace imprimatur;

// One turn of the loop is a commit; much longer, and it hangs.
constexpr std::chrono::seconds kAlivePatience{5};
constexpr int kExitOk = 0;
constexpr int kExitCannotStart = 1;
constexpr int kExitCardsLeft = 3;
constexpr int kExitHalted = 4;

// Until SIGTERM or SIGINT. SIGHUP reads the certificates again; between signals systemd hears that the
// station's loop comes to its turns, and does not when it hangs or has halted.
void wait_for_the_end(app::Daemon& daemon, const app::ServiceManager& manager, const sigset_t& signals) {
  const auto interval = app::ServiceManager::watchdog_interval();
  for (;;) {
    int signal = 0;
    if (interval) {
      const timespec time{interval->count() / 1000, interval->count() % 1000 * 1'000'000};
      signal = ::sigtimedwait(&signals, nullptr, &time);
      if (signal < 0 && daemon.alive(kAlivePatience)) manager.alive();
    } else {
      ::sigwait(&signals, &signal);
    }
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal != SIGHUP) continue;
    manager.reloading();
    daemon.reload_certificates();
    manager.ready();
  }
}

int run(const std::string& config_file, app::Daemon::StartOptions options, int stop_seconds,
        const sigset_t& signals, Log& log) {
  const auto cannot_start = [&log](const Error& error) {
    log.write(app::message::kCannotStart,
              {{"code", error.code}, {"cause", error.message}, {"at", error.field}, {"do", error.remedy}});
    return kExitCannotStart;
  };
  auto config = app::load_config(config_file);
  if (!config) return cannot_start(config.error());
  auto daemon = app::Daemon::start(config.value(), options, log);
  if (!daemon) return cannot_start(daemon.error());
  const app::ServiceManager manager;
  manager.ready();
  wait_for_the_end(*daemon.value(), manager, signals);
  manager.stopping();
  const bool drained = daemon.value()->stop(stop_seconds);
  int code = drained ? kExitOk : kExitCardsLeft;
  if (daemon.value()->halted()) code = kExitHalted;
  // Everything is on record and in the log. A thread that hangs in a reader cannot be ended and uses what a
  // regular end would destroy: the process ends at once.
  if (daemon.value()->hung_calls() > 0) std::_Exit(code);
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"imprimaturd: issues approved identity cards on one production line", "imprimaturd"};
  std::string config_file;
  app::Daemon::StartOptions options;
  bool verbose = false;
  int stop_seconds = 60;
  parser.add_option("--config", config_file, "Configuration (TOML)")->required()->check(CLI::ExistingFile);
  parser.add_flag("--create", options.create, "Make the ledger when the work folder has none");
  parser.add_flag("--new-epoch", options.new_epoch,
                  "After a restore: begin a new audit log under the configuration's log_origin");
  parser.add_flag("--verbose", verbose, "Log every step of every card");
  parser.add_option("--stop-seconds", stop_seconds, "How long SIGTERM waits for the cards in the machines")
      ->capture_default_str();
  CLI11_PARSE(parser, argc, argv);

  app::forbid_core_dumps();
  // Blocked before any thread starts: only this one waits for them.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::sigaddset(&signals, SIGHUP);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
  const LogLevel lowest = verbose ? LogLevel::debug : LogLevel::info;
  if (app::JournaldLog::is_there()) {
    app::JournaldLog log(lowest);
    return run(config_file, options, stop_seconds, signals, log);
  }
  app::SpdLog log(lowest);
  return run(config_file, options, stop_seconds, signals, log);
}
