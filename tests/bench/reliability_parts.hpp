// What `tools/bench reliability` is made of. Each part adds its figures; errors when it could not measure.
#pragma once

#include "bench/figures.hpp"

namespace imprimatur::bench {

// Seeded days on both processors: sim.*.
Status measure_simulation(int seeds, Figures& figures);

// Power cuts with images, and calls that fail: crash.*.
Status measure_crashes(int histories, int groups, int images_a_point, Figures& figures);

// Throughput of the journal on a real disk: journal.*.
Status measure_journal(double seconds, Figures& figures);

struct LedgerSizes {
  int finished_few = 0, finished_many = 0;  // jobs behind which claims are measured
  int restart_jobs = 0;
  int memory_jobs = 0;
};
// claim.*, restart.*, memory.*: those whose size is not 0. Makes ledgers of these sizes on disk, one after
// the other.
Status measure_ledger(const LedgerSizes& sizes, Figures& figures);

// The real daemon's start with so many finished jobs in its ledger, and what it holds with so many: daemon.*.
Status measure_daemon_start(int jobs, int memory_jobs, Figures& figures);

// Cards of the province's campaign through the whole station on instant virtual devices, for `seconds`, or
// until `cards` are made: campaign.*.
Status measure_campaign(int cards, double seconds, Figures& figures);

// Every guard is left out in turn by tools/mutate, which makes a build of its own: mutation.*.
Status measure_mutation(Figures& figures);

// The daemon is killed in running batches by tests/e2e/kill_rounds: kill.*.
Status measure_kills(int rounds, int minutes, Figures& figures);

}  // namespace imprimatur::bench
