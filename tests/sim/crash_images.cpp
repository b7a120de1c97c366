#include "tests/sim/crash_images.hpp"

#include <sqlite3.h>

#include "tests/sim/ledger_history.hpp"

namespace imprimatur::sim {
namespace {

constexpr std::size_t kBrokenMax = 8;

using Digest = std::uint64_t;

// One history under way, with what was acknowledged of it.
class Recorded {
 public:
  Recorded(std::uint64_t seed, CrashTotals& totals)
      : seed_(seed), history_(folder_ / "ledger.sqlite", seed), choose_(seed * 2 + 1), totals_(totals) {}

  SimulatedDisk& disk() { return disk_; }
  LedgerHistory& history() { return history_; }
  std::mt19937_64& choose() { return choose_; }

  void broken(const std::string& what) {
    if (totals_.broken.size() < kBrokenMax) {
      totals_.broken.push_back("seed " + std::to_string(seed_) + ", group " + std::to_string(groups_) +
                               ", point " + std::to_string(totals_.points) + ": " + what);
    }
  }

  // After a group was committed: what the ledger holds now, and that every image of it held that or what was
  // there before.
  void acknowledged() {
    const auto now = LedgerHistory::digest_of(history_.file());
    if (!now) return broken("the ledger cannot be read: " + now.error().message);
    for (const Digest digest : seen_) {
      if (digest != before_ && digest != now.value()) {
        broken("an image holds neither the last commit that was acknowledged nor the one under way");
      }
    }
    seen_.clear();
    before_ = now.value();
    ++groups_;
    ++totals_.commits;
  }

  // The ledger on an image as it is opened after a power cut.
  void look_at(const DiskImage& image, bool must_open) {
    ++totals_.images;
    SimulatedDisk after;
    after.boot(image);
    LedgerHistory reopened(history_.file(), 1);
    if (const auto opened = reopened.open(); !opened) {
      if (must_open) broken("it does not open: " + opened.error().code + " " + opened.error().message);
      return;
    }
    const auto digest = LedgerHistory::digest_of(history_.file());
    if (!digest) return broken("its tables cannot be read: " + digest.error().message);
    seen_.push_back(digest.value());
    if (const auto goes_on = reopened.go_on(); !goes_on) {
      broken("it cannot go on: " + goes_on.error().message);
    }
  }

  // What was seen must be exactly what was acknowledged last.
  void expect_acknowledged_only() {
    for (const Digest digest : seen_) {
      if (digest != before_) broken("after its end, the ledger does not hold the last commit");
    }
    seen_.clear();
  }
  void forget_seen() { seen_.clear(); }
  Digest before() const { return before_; }
  int groups() const { return groups_; }

 private:
  test_support::TemporaryFolder folder_;
  SimulatedDisk disk_;
  std::uint64_t seed_;
  LedgerHistory history_;
  std::mt19937_64 choose_;
  CrashTotals& totals_;
  std::vector<Digest> seen_;
  Digest before_ = 0;
  int groups_ = 0;
};

}  // namespace

void cut_power_everywhere(std::uint64_t seed, int groups, int images_a_point, CrashTotals& totals) {
  Recorded run(seed, totals);
  bool created = false;
  bool looking = false;
  run.disk().on_call = [&](DiskCall call) {
    if (call != DiskCall::sync || looking) return SQLITE_OK;
    looking = true;
    ++totals.points;
    run.look_at(run.disk().image_with_none(), created);
    run.look_at(run.disk().image_with_all(), created);
    for (int i = 2; i < images_a_point; ++i) run.look_at(run.disk().image(run.choose()), created);
    looking = false;
    return SQLITE_OK;
  };
  if (const auto made = run.history().create(); !made) return run.broken(made.error().message);
  run.forget_seen();  // half a ledger does not open; a whole one has one entry
  run.acknowledged();
  created = true;
  for (int i = 0; i < groups; ++i) {
    if (const auto done = run.history().group(); !done) {
      return run.broken(done.error().code + ": " + done.error().message);
    }
    run.acknowledged();
  }
  run.history().close();
  run.look_at(run.disk().image_with_none(), true);
  run.expect_acknowledged_only();
}

namespace {

// What the ledger holds after each group, the creation's first.
std::vector<Digest> digests_of(std::uint64_t seed, int groups, CrashTotals& totals) {
  Recorded run(seed, totals);
  std::vector<Digest> digests;
  if (!run.history().create()) return digests;
  run.acknowledged();
  digests.push_back(run.before());
  for (int i = 0; i < groups && run.history().group(); ++i) {
    run.acknowledged();
    digests.push_back(run.before());
  }
  return digests;
}

// Runs the history until the fault is met or it ends. How many calls of the kind were made; -1: met.
int run_until_failure(Recorded& run, int groups, const FailingCalls& failing, int nth) {
  int calls = 0;
  bool met = false;
  if (!run.history().create()) return 0;
  run.acknowledged();
  run.disk().on_call = [&](DiskCall call) {
    if (call != failing.call) return SQLITE_OK;
    const int number = calls++;
    const bool fails = number == nth || (failing.for_good && number > nth);
    met = met || fails;
    return fails ? failing.code : SQLITE_OK;
  };
  for (int i = 0; i < groups; ++i) {
    if (!run.history().group()) break;
    auto faults = std::exchange(run.disk().on_call, nullptr);  // reading the digest is not what is tested
    run.acknowledged();
    run.disk().on_call = std::move(faults);
  }
  run.disk().on_call = nullptr;
  run.disk().cut_power();  // nothing is closed properly
  run.history().close();
  run.disk().end_process();
  return met ? -1 : calls;
}

}  // namespace

void fail_everywhere(std::uint64_t seed, int groups, const FailingCalls& failing, CrashTotals& totals) {
  const std::vector<Digest> digests = digests_of(seed, groups, totals);
  for (int nth = failing.first;; nth += failing.stride) {
    Recorded run(seed, totals);
    if (run_until_failure(run, groups, failing, nth) >= 0) return;
    ++totals.points;
    // The process is started again without a power cut: what it reads may not be what the disk has.
    if (const auto opened = run.history().open(); !opened) {
      run.broken("it does not open again: " + opened.error().message);
      continue;
    }
    const auto reopened = LedgerHistory::digest_of(run.history().file());
    if (!reopened) {
      run.broken("it cannot be read again: " + reopened.error().message);
      continue;
    }
    // It holds the last commit that was acknowledged, or that and the group that failed, whole. From now on
    // this is what the world was told.
    const auto last = static_cast<std::size_t>(run.groups() - 1);
    const bool whole = last + 1 < digests.size() && reopened.value() == digests[last + 1];
    if (reopened.value() != digests[last] && !whole) {
      run.broken("it holds neither the last commit that was acknowledged nor the one that failed");
    }
    if (const auto goes_on = run.history().go_on(); !goes_on) {
      run.broken("it cannot go on: " + goes_on.error().message);
      continue;
    }
    run.forget_seen();
    run.acknowledged();
    for (int i = 0; i < 3; ++i) run.look_at(run.disk().image(run.choose()), true);
    run.look_at(run.disk().image_with_none(), true);
    run.expect_acknowledged_only();
    run.history().close();
  }
}

}  // namespace imprimatur::sim
