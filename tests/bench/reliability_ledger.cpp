#include <algorithm>
#include <cmath>
#include <filesystem>

#include "audit/publisher.hpp"
#include "bench/reliability_child.hpp"
#include "bench/reliability_fill.hpp"
#include "bench/reliability_parts.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::bench {
namespace {

using job::AttemptState;
using ledger::Ledger;

constexpr int kCardsAtOnce = 16;  // whose steps fall into one commit
constexpr int kCardsWarm = 320;
constexpr int kCardsMeasured = 800;

// A ledger on the real disk with made-up jobs, and cards led through it.
class LedgerOnDisk {
 public:
  Status create() {
    TRY(ledger_, Ledger::create(file_, test_support::kIdentity, {clock_, random_, vault_}));
    return ok();
  }
  Status open() {
    TRY(ledger_, Ledger::open(file_, test_support::kIdentity, {clock_, random_, vault_}));
    return ok();
  }
  void close() {
    publisher_.reset();
    reader_.reset();
    ledger_.reset();
  }
  // As the daemon does at its start: every file of the audit log is held against the journal.
  Status open_log() {
    TRY(reader_, ledger::LedgerReader::open(file_));
    TRY(publisher_, audit::LogPublisher::open(
                        {folder_ / "log", test_support::kIdentity.origin, "log", folder_ / "last-checkpoint"},
                        *reader_, vault_, [this](std::string_view note) {
                          return group([&] { return ledger_->keep_checkpoint(note); });
                        }));
    return ok();
  }
  Status publish() {
    TRY_STATUS(publisher_->publish());
    return ok();
  }
  Ledger& ledger() { return *ledger_; }
  const std::filesystem::path& file() const { return file_; }

  // So many jobs that ended with a good card long ago, with their blanks, attempts and journal entries: the
  // rows themselves, since making each would take hours.
  Status fill(int jobs, bool with_journal);
  // Jobs that are ready, and blanks for them.
  Status prepare(int jobs);
  // One commit of `work`, its time into `commits`.
  Status group(const std::function<Status()>& work);
  // `cards` at once from claim to good. Adds to the times of claim, begin and finish together.
  Status make_cards(int cards);

  std::vector<double> commit_ms;
  std::vector<double> claim_ms;
  std::vector<double> card_ms;  // claim, begin and finish of one card, commits apart

 private:
  test_support::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_ / "ledger.sqlite";
  test_support::TestClock clock_;
  SeededRandom random_{3};
  test_support::TestVault vault_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<ledger::LedgerReader> reader_;
  std::unique_ptr<audit::LogPublisher> publisher_;
  int jobs_ = 0, begun_ = 0, ready_ = 0, printed_ = 0;
};

Status LedgerOnDisk::fill(int jobs, bool with_journal) {
  close();
  TRY_STATUS(fill_ledger(file_, jobs, with_journal));
  return open();
}

Status LedgerOnDisk::group(const std::function<Status()>& work) {
  TRY_STATUS(ledger_->begin_group());
  TRY_STATUS(work());
  const double began = now_s();
  TRY_STATUS(ledger_->commit_group());
  commit_ms.push_back(seconds_since(began) * 1e3);
  return ok();
}

Status LedgerOnDisk::prepare(int jobs) {
  TRY_STATUS(ledger_->begin_group());
  TRY_STATUS(ledger_->receive_blanks(test_support::receipt(jobs_ + 1, jobs_ + jobs), {}));
  for (int i = 0; i < jobs; ++i) {
    ledger::NewJob job = test_support::new_job(++jobs_);
    job.document.id = scattered_uuid(jobs_);
    job.document.not_after = parse_rfc3339("2030-01-01T00:00:00Z").value();
    TRY_STATUS(ledger_->receive_job(job));
  }
  ready_ += jobs;
  return ledger_->commit_group();
}

Status LedgerOnDisk::make_cards(int cards) {
  std::vector<Ledger::AttemptKey> keys;
  std::vector<double> took(static_cast<std::size_t>(cards), 0);
  TRY_STATUS(group([&]() -> Status {
    for (int i = 0; i < cards; ++i) {
      const double began = now_s();
      TRY(auto claim, ledger_->claim_next({"utopia-id"}));
      if (!claim) return fail("bench.jobs", "no job is left");
      claim_ms.push_back(seconds_since(began) * 1e3);
      TRY(auto attempt,
          ledger_->begin_blank({claim->job, claim->fence, test_support::chip_of(++begun_),
                                test_support::kClass, "line-1", "reader-1", test_support::hash_of("profile"),
                                test_support::hash_of("template")}));
      took[static_cast<std::size_t>(i)] += seconds_since(began) * 1e3;
      keys.push_back({attempt.id, claim->fence});
      TRY(auto count, ledger_->count_signature("ds-1", 1000000));
      TRY_STATUS(ledger_->record_intent(keys.back(), "sign", "ds-1", {{"count", count}}));
      TRY_STATUS(ledger_->record_intent(keys.back(), "write", "reader-1", {{"derivations", 4}}));
    }
    return ok();
  }));
  for (const AttemptState state : {AttemptState::chip_written, AttemptState::chip_verified,
                                   AttemptState::sent, AttemptState::out, AttemptState::verified}) {
    TRY_STATUS(group([&]() -> Status {
      for (const auto& key : keys) {
        if (state == AttemptState::sent) {
          const std::string uuid = "urn:uuid:" + key.attempt;
          TRY_STATUS(ledger_->bind_print(key, {++printed_, uuid, "printer-1"}, {{"job_uuid", uuid}}));
        }
        TRY_STATUS(ledger_->record_step(key, state, {{"ms", 2900}, {"apdus", 69}}));
      }
      return ok();
    }));
  }
  TRY_STATUS(group([&]() -> Status {
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const double began = now_s();
      TRY_STATUS(ledger_->finish_good(keys[i]));
      took[i] += seconds_since(began) * 1e3;
    }
    return ok();
  }));
  card_ms.insert(card_ms.end(), took.begin(), took.end());
  return ok();
}

