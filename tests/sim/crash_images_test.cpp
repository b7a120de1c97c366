// The short form of what `tools/bench reliability` does at length.
#include "tests/sim/crash_images.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include "tests/ledger/bench.hpp"

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

// SQLite ends a transaction by itself when a page cannot be read in it. What comes after in that group would
// be a transaction of its own, and durable without what it rests on.
class GroupOnDisk : public test_support::LedgerBench {
 protected:
  void TearDown() override { ledger.reset(); }
  SimulatedDisk disk;
};

TEST_F(GroupOnDisk, TakesNothingMoreWhenItsTransactionWasEndedByAReadError) {
  reopen();  // nothing of the stock's table is in memory
  const auto before = ledger->journal_size();
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->device_event("up", "reader-1", "seen"));
  disk.on_call = [](DiskCall call) { return call == DiskCall::read ? SQLITE_IOERR_READ : SQLITE_OK; };
  EXPECT_EQ(ledger->receive_blanks(test_support::receipt(1, 2), {}).error().code, "ledger.store");
  disk.on_call = nullptr;
  const auto next = ledger->device_event("up", "reader-2", "seen");
  ASSERT_FALSE(next);
  EXPECT_EQ(next.error().code, "ledger.store");
  EXPECT_FALSE(ledger->commit_group());
  ledger->roll_back_group();
  reopen();
  EXPECT_EQ(ledger->journal_size(), before);
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
