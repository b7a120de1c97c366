#include "app/daemon.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>

#include "api/server.hpp"
#include "app/backend.hpp"
#include "app/certificates.hpp"
#include "app/evidence_folder.hpp"
#include "app/housekeeper.hpp"
#include "app/lanes.hpp"
#include "app/loading.hpp"
#include "app/log_watch.hpp"
#include "app/messages.hpp"
#include "app/new_epoch.hpp"
#include "app/tidying.hpp"
#include "app/wiring.hpp"
#include "audit/publisher.hpp"
#include "base/files.hpp"
#include "report/time_zone.hpp"

namespace imprimatur::app {
namespace {

constexpr std::string_view kVersion = "0.1.0";
// How long a call that is under way may take when the station stops; one that hangs is left behind.
constexpr std::chrono::seconds kLanesPatience{10};

// Which binary this is: the hash of its own bytes.
std::string build_id() {
  auto self = read_file("/proc/self/exe", 512U << 20);
  return self ? sha256_hex(self.value()).substr(0, 16) : std::string("unknown");
}

// On a bench the daemon's own user may do everything, so that nothing has to be set up.
Result<api::People> people_of(const Config& config) {
  std::vector<api::Credential> people = config.people;
  const auto own = static_cast<std::uint32_t>(::getuid());
  const auto names_own = [own](const api::Credential& entry) { return entry.uid == own; };
  if (config.test_keys && std::none_of(people.begin(), people.end(), names_own)) {
    people.push_back({"uid-" + std::to_string(own), api::RoleSet::all(), own, {}, {}});
  }
  return api::People::create(std::move(people));
}

}  // namespace

// Members are in the order of making; stopping goes the other way (Daemon::stop).
struct Daemon::State {
  State(Config configured, Log& technical_log) : config(std::move(configured)), log(technical_log) {}

  Config config;
  Log& log;
  SystemClock clock;
  SystemRandom random;
  Loaded loaded;
  Devices devices;
  std::unique_ptr<ledger::Ledger> ledger;
  std::unique_ptr<EvidenceFolder> evidence;
  std::unique_ptr<Lanes> lanes;
  std::unique_ptr<station::Station> station;
  std::unique_ptr<StationLoop> loop;
  std::unique_ptr<Metrics> metrics;
  std::unique_ptr<StationBackend> backend;
  std::unique_ptr<ledger::LedgerReader> publishing_reader;
  std::unique_ptr<audit::LogPublisher> publisher;
  std::unique_ptr<Tidying> tidying;
  std::unique_ptr<api::Server> server;
  std::unique_ptr<Certificates> certificates;
  std::unique_ptr<Housekeeper> housekeeper;
  std::unique_ptr<LogWatch> log_watch;
  std::atomic<bool> listening{false};  // housekeeper and server are there
  std::mutex rest_mutex;
  std::condition_variable rest_changed;
  bool idle = false;    // under rest_mutex
  bool halted = false;  // under rest_mutex
  bool stopped = false;

