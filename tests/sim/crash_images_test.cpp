// The short form of what `tools/bench reliability` does at length.
#include "tests/sim/crash_images.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

namespace imprimatur::sim {
namespace {

using testing::IsEmpty;

TEST(PowerCutOnDisk, LeavesEveryAcknowledgedCommitAndNoHalfOne) {
  CrashTotals totals;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) cut_power_everywhere(seed, 60, 6, totals);
  EXPECT_THAT(totals.broken, IsEmpty());
  EXPECT_GT(totals.points, 150U);
  EXPECT_GT(totals.images, 900U);
}

struct Failing {
  const char* name;
  DiskCall call;
  int code;
};

class FailingDisk : public testing::TestWithParam<Failing> {};

TEST_P(FailingDisk, LosesNothingAcknowledgedAndGoesOnAfterANewStart) {
  for (const bool for_good : {false, true}) {
    CrashTotals totals;
    fail_everywhere(7, 25,
                    {.call = GetParam().call,
                     .code = GetParam().code,
                     .for_good = for_good,
                     .first = for_good ? 3 : 0,
                     .stride = GetParam().call == DiskCall::sync ? 1 : 29},
                    totals);
    EXPECT_THAT(totals.broken, IsEmpty());
    EXPECT_GT(totals.points, 0U);
  }
}

INSTANTIATE_TEST_SUITE_P(Calls, FailingDisk,
                         testing::Values(Failing{"FullDisk", DiskCall::write, SQLITE_FULL},
                                         Failing{"WriteError", DiskCall::write, SQLITE_IOERR_WRITE},
                                         Failing{"ReadError", DiskCall::read, SQLITE_IOERR_READ},
                                         Failing{"SyncError", DiskCall::sync, SQLITE_IOERR_FSYNC}),
                         [](const auto& failing) { return failing.param.name; });

}  // namespace
}  // namespace imprimatur::sim
