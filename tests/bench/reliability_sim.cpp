#include <sqlite3.h>

#include <cstdio>

#include "bench/reliability_child.hpp"
#include "bench/reliability_parts.hpp"
#include "tests/sim/crash_images.hpp"
#include "tests/sim/seeded_run.hpp"

namespace imprimatur::bench {
namespace {

constexpr int kProcesses = 2;
constexpr double kSecondsOfYear = 365.0 * 24 * 3600;
constexpr int kRealChipsEvery = 50;
constexpr int kDiskFaultsEvery = 4;
constexpr int kLineStopsEvery = 2;
constexpr int kFailingEvery = 12;  // histories
constexpr std::uint64_t kFirstSeed = 1;

// Every `kProcesses`-th seed from `first` on.
Result<Numbers> run_seeds(int first, int seeds) {
  Numbers sums{{"seeds", 0},   {"seconds", 0}, {"broken", 0},    {"issued", 0},
               {"crashes", 0}, {"doubts", 0},  {"disk_stops", 0}};
  for (int i = first; i < seeds; i += kProcesses) {
    const std::uint64_t seed = kFirstSeed + static_cast<std::uint64_t>(i);
    const auto result = sim::run_seed(seed, {.real_chips = seed % kRealChipsEvery == 0,
                                             .disk_faults = seed % kDiskFaultsEvery == 0,
                                             .line_stops = seed % kLineStopsEvery == 0});
    sums["seeds"] += 1;
    sums["seconds"] += static_cast<double>(result.lasted.count());
    sums["issued"] += result.issued;
    sums["crashes"] += result.crashes;
    sums["disk_stops"] += result.disk_stops;
    sums["doubts"] += result.doubts;
    if (result.broken.empty()) continue;
    sums["broken"] += 1;
    std::fprintf(stderr, "seed %llu: %s\n", static_cast<unsigned long long>(seed),
                 result.broken.front().c_str());
  }
  return sums;
}

Result<Numbers> run_histories(int first, int histories, int groups, int images_a_point) {
  sim::CrashTotals cuts;
  sim::CrashTotals failures;
  for (int i = first; i < histories; i += kProcesses) {
    const std::uint64_t seed = kFirstSeed + static_cast<std::uint64_t>(i);
    sim::cut_power_everywhere(seed, groups, images_a_point, cuts);
    // Each call that fails is a history of its own: all of one kind take as long as many cuts.
    if (i % kFailingEvery >= kProcesses) continue;
    const int stride = 7 + i % 5;
    for (const auto& [call, code] :
         {std::pair{sim::DiskCall::write, SQLITE_FULL}, std::pair{sim::DiskCall::write, SQLITE_IOERR_WRITE},
          std::pair{sim::DiskCall::read, SQLITE_IOERR_READ},
          std::pair{sim::DiskCall::truncate, SQLITE_IOERR_TRUNCATE},
          std::pair{sim::DiskCall::open, SQLITE_CANTOPEN},
          std::pair{sim::DiskCall::sync, SQLITE_IOERR_FSYNC}}) {
      const bool sync = call == sim::DiskCall::sync;
      sim::fail_everywhere(
          seed, groups / 4,
          {.call = call, .code = code, .for_good = i % 2 == 0, .first = i % 5, .stride = sync ? 1 : stride},
          failures);
    }
  }
  for (const auto& totals : {cuts, failures}) {
    for (const auto& broken : totals.broken) std::fprintf(stderr, "%s\n", broken.c_str());
  }
  return Numbers{{"points", static_cast<double>(cuts.points)},
                 {"images", static_cast<double>(cuts.images + failures.images)},
                 {"failed_calls", static_cast<double>(failures.points)},
                 {"broken", static_cast<double>(cuts.broken.size() + failures.broken.size())}};
}

Numbers sum_of(const std::vector<Numbers>& parts) {
  Numbers sums;
  for (const auto& part : parts) {
    for (const auto& [name, number] : part) sums[name] += number;
  }
  return sums;
}

}  // namespace

Status measure_simulation(int seeds, Figures& figures) {
  const double began = now_s();
  TRY(auto parts, run_children({[=] { return run_seeds(0, seeds); }, [=] { return run_seeds(1, seeds); }}));
  const Numbers sums = sum_of(parts);
  figures.add({"sim.seeds", sums.at("seeds"), "count", Goal{Goal::Kind::at_least, 10000}});
  figures.add(
      {"sim.station_years", sums.at("seconds") / kSecondsOfYear, "years", Goal{Goal::Kind::at_least, 1}});
  figures.add({"sim.broken", sums.at("broken"), "count", Goal{Goal::Kind::at_most, 0}});
  figures.add({"sim.seconds", seconds_since(began), "s", Goal{Goal::Kind::at_most, 900}});
  figures.add({"sim.cards_issued", sums.at("issued"), "count", {}});
  figures.add({"sim.crashes", sums.at("crashes"), "count", {}});
  figures.add({"sim.disk_stops", sums.at("disk_stops"), "count", {}});
  figures.add({"sim.doubts_resolved", sums.at("doubts"), "count", {}});
  return ok();
}

Status measure_crashes(int histories, int groups, int images_a_point, Figures& figures) {
  const auto part = [=](int first) { return run_histories(first, histories, groups, images_a_point); };
  TRY(auto parts, run_children({[=] { return part(0); }, [=] { return part(1); }}));
  const Numbers sums = sum_of(parts);
  figures.add({"crash.points", sums.at("points"), "count", {}});
  figures.add({"crash.images", sums.at("images"), "count", Goal{Goal::Kind::at_least, 100000}});
  figures.add({"crash.failed_calls", sums.at("failed_calls"), "count", {}});
  figures.add({"crash.broken", sums.at("broken"), "count", Goal{Goal::Kind::at_most, 0}});
  return ok();
}

}  // namespace imprimatur::bench
