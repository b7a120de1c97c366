// `tools/bench reliability`: nothing lost, nothing doubled, by numbers (tests/bench/RESULTS.md says what each
// is). Exit code 0 when everything was measured, whether the goals are met or not.
//
// The environment chooses from the long form: RELIABILITY_PARTS (sim, crash, journal, claim, restart, memory,
// daemon, campaign, mutation, kills, with commas; all), CAMPAIGN_SECONDS (four minutes) and KILL_MINUTES (an
// hour), after which these two stop.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "bench/reliability_fill.hpp"
#include "bench/reliability_parts.hpp"

namespace imprimatur::bench {
namespace {

constexpr int kCampaignCards = 585600;

double from_environment(const char* name, double otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtod(text, nullptr);
}

Status run_quick(Figures& figures) {
  TRY_STATUS(measure_simulation(100, figures));
  TRY_STATUS(measure_crashes(2, 20, 6, figures));
  TRY_STATUS(measure_journal(2, figures));
  TRY_STATUS(measure_ledger(
      {.finished_few = 2000, .finished_many = 20000, .restart_jobs = 5000, .memory_jobs = 10000}, figures));
  return measure_campaign(100, 4, figures);
}

// Whether a part is asked for: RELIABILITY_PARTS names some, with commas; without it, all.
bool is_asked_for(std::string_view part) {
  const char* text = std::getenv("RELIABILITY_PARTS");
  return text == nullptr ||
         ("," + std::string(text) + ",").find("," + std::string(part) + ",") != std::string::npos;
}

Status run_long(Figures& figures) {
  if (is_asked_for("sim")) {
    TRY_STATUS(measure_simulation(10000, figures));
  }
  if (is_asked_for("crash")) {
    TRY_STATUS(measure_crashes(60, 150, 12, figures));
  }
  if (is_asked_for("journal")) {
    TRY_STATUS(measure_journal(10, figures));
  }
  TRY_STATUS(measure_ledger({.finished_few = 10000,
                             .finished_many = is_asked_for("claim") ? 10000000 : 0,
                             .restart_jobs = is_asked_for("restart") ? 100000 : 0,
                             .memory_jobs = is_asked_for("memory") ? 1000000 : 0},
                            figures));
  if (is_asked_for("daemon")) {
    TRY_STATUS(measure_daemon_start(100000, 1000000, figures));
  }
  if (is_asked_for("campaign")) {
    TRY_STATUS(measure_campaign(kCampaignCards, from_environment("CAMPAIGN_SECONDS", 240), figures));
  }
  if (is_asked_for("mutation")) {
    TRY_STATUS(measure_mutation(figures));
  }
  const double minutes = from_environment("KILL_MINUTES", 60);
  return is_asked_for("kills") && minutes > 0 ? measure_kills(500, static_cast<int>(minutes), figures) : ok();
}

Status run(bool quick, Figures& figures) {
  if (!quick) return run_long(figures);
  TRY_STATUS(run_quick(figures));
  figures.forget_goals();  // they are about a thousand times as much
  return ok();
}

}  // namespace
}  // namespace imprimatur::bench

// Also: bench-reliability fill LEDGER JOBS, for tests/bench/daemon_start.
int main(int count, char** words) {
  using namespace imprimatur;
  if (count == 4 && std::string_view(words[1]) == "fill") {
    const auto filled = bench::fill_ledger(words[2], std::atoi(words[3]), true);
    if (!filled) std::fprintf(stderr, "%s\n", filled.error().message.c_str());
    return filled ? 0 : 1;
  }
  return imprimatur::bench::run_bench("reliability", count, words, imprimatur::bench::run);
}
