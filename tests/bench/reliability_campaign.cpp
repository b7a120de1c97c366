// The province's campaign on one station: the real loop, lanes, ledger on disk, token, audit log, chip and
// face code, on instant devices inside the process. What is not there: pcscd, IPP, the network, a face
// reader.
#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <filesystem>
#include <thread>
#include <utility>

#include "app/lanes.hpp"
#include "app/loading.hpp"
#include "app/station_loop.hpp"
#include "app/wiring.hpp"
#include "audit/publisher.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"
#include "bench/reliability_child.hpp"
#include "bench/reliability_instant_line.hpp"
#include "bench/reliability_parts.hpp"
#include "bench/reliability_prepared_jobs.hpp"
#include "keys/ceremony.hpp"
#include "ledger/reader.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kReaders = 64, kPrinters = 64, kSubmitters = 2;
constexpr int kBatch = 25;               // jobs that are received together
constexpr int kAheadMax = 400;           // jobs that wait for a card
constexpr double kBytesOfCard = 60'000;  // ledger, write-ahead log and audit log, generously
constexpr int kWarmCards = 5000;         // behind which memory is to stay flat
constexpr double kPatience_s = 120;      // without a card
constexpr auto kShow = 10s;

const ledger::LedgerIdentity kIdentity{"campaign", "imprimatur.example/test-log"};

class NoLog final : public Log {
 public:
  void write(const LogMessage&, std::initializer_list<LogField>) override {}
};

// Lanes whose processor time is counted, by what they are for.
class CountedLanes final : public station::Workers {
 public:
  explicit CountedLanes(app::Lane::Deliver deliver) : lanes_(std::move(deliver)) {}
  void run(const std::string& lane, station::LaneCall call) override { run_later(lane, 0, std::move(call)); }
  void run_later(const std::string& lane, int delay_ms, station::LaneCall call) override {
    lanes_.run_later(lane, delay_ms, counted(lane, std::move(call)));
  }
  void run_within(const std::string& lane, int delay_ms, station::LaneCall call, Limit limit) override {
    lanes_.run_within(lane, delay_ms, counted(lane, std::move(call)), std::move(limit));
  }
  void stop() { lanes_.stop(); }
  double readers_s() const { return static_cast<double>(readers_ns_) * 1e-9; }
  double printers_s() const { return static_cast<double>(printers_ns_) * 1e-9; }
  double others_s() const { return static_cast<double>(others_ns_) * 1e-9; }

 private:
  station::LaneCall counted(const std::string& lane, station::LaneCall call) {
    auto* spent = lane.starts_with("reader")    ? &readers_ns_
                  : lane.starts_with("printer") ? &printers_ns_
                                                : &others_ns_;
    return [spent, call = std::move(call)] {
      const std::int64_t began = thread_cpu_ns();
      auto report = call();
      *spent += thread_cpu_ns() - began;
      return report;
    };
  }
  std::atomic<std::int64_t> readers_ns_ = 0, printers_ns_ = 0, others_ns_ = 0;
  app::Lanes lanes_;
};

// Everything of one station but its doors to the world.
class Campaign {
 public:
  Campaign(int cards, double seconds) : cards_(cards), seconds_(seconds) {}
  ~Campaign() { stop(); }
  Campaign(const Campaign&) = delete;
  Campaign& operator=(const Campaign&) = delete;

  Result<Numbers> run();

 private:
  Status open();
  Status begin();
  void submit();
  Result<ledger::NewJob> examine(int number, const std::map<std::string, job::Checks>& checks);
  void receive(const std::vector<ledger::NewJob>& jobs);
  void publish();
  Status wait();
  Status check();
  void stop();
  void give_up(const std::string& why);
  std::int64_t done() const { return line_->in_output() + line_->in_reject(); }