  std::filesystem::path ledger_file() const { return config.work / "ledger.sqlite"; }
  Status load(StartOptions options);
  Status build();
  Status open_log();
  Status watch_log();
  Status begin();
  TurnHooks hooks();
  void after_commit();
  void rest(bool is_idle, bool is_halted);
  bool wait_until_idle(int seconds);
  Status publish();
};

Status Daemon::State::load(StartOptions start) {
  TRY(loaded, load_all(config, clock.now()));
  if (auto zone = report::TimeZone::named(config.time_zone); !zone)
    return while_doing("time_zone", zone.error());
  if (config.test_keys) log.write(message::kTestKeys);
  TRY(devices, open_devices(config, loaded, clock, random));
  TRY_STATUS(make_folders(config.work));
  const ledger::LedgerIdentity identity{config.station, config.log_origin};
  const ledger::Ledger::Ports ports{clock, random, *devices.vault};
  if (start.new_epoch) {
    TRY_STATUS(begin_new_epoch(config, ports));
    log.write(message::kNewEpoch, {{"origin", config.log_origin}});
  }
  if (start.create && !std::filesystem::exists(ledger_file())) {
    TRY(ledger, ledger::Ledger::create(ledger_file(), identity, ports));
  } else {
    TRY(ledger, ledger::Ledger::open(ledger_file(), identity, ports));
  }
  TRY_STATUS(ledger->check_signature_counters());
  if (config.evidence_dir.empty()) return ok();
  TRY_STATUS(make_folders(config.evidence_dir));
  evidence = std::make_unique<EvidenceFolder>(config.evidence_dir, log);
  return ok();
}

TurnHooks Daemon::State::hooks() {
  TurnHooks hooks;
  hooks.begin = [this] { return ledger->begin_group(); };
  hooks.commit = [this] {
    const std::string& cause = station->halted();
    Status committed = cause.empty() ? ledger->commit_group() : Status(fail("station.halted", cause));
    if (!committed) ledger->roll_back_group();
    return committed;
  };
  hooks.after_commit = [this] { after_commit(); };
  hooks.halted = [this](const Error& cause) {
    if (backend) backend->halt();
    rest(false, true);
    log.write(message::kHalted, {{"code", cause.code}, {"cause", cause.message}});
  };
  return hooks;
}

void Daemon::State::after_commit() {
  station->start_decided();
  backend->show(station->snapshot());
  rest(station->idle(), false);
  if (!listening) return;
  housekeeper->wake();
  server->wake_subscribers();
}

void Daemon::State::rest(bool is_idle, bool is_halted) {
  {
    const std::lock_guard lock(rest_mutex);
    idle = is_idle;
    halted = is_halted;
  }
  rest_changed.notify_all();
}

bool Daemon::State::wait_until_idle(int seconds) {
  std::unique_lock lock(rest_mutex);
  rest_changed.wait_for(lock, std::chrono::seconds(seconds), [this] { return idle || halted; });
  return idle;
}

// Makes the parts; nothing runs in the loop yet but its empty wait.
Status Daemon::State::build() {
  lanes = std::make_unique<Lanes>([this](station::Report report) { loop->post(std::move(report)); });
  station::StationOptions options;
  options.line = config.line.name;
  options.poll_interval_ms = config.line.poll_interval_ms;
  options.chip_timeout_ms = config.line.chip_timeout_ms;
  options.reader_retry_ms = config.line.reader_retry_ms;
  options.printer_look_ms = config.line.printer_look_ms;
  options.signatures_max = config.vault.signatures_max;
  options.derivations_max = config.vault.derivations_max;
  station = std::make_unique<station::Station>(
      station::Station::Ports{*ledger, *lanes, clock, random, log, evidence.get()}, devices.station,
      loaded.products, options);
  loop = std::make_unique<StationLoop>(hooks());
  tidying = std::make_unique<Tidying>(
      Tidying::Parts{config, *loop, *ledger, [this](bool enough) { station->set_room(enough); }, clock, log});
  TRY(auto reader, ledger::LedgerReader::open(ledger_file()));
  if (devices.eyes) {
    TRY(auto receipts, ledger::LedgerReader::open(ledger_file()));
    devices.eyes->open({*lanes, devices.station.readers, loaded, std::move(receipts)});
  }
  TRY(auto checks, checks_of(loaded, {config.templates, config.fonts}));
  metrics = std::make_unique<Metrics>(std::string(kVersion), config.vault.signatures_max);
  backend = std::make_unique<StationBackend>(
      StationBackend::Parts{loaded, std::move(checks), *ledger, *station, *loop, std::move(reader),
                            config.work / "log", ledger->source(), config.line.name, clock, random,
                            config.time_zone, std::chrono::milliseconds(config.line.chip_timeout_ms),
                            *tidying, *metrics, ledger->journal_size(), devices.desk.get()});
  TRY(publishing_reader, ledger::LedgerReader::open(ledger_file()));
  return open_log();
}

// Before anything is written to the ledger: one that forks its audit log is refused as it is.
Status Daemon::State::open_log() {
  audit::PublisherOptions options;
  options.folder = config.work / "log";
  options.origin = config.log_origin;
  options.last_checkpoint = config.work / "last-checkpoint";
  const auto keep = [this](std::string_view note) -> Status {
    try {
      return loop->ask<Status>([this, text = std::string(note)] { return ledger->keep_checkpoint(text); });
    } catch (const std::future_error&) {
      return unknown("station.halted", "the station has halted");
    }
  };
  TRY(publisher, audit::LogPublisher::open(options, *publishing_reader, *devices.vault, keep));
  return ok();
}

Status Daemon::State::begin() {
  const ledger::BootReport boot{
      std::string(kVersion), build_id(), sha256_hex(bytes_of(config.source_text)), loaded.manifest_hash, {}};
  TRY_STATUS(loop->ask<Status>([this, boot]() -> Status {
    TRY(auto open, ledger->open_attempts());
    ledger::BootReport report = boot;
    report.recovered["open_attempts"] = open.size();
    TRY_STATUS(ledger->boot_started(report));
    TRY_STATUS(ledger->manifest_loaded(loaded.manifest_files));
    station->recover();
    return ok();
  }));
  TRY(auto people, people_of(config));
  api::ServerOptions serving;
  serving.socket = config.socket;
  serving.source = ledger->source();
  serving.people = std::move(people);
  serving.tcp = config.tcp;
  serving.limits.person_connections_max = static_cast<std::size_t>(config.connections_per_person);
  FileWatch certificate_files(files_of(config.tcp));
  TRY(server, api::Server::start(serving, *backend, clock));
  certificates = std::make_unique<Certificates>(
      Certificates::Parts{*server, *loop, *ledger, clock, log, std::move(certificate_files),
                          std::chrono::seconds(config.certificate_look_seconds)});
  housekeeper = std::make_unique<Housekeeper>(Housekeeper::Tasks{
      [this] {
        if (auto published = publish(); !published) {
          log.write(message::kLogNotPublished,
                    {{"code", published.error().code}, {"cause", published.error().message}});
        }
      },
      [this] {
        if (backend->refresh_progress()) server->wake_subscribers();
      },
      [this] {
        tidying->round();
        certificates->look();
      }});
  listening = true;
  housekeeper->wake();
  return watch_log();
}

Status Daemon::State::watch_log() {
  TRY(auto reader, ledger::LedgerReader::open(ledger_file()));
  auto check = publisher->check(*reader);
  const auto stand = [this](const Error& difference) {
    loop->post([this, code = difference.code] { station->stand(code); });
  };
  log_watch = std::make_unique<LogWatch>(LogWatch::Parts{std::move(reader), std::move(check), stand, log});
  return ok();
}

Status Daemon::State::publish() {
  TRY(auto size, publisher->publish());
  metrics->log_published({size, clock.now()});
  return ok();
}

Daemon::Daemon(std::unique_ptr<State> state) : state_(std::move(state)) {}

Daemon::~Daemon() {
  stop(0);
  // A call that hangs in a reader still uses devices, vault and station: they are left to it, and to the end
  // of the process, which ends without destroying anything (daemon_main.cpp).
  if (state_->lanes && state_->lanes->abandoned() > 0) static_cast<void>(state_.release());
}

bool Daemon::alive(std::chrono::seconds patience) {
  auto answered = std::make_shared<std::promise<void>>();
  auto answer = answered->get_future();
  state_->loop->post([] {}, [answered] { answered->set_value(); });
  answered.reset();
  // A broken promise is an end too: the loop has halted.
  if (answer.wait_for(patience) != std::future_status::ready) return false;
  try {
    answer.get();
    return true;
  } catch (const std::future_error&) {
    return false;
  }
}

void Daemon::reload_certificates() {
  state_->certificates->reload("asked");
}

int Daemon::hung_calls() const {
  return state_->lanes ? state_->lanes->abandoned() : 0;
}

Result<std::unique_ptr<Daemon>> Daemon::start(const Config& config, StartOptions options, Log& log) {
  auto state = std::make_unique<State>(config, log);
  TRY_STATUS(state->load(options));
  TRY_STATUS(state->build());
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(state)));
  TRY_STATUS(daemon->state_->begin());
  log.write(message::kStarted, {{"socket", config.socket.string()}, {"line", config.line.name}});
  return daemon;
}

