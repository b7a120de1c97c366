#include <filesystem>

#include "bench/reliability_child.hpp"
#include "bench/reliability_parts.hpp"
#include "tests/sim/world.hpp"

namespace imprimatur::bench {
namespace {

constexpr int kProcesses = 2;
constexpr int kBatch = 50;
constexpr double kBytesOfCard = 60'000;  // ledger and write-ahead log, generously
constexpr int kWarmBatches = 4;          // behind which memory is to stay flat

// One line that makes batches of cards until its time is over: the station, ledger (on disk), chip, signing
// and rendering code as in production, on virtual cards and printers in the process. Virtual time is not
// waited for, so that only the work counts.
Result<Numbers> run_line(int cards, double seconds) {
  sim::World world({.readers = 3, .printers = 2, .signatures_max = 1000000, .keeps_trace = false});
  const double began = now_s();
  double first_mb = 0;
  int made = 0;
  for (int batch = 0; made < cards && seconds_since(began) < seconds; ++batch) {
    world.add_blanks(kBatch);
    const auto ids = world.submit(kBatch);
    if (!world.run()) return fail("bench.campaign", "the line has stopped: " + world.station().halted());
    world.hand_over_output();
    made += kBatch;
    if (batch == kWarmBatches) first_mb = resident_mb();
  }
  const double took = seconds_since(began);
  const auto good = world.stock(ledger::StockPlace::good_on_hand);
  if (good != made) return fail("bench.campaign", "not every card is good");
  return Numbers{{"cards", static_cast<double>(made)},
                 {"per_s", made / took},
                 {"mb", resident_mb_most()},
                 {"growth_mb", first_mb > 0 ? resident_mb() - first_mb : 0}};
}

}  // namespace

Status measure_campaign(int cards, double seconds, Figures& figures) {
  const auto space = std::filesystem::space("/tmp");
  if (static_cast<double>(space.available) < kBytesOfCard * cards) {
    return fail("bench.space", "the disk has no room for the campaign's ledger");
  }
  const auto line = [=] { return run_line(cards / kProcesses, seconds); };
  TRY(auto lines, run_children({line, line}));
  double made = 0, per_s = 0, mb = 0, growth = 0;
  for (const auto& numbers : lines) {
    made += numbers.at("cards");
    per_s += numbers.at("per_s");
    mb = std::max(mb, numbers.at("mb"));
    growth = std::max(growth, numbers.at("growth_mb"));
  }
  figures.add({"campaign.cards", made, "count", {}});
  figures.add({"campaign.cards_per_s", per_s, "1/s", Goal{Goal::Kind::at_least, 163}});
  figures.add({"campaign.rss_mb", mb, "MB", {}});
  figures.add({"campaign.rss_growth_mb", growth, "MB", {}});
  return ok();
}

Status measure_kills(int rounds, int minutes, Figures& figures) {
  TRY(auto numbers, numbers_of_command(SOURCE_DIR "/tests/e2e/kill_rounds " + std::to_string(rounds) +
                                       " 1000 " + std::to_string(minutes)));
  figures.add({"kill.rounds", numbers.at("rounds"), "count", Goal{Goal::Kind::at_least, 500}});
  figures.add({"kill.lost", numbers.at("lost") + numbers.at("other"), "count", Goal{Goal::Kind::at_most, 0}});
  figures.add({"kill.doubled", numbers.at("doubled"), "count", Goal{Goal::Kind::at_most, 0}});
  return ok();
}

}  // namespace imprimatur::bench