  int cards_;
  double seconds_;
  test_support::TemporaryFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  NoLog log_;
  app::Config config_;
  app::Loaded loaded_;
  std::unique_ptr<crypto::KeyVault> vault_;
  std::optional<PreparedJobs> prepared_;
  std::unique_ptr<InstantLine> line_;
  std::vector<std::unique_ptr<chip::CardReader>> readers_;
  std::vector<std::unique_ptr<print::Printer>> printers_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<CountedLanes> lanes_;
  std::unique_ptr<station::Station> station_;
  std::unique_ptr<app::StationLoop> loop_;
  std::unique_ptr<ledger::LedgerReader> publishing_reader_;
  std::unique_ptr<audit::LogPublisher> publisher_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::string failure_;  // under mutex_
  bool over_ = false;    // under mutex_: no more is submitted
  std::atomic<bool> ended_ = false;
  std::atomic<int> next_job_ = 0;
  std::atomic<int> submitters_ = kSubmitters;  // that may still hand in a job
  std::atomic<std::int64_t> received_ = 0;
  std::atomic<std::int64_t> prepare_ns_ = 0, examine_ns_ = 0, loop_ns_ = 0, log_ns_ = 0;
  std::int64_t turn_began_ = 0;
  std::atomic<std::int64_t> turns_ = 0;
  double began_ = 0, first_mb_ = 0;
};

void Campaign::give_up(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (failure_.empty()) failure_ = why;
    over_ = true;
  }
  changed_.notify_all();
}

Status Campaign::open() {
  const std::filesystem::path keys = folder_ / "keys";
  TRY_STATUS(keys::init_test_keys(keys, {.templates = SOURCE_DIR "/templates"}));
  config_.test_keys = true;
  config_.templates = SOURCE_DIR "/templates";
  config_.fonts = FONTS_DIR;
  config_.keys = keys;
  config_.products = {"vn-citizen"};
  config_.vault.module = keys::TestKeyOptions{}.module;
  config_.vault.token_label = keys::kTestTokenLabel;
  config_.vault.pin_file = keys / "pin";
  TRY(loaded_, app::load_all(config_, clock_.now()));
  TRY(vault_, app::open_vault(config_));
  TRY(auto prepared, PreparedJobs::create(keys, clock_.now()));
  prepared_.emplace(std::move(prepared));
  TRY(auto master, read_text_file(keys / "bench" / "transport-master.hex"));
  master.erase(master.find_last_not_of(" \r\n") + 1);
  TRY(auto key, from_hex(master));
  // The line has no face reader, and the product says so.
  auto product = std::make_shared<station::ProductLine>(*loaded_.products.at("vn-citizen"));
  product->product.face_reader = false;
  line_ = std::make_unique<InstantLine>(product->product.blank_class, Secret(std::move(key)));
  loaded_.products["vn-citizen"] = std::move(product);
  TRY(ledger_, ledger::Ledger::create(folder_ / "ledger.sqlite", kIdentity, {clock_, random_, *vault_}));
  return ok();
}

Status Campaign::begin() {
  station::StationDevices devices;
  for (int i = 1; i <= kReaders; ++i) {
    readers_.push_back(line_->make_reader(i));
    devices.readers.push_back(
        std::make_shared<station::ChipStation>(*readers_.back(), *vault_, random_, clock_, loaded_.anchors));
  }
  for (int i = 1; i <= kPrinters; ++i) {
    TRY(auto renderer, print::FaceRenderer::create({config_.templates, config_.fonts}, app::sha256_hex));
    printers_.push_back(line_->make_printer(i, clock_));
    devices.printers.push_back(std::make_shared<station::PrintStation>(
        *printers_.back(), std::move(renderer), clock_, station::PrintLimits{.card_time_min = 0ms}));
  }
  devices.transport = line_.get();
  lanes_ = std::make_unique<CountedLanes>([this](station::Report report) { loop_->post(std::move(report)); });
  station::StationOptions options;
  options.poll_interval_ms = 0;
  options.signatures_max = 10'000'000;
  station_ =
      std::make_unique<station::Station>(station::Station::Ports{*ledger_, *lanes_, clock_, random_, log_},
                                         std::move(devices), loaded_.products, options);
  loop_ = std::make_unique<app::StationLoop>(
      app::TurnHooks{[this] {
                       turn_began_ = thread_cpu_ns();
                       return ledger_->begin_group();
                     },
                     [this] {
                       const std::string& cause = station_->halted();
                       return cause.empty() ? ledger_->commit_group() : Status(fail("station.halted", cause));
                     },
                     [this] {
                       station_->start_decided();
                       loop_ns_ += thread_cpu_ns() - turn_began_;
                       ++turns_;
                     },
                     [this](const Error& cause) { give_up("the station has halted: " + cause.message); }});
  TRY(publishing_reader_, ledger::LedgerReader::open(folder_ / "ledger.sqlite"));
  const auto keep = [this](std::string_view note) -> Status {
    return loop_->ask<Status>([this, text = std::string(note)] { return ledger_->keep_checkpoint(text); });
  };
  audit::PublisherOptions publishing;
  publishing.folder = folder_ / "log";
  publishing.origin = kIdentity.origin;
  publishing.last_checkpoint = folder_ / "last-checkpoint";
  TRY(publisher_, audit::LogPublisher::open(publishing, *publishing_reader_, *vault_, keep));
  loop_->post([this] { station_->recover(); });
  began_ = now_s();
  for (int i = 0; i < kSubmitters; ++i) {
    threads_.emplace_back([this] {
      submit();
      --submitters_;
    });
  }
  threads_.emplace_back([this] { publish(); });
  return ok();
}

