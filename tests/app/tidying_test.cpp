// The passing of time in a working station: erasure in turns, day keys between them, room on the disk.
#include "app/tidying.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/process_memory.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::app {
namespace {

TEST(ProcessMemory, GoesIntoNoCoreFileAndToNoDebugger) {
  const pid_t child = ::fork();
  if (child == 0) {
    forbid_core_dumps();
    rlimit limit{1, 1};
    ::getrlimit(RLIMIT_CORE, &limit);
    const bool forbidden = limit.rlim_cur == 0 && limit.rlim_max == 0 && ::prctl(PR_GET_DUMPABLE) == 0;
    ::_exit(forbidden ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

class LoopAlone : public test_support::LedgerBench {
 protected:
  std::unique_ptr<StationLoop> make_loop() {
    TurnHooks hooks;
    hooks.begin = [this] { return ledger->begin_group().has_value(); };
    hooks.commit = [this] { return ledger->commit_group().has_value(); };
    hooks.after_commit = [] {};
    hooks.halted = [] {};
    return std::make_unique<StationLoop>(std::move(hooks));
  }
  void receive_in(StationLoop& loop) {
    ASSERT_TRUE(
        loop.ask<Result<ledger::Received>>([this] { return ledger->receive_job(test_support::new_job(1)); }));
  }
};

// Ledger::destroy_day_keys holds by a CHECK that no group is open: within a turn it would end the process.
TEST_F(LoopAlone, RunsWhatMayOnlyFollowACommitBetweenTurns) {
  const auto loop = make_loop();
  receive_in(*loop);
  clock.time += std::chrono::hours(25);
  const auto keys = loop->ask_alone<Result<int>>([this] { return ledger->destroy_day_keys(); });
  ASSERT_TRUE(keys);
  EXPECT_EQ(keys.value(), 0) << "the job needs its key";
  EXPECT_TRUE(loop->ask<Status>([this] { return ledger->cancel(test_support::uuid_of(1), {}); }));
  clock.time += std::chrono::hours(25);
  const ledger::Retention now{clock.time, clock.time};
  EXPECT_EQ(loop->ask<Result<int>>([&] { return ledger->erase_due(now, 10); }).value(), 1);
  EXPECT_EQ(loop->ask_alone<Result<int>>([this] { return ledger->destroy_day_keys(); }).value(), 1);
}

TEST_F(LoopAlone, AnswersNobodyWhenTheLoopHasEnded) {
  const auto loop = make_loop();
  loop->stop();
  EXPECT_THROW(loop->ask_alone<int>([] { return 1; }), std::future_error);
}

}  // namespace
}  // namespace imprimatur::app