bool Daemon::halted() const {
  const std::lock_guard lock(state_->rest_mutex);
  return state_->halted;
}

bool Daemon::stop(int seconds) {
  State& state = *state_;
  if (state.stopped) return true;
  state.stopped = true;
  state.log.write(message::kStopping);
  try {
    state.loop->ask<bool>([&state] {
      state.station->drain();
      return true;
    });
  } catch (const std::future_error&) {
    // Halted: there is nothing to drain.
  }
  const bool drained = state.wait_until_idle(seconds);
  if (!drained) state.log.write(message::kDrainTimeout);
  state.log_watch.reset();
  if (state.devices.desk) state.devices.desk->close();
  const int hung = state.lanes->stop(kLanesPatience);
  if (hung > 0) state.log.write(message::kHungCalls, {{"calls", std::to_string(hung)}});
  try {
    const auto noted = state.loop->ask<Status>([&state, drained] {
      state.backend->close();
      return state.ledger->boot_stopped(drained ? "asked" : "asked, cards in the machines");
    });
    if (!noted) state.log.write(message::kHalted, {{"code", noted.error().code}});
    if (state.housekeeper) state.housekeeper->stop();
    if (state.publisher) {
      auto published = state.publish();
      if (!published) state.log.write(message::kLogNotPublished, {{"code", published.error().code}});
    }
  } catch (const std::future_error&) {
    // The loop has halted and said so: nothing more can be recorded.
  }
  if (state.housekeeper) state.housekeeper->stop();
  if (state.server) state.server->stop();
  state.loop->stop();
  state.log.write(message::kStopped);
  return drained;
}

}  // namespace imprimatur::app