Result<ledger::NewJob> Campaign::examine(int number, const std::map<std::string, job::Checks>& checks) {
  std::int64_t began = thread_cpu_ns();
  TRY(const auto envelope, prepared_->envelope(number));
  prepare_ns_ += thread_cpu_ns() - began;
  began = thread_cpu_ns();
  TRY(auto examined,
      job::examine_envelope(envelope, {loaded_.policy, loaded_.product_rules, checks}, clock_.now()));
  if (examined.blocked())
    return fail("bench.refused", examined.findings.front().code, examined.findings.front().field);
  ledger::NewJob job;
  job.document = std::move(examined.document);
  job.envelope_digest = std::move(examined.envelope.digest);
  job.document_text = std::move(examined.envelope.document_text);
  job.salt = std::move(examined.envelope.salt);
  job.images = std::move(examined.envelope.images);
  job.approval = std::move(examined.envelope.approval);
  job.approval_id = std::move(examined.approval.id);
  job.approval_digest = std::move(examined.approval.digest);
  job.findings = std::move(examined.findings);
  examine_ns_ += thread_cpu_ns() - began;
  return job;
}

// One turn of the station's: these jobs, and a blank for each.
void Campaign::receive(const std::vector<ledger::NewJob>& jobs) {
  const bool received = loop_->ask<bool>([this, &jobs] {
    bool good = ledger_->receive_blanks(line_->receipt(static_cast<int>(jobs.size())), {}).has_value();
    for (const auto& job : jobs) {
      const auto answer = ledger_->receive_job(job);
      good = good && answer && answer.value().state == job::JobState::ready;
    }
    station_->feed();
    return good;
  });
  if (!received) give_up("a job was not received");
  received_ += static_cast<std::int64_t>(jobs.size());
}

// A submitter's thread.
void Campaign::submit() {
  auto checks = app::checks_of(loaded_, {config_.templates, config_.fonts});
  if (!checks) return give_up(checks.error().message);
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, 20ms, [this] { return over_ || received_ - done() < kAheadMax; });
      if (over_) return;
      if (received_ - done() >= kAheadMax) continue;
    }
    const int first = next_job_.fetch_add(kBatch);
    std::vector<ledger::NewJob> jobs;
    for (int number = first; number < std::min(first + kBatch, cards_); ++number) {
      auto job = examine(number, checks.value());
      if (!job) return give_up(job.error().code + ": " + job.error().message);
      jobs.push_back(std::move(job).value());
    }
    if (jobs.empty()) return;
    try {
      receive(jobs);
    } catch (const std::future_error&) {
      return;  // it has halted, and said so
    }
  }
}

// The audit log's thread: a checkpoint a second, as the daemon.
void Campaign::publish() {
  while (!ended_) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, 1s, [this] { return ended_.load(); });
    }
    const std::int64_t began = thread_cpu_ns();
    try {
      const auto published = publisher_->publish();
      if (!published) return give_up(published.error().code + ": " + published.error().message);
    } catch (const std::future_error&) {
      return;
    }
    log_ns_ += thread_cpu_ns() - began;
  }
}

// Until all are made, or the time is over and what was received is made.
Status Campaign::wait() {
  double shown = now_s(), moved = now_s();
  std::int64_t made = 0;
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 200ms);
    if (!failure_.empty()) return fail("bench.campaign", failure_);
    if (seconds_since(began_) > seconds_) over_ = true;
    lock.unlock();
    const bool all_received = submitters_ == 0;
    const std::int64_t made_now = done();
    if (std::exchange(made, made_now) != made_now) moved = now_s();
    if (seconds_since(moved) > kPatience_s) return fail("bench.campaign", "the line stands still");
    if (first_mb_ == 0 && done() >= std::min(kWarmCards, cards_ / 2)) first_mb_ = resident_mb();
    if (seconds_since(shown) > std::chrono::duration<double>(kShow).count()) {
      shown = now_s();
      std::fprintf(stderr, "campaign: %lld of %d cards, %.0f/s, %.0f MB\n", static_cast<long long>(done()),
                   cards_, static_cast<double>(done()) / seconds_since(began_), resident_mb());
    }
    if (all_received && done() >= received_ && done() > 0 && seconds_since(began_) > 1) return ok();
  }
}

