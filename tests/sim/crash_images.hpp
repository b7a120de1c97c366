// The ledger alone on a simulated disk: a seeded history of groups, in which the power goes at every durable
// write with many images of what was not synced, or one call of the disk fails. Reopened, the ledger holds
// exactly the last commit that was acknowledged, or the one that was under way, whole; and it can go on.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/disk.hpp"

namespace imprimatur::sim {

struct CrashTotals {
  std::uint64_t points = 0;  // moments at which the power went, or calls that failed
  std::uint64_t images = 0;
  std::uint64_t commits = 0;
  std::vector<std::string> broken;  // what did not hold, with the seed, at most a few
};

// The power goes at every sync of the history.
void cut_power_everywhere(std::uint64_t seed, int groups, int images_a_point, CrashTotals& totals);

// The n-th call of the kind fails, for n = first, first + stride, …; `for_good`: and every one after it. Then
// the process is started again on the same disk, works, and the power goes.
struct FailingCalls {
  DiskCall call = DiskCall::sync;
  int code = 0;  // of SQLite
  bool for_good = false;
  int first = 0;
  int stride = 1;
};
void fail_everywhere(std::uint64_t seed, int groups, const FailingCalls& failing, CrashTotals& totals);

}  // namespace imprimatur::sim