double quantile(std::vector<double> values, double part) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(std::floor(part * static_cast<double>(values.size() - 1)));
  return values[at];
}

// Ready to make cards behind so many finished jobs, its pages warm.
Status make_ready(LedgerOnDisk& bench, int finished) {
  TRY_STATUS(bench.create());
  TRY_STATUS(bench.fill(finished, false));
  TRY_STATUS(bench.prepare(kCardsMeasured + kCardsWarm));
  for (int i = 0; i < kCardsWarm / kCardsAtOnce; ++i) {
    TRY_STATUS(bench.make_cards(kCardsAtOnce));
  }
  bench.claim_ms.clear();
  bench.card_ms.clear();
  bench.commit_ms.clear();
  return ok();
}

// A claim, and claim, begin and finish of a card together, behind few and behind many finished jobs, medians.
// By turns, so that what else the machine does is the same for both.
Result<Numbers> claim_costs(int few_finished, int many_finished) {
  LedgerOnDisk few, many;
  TRY_STATUS(make_ready(few, few_finished));
  const double began = now_s();
  TRY_STATUS(make_ready(many, many_finished));
  const double filled = seconds_since(began);
  for (int i = 0; i < kCardsMeasured / kCardsAtOnce; ++i) {
    TRY_STATUS(few.make_cards(kCardsAtOnce));
    TRY_STATUS(many.make_cards(kCardsAtOnce));
  }
  return Numbers{{"few_claim_ms", quantile(few.claim_ms, 0.5)},
                 {"few_card_ms", quantile(few.card_ms, 0.5)},
                 {"few_commit_ms", quantile(few.commit_ms, 0.5)},
                 {"many_claim_ms", quantile(many.claim_ms, 0.5)},
                 {"many_card_ms", quantile(many.card_ms, 0.5)},
                 {"many_commit_ms", quantile(many.commit_ms, 0.5)},
                 {"fill_s", filled}};
}

// From the opened file to the first blank that is begun, with all that the daemon checks at its start.
Result<Numbers> restart_time(int jobs) {
  LedgerOnDisk bench;
  TRY_STATUS(bench.create());
  TRY_STATUS(bench.fill(jobs, true));
  TRY_STATUS(bench.prepare(kCardsAtOnce));
  TRY_STATUS(bench.open_log());
  TRY_STATUS(bench.publish());
  bench.close();
  const double began = now_s();
  TRY_STATUS(bench.open());
  TRY_STATUS(bench.ledger().check_signature_counters());
  const double opened = seconds_since(began);
  TRY_STATUS(bench.open_log());
  const double published = seconds_since(began);
  TRY_STATUS(bench.group([&]() -> Status {
    TRY_STATUS(bench.ledger().release_all_claims());
    TRY_STATUS(bench.ledger().open_attempts());
    TRY(auto claim, bench.ledger().claim_next({"utopia-id"}));
    if (!claim) return fail("bench.jobs", "no job is ready");
    TRY_STATUS(bench.ledger().begin_blank({claim->job, claim->fence, test_support::chip_of(1),
                                           test_support::kClass, "line-1", "reader-1", "aa", "bb"}));
    return ok();
  }));
  return Numbers{{"s", seconds_since(began)}, {"ledger_s", opened}, {"log_s", published - opened}};
}