// Every card good, nothing anywhere else.
Status Campaign::check() {
  TRY(auto reader, ledger::LedgerReader::open(folder_ / "ledger.sqlite"));
  TRY(const auto counts, reader->counts());
  TRY(const auto balance, reader->stock_balance());
  const auto issued = counts.by_state.find(job::JobState::issued);
  if (line_->in_reject() != 0 || issued == counts.by_state.end() || issued->second != line_->in_output() ||
      counts.by_state.size() != 1) {
    return fail("bench.campaign", "not every job has become a good card");
  }
  for (const auto& of_class : balance) {
    if (of_class.difference() != 0) return fail("bench.campaign", "the stock's sum is wrong");
  }
  return ok();
}

void Campaign::stop() {
  give_up("stopped");
  ended_ = true;
  changed_.notify_all();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
  if (lanes_) lanes_->stop();
  if (loop_) loop_->stop();
}

Result<Numbers> Campaign::run() {
  TRY_STATUS(open());
  TRY_STATUS(begin());
  TRY_STATUS(wait());
  const double took = seconds_since(began_);
  const double last_mb = resident_mb();
  stop();
  TRY_STATUS(check());
  const auto cards = static_cast<double>(line_->in_output());
  const auto ms = [cards](double seconds) { return seconds * 1e3 / cards; };
  const auto of = [&ms](const std::atomic<std::int64_t>& ns) { return ms(static_cast<double>(ns) * 1e-9); };
  std::uintmax_t disk = std::filesystem::file_size(folder_ / "ledger.sqlite");
  return Numbers{{"cards", cards},
                 {"per_s", cards / took},
                 {"mb", resident_mb_most()},
                 {"growth_mb", first_mb_ > 0 ? last_mb - first_mb_ : 0},
                 {"ledger_kb", static_cast<double>(disk) / cards / 1e3},
                 {"turns", static_cast<double>(turns_) / cards},
                 {"prepare_ms", of(prepare_ns_)},
                 {"examine_ms", of(examine_ns_)},
                 {"turns_ms", of(loop_ns_)},
                 {"log_ms", of(log_ns_)},
                 {"card_ms", ms(line_->card_cpu_s())},
                 {"chip_ms", ms(lanes_->readers_s() - line_->card_cpu_s())},
                 {"face_ms", ms(lanes_->printers_s())},
                 {"other_ms", ms(lanes_->others_s())}};
}

}  // namespace

Status measure_campaign(int cards, double seconds, Figures& figures) {
  const auto space = std::filesystem::space(std::filesystem::temp_directory_path());
  if (static_cast<double>(space.available) < kBytesOfCard * cards) {
    return fail("bench.space", "the disk has no room for the campaign's ledger");
  }
  TRY(auto answers, run_children({[=] { return Campaign(cards, seconds).run(); }}));
  const Numbers& numbers = answers.front();
  figures.add({"campaign.cards", numbers.at("cards"), "count", {}});
  figures.add({"campaign.cards_per_s", numbers.at("per_s"), "1/s", Goal{Goal::Kind::at_least, 163}});
  figures.add({"campaign.rss_mb", numbers.at("mb"), "MB", {}});
  figures.add({"campaign.rss_growth_mb", numbers.at("growth_mb"), "MB", {}});
  figures.add({"campaign.ledger_kb_per_card", numbers.at("ledger_kb"), "kB", {}});
  figures.add({"campaign.turns_per_card", numbers.at("turns"), "count", {}});
  // Where the time goes: of the processor, for one card.
  for (const char* part : {"prepare", "examine", "turns", "log", "card", "chip", "face", "other"}) {
    figures.add({"campaign." + std::string(part) + "_ms", numbers.at(std::string(part) + "_ms"), "ms", {}});
  }
  return ok();
}

}  // namespace imprimatur::bench