// What a process holds that opened the ledger and its log, checked them, read lists and counts, and made
// cards.
Result<Numbers> memory_of(int jobs) {
  LedgerOnDisk bench;
  TRY_STATUS(bench.create());
  bench.close();
  TRY(auto filled, run_children({[&]() -> Result<Numbers> {
        TRY_STATUS(fill_ledger(bench.file(), jobs, true));
        return Numbers{};
      }}));
  TRY_STATUS(bench.open());
  TRY_STATUS(bench.ledger().check_signature_counters());
  TRY_STATUS(bench.open_log());
  TRY_STATUS(bench.prepare(2 * kCardsAtOnce));
  TRY_STATUS(bench.make_cards(kCardsAtOnce));
  TRY_STATUS(bench.publish());
  TRY(auto reader, ledger::LedgerReader::open(bench.file()));
  TRY_STATUS(reader->counts());
  TRY_STATUS(reader->units());
  TRY_STATUS(reader->stock_balance());
  TRY_STATUS(reader->jobs({.state = {}, .after_row = jobs / 2, .limit = 1000}));
  TRY_STATUS(reader->journal(static_cast<ledger::Sequence>(jobs), 1000));
  return Numbers{{"mb", resident_mb_most()}};
}

}  // namespace

Status measure_journal(double seconds, Figures& figures) {
  LedgerOnDisk bench;
  TRY_STATUS(bench.create());
  const double began = now_s();
  double spent = 0;
  ledger::Sequence entries = 0;
  while (seconds_since(began) < seconds) {
    TRY_STATUS(bench.prepare(4 * kCardsAtOnce));
    const ledger::Sequence before = bench.ledger().journal_size();
    const double lap = now_s();
    for (int i = 0; i < 4; ++i) {
      TRY_STATUS(bench.make_cards(kCardsAtOnce));
    }
    spent += seconds_since(lap);
    entries += bench.ledger().journal_size() - before;
  }
  figures.add({"journal.entries_per_s", static_cast<double>(entries) / spent, "1/s",
               Goal{Goal::Kind::at_least, 4000}});
  figures.add({"journal.p99_ms", quantile(bench.commit_ms, 0.99), "ms", Goal{Goal::Kind::at_most, 20}});
  figures.add({"journal.median_ms", quantile(bench.commit_ms, 0.5), "ms", {}});
  return ok();
}

namespace {

Status measure_claims(const LedgerSizes& sizes, Figures& figures) {
  TRY(auto answers, run_children({[&] { return claim_costs(sizes.finished_few, sizes.finished_many); }}));
  const Numbers& ms = answers.front();
  figures.add({"claim.cost_ratio_10m", ms.at("many_claim_ms") / ms.at("few_claim_ms"), "ratio",
               Goal{Goal::Kind::at_most, 1.2}});
  figures.add({"claim.card_ratio_10m", ms.at("many_card_ms") / ms.at("few_card_ms"), "ratio",
               Goal{Goal::Kind::at_most, 1.2}});
  for (const char* of :
       {"few_claim_ms", "many_claim_ms", "few_card_ms", "many_card_ms", "few_commit_ms", "many_commit_ms"}) {
    figures.add({"claim." + std::string(of), ms.at(of), "ms", {}});
  }
  figures.add({"claim.fill_s", ms.at("fill_s"), "s", {}});
  figures.add({"claim.finished_jobs", static_cast<double>(sizes.finished_many), "count", {}});
  return ok();
}

}  // namespace

Status measure_ledger(const LedgerSizes& sizes, Figures& figures) {
  if (sizes.finished_many > 0) {
    TRY_STATUS(measure_claims(sizes, figures));
  }
  if (sizes.restart_jobs > 0) {
    TRY(auto restart, run_children({[&] { return restart_time(sizes.restart_jobs); }}));
    figures.add({"restart.s_100k", restart[0].at("s"), "s", Goal{Goal::Kind::at_most, 2}});
    figures.add({"restart.ledger_s", restart[0].at("ledger_s"), "s", {}});
    figures.add({"restart.log_s", restart[0].at("log_s"), "s", {}});
  }
  if (sizes.memory_jobs > 0) {
    TRY(auto memory, run_children({[&] { return memory_of(sizes.memory_jobs); }}));
    figures.add({"memory.mb_1m_jobs", memory[0].at("mb"), "MB", Goal{Goal::Kind::at_most, 256}});
  }
  return ok();
}

Status measure_daemon_start(int jobs, int memory_jobs, Figures& figures) {
  const std::string command = SOURCE_DIR "/tests/bench/daemon_start ";
  TRY(auto start, numbers_of_command(command + std::to_string(jobs)));
  figures.add({"daemon.ready_s_100k", start.at("ready_s"), "s", {}});
  figures.add({"daemon.first_card_s_100k", start.at("first_card_s"), "s", Goal{Goal::Kind::at_most, 2}});
  TRY(auto memory, numbers_of_command(command + std::to_string(memory_jobs)));
  figures.add({"daemon.mb_1m_jobs", memory.at("mb"), "MB", Goal{Goal::Kind::at_most, 256}});
  figures.add({"daemon.first_card_s_1m", memory.at("first_card_s"), "s", {}});
  return ok();
}

}  // namespace imprimatur::bench
