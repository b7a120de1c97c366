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
    hooks.begin = [this] { return ledger->begin_group(); };
    hooks.commit = [this] { return ledger->commit_group(); };
    hooks.after_commit = [] {};
    hooks.halted = [](const Error&) {};
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

class TidyingTest : public LoopAlone {
 protected:
  void SetUp() override {
    LoopAlone::SetUp();
    config.work = folder.path();
    config.issued_hours = 24;
    config.other_hours = 720;
    config.free_mib_min = 1;
  }
  Tidying make(StationLoop& loop) {
    return Tidying({config, loop, *ledger, [this](bool enough) { rooms.push_back(enough); }, clock, log});
  }
  Config config;
  NullLog log;
  std::vector<bool> rooms;
};

// More than one turn's worth, so that the line does not wait for the whole.
TEST_F(TidyingTest, ErasesInTurnsWhatIsDueAndThenItsDayKeys) {
  constexpr int kJobs = 450;
  ASSERT_TRUE(ledger->begin_group());
  for (int i = 1; i <= kJobs; ++i) {
    ASSERT_TRUE(ledger->receive_job(test_support::new_job(i)));
    ASSERT_TRUE(ledger->cancel(test_support::uuid_of(i), {}));
  }
  ASSERT_TRUE(ledger->commit_group());
  const auto loop = make_loop();
  Tidying tidying = make(*loop);
  clock.time += std::chrono::hours(719);
  EXPECT_EQ(tidying.erase().value(), 0);
  clock.time += std::chrono::hours(2);
  EXPECT_EQ(tidying.erase().value(), kJobs);
  EXPECT_FALSE(vault.has_key("day-2026-11-24").value());
  EXPECT_EQ(
      loop->ask<std::string>([this] { return ledger->personal(test_support::uuid_of(1)).error().code; }),
      "ledger.erased");
  EXPECT_EQ(tidying.erase().value(), 0);
}

// What a wrong date cancels and shreds does not come back.
TEST_F(TidyingTest, ErasesNothingByAClockThatRanAhead) {
  ASSERT_TRUE(in_group([&] { return ledger->receive_job(test_support::new_job(1)); }));
  ASSERT_TRUE(in_group([&] { return ledger->cancel(test_support::uuid_of(1), {}); }));
  const auto loop = make_loop();
  Tidying tidying = make(*loop);
  clock.jumped = std::chrono::hours(10'000);
  clock.time += clock.jumped;
  EXPECT_EQ(tidying.erase().error().code, "station.clock");
  EXPECT_TRUE(loop->ask<bool>([this] { return ledger->personal(test_support::uuid_of(1)).has_value(); }));
  clock.time -= clock.jumped;
  clock.jumped = std::chrono::hours(0);
  EXPECT_EQ(tidying.erase().value(), 0) << "set right again, and not due yet";
  clock.time += std::chrono::hours(721);
  EXPECT_EQ(tidying.erase().value(), 1);
}

TEST_F(TidyingTest, TriesAgainWhenTheVaultDidNotDestroyTheKeys) {
  ASSERT_TRUE(in_group([&] { return ledger->receive_job(test_support::new_job(1)); }));
  ASSERT_TRUE(in_group([&] { return ledger->cancel(test_support::uuid_of(1), {}); }));
  const auto loop = make_loop();
  Tidying tidying = make(*loop);
  clock.time += std::chrono::hours(721);
  vault.out_of_order = true;
  EXPECT_EQ(tidying.erase().error().code, "vault.token");
  vault.out_of_order = false;
  ASSERT_TRUE(vault.has_key("day-2026-11-24").value());
  EXPECT_EQ(tidying.erase().value(), 0) << "the job's data are gone already";
  EXPECT_FALSE(vault.has_key("day-2026-11-24").value());
}

TEST_F(TidyingTest, SaysOnceThatThereIsNoRoomAndOnceThatThereIs) {
  const auto loop = make_loop();
  Tidying tidying = make(*loop);
  tidying.round();
  EXPECT_TRUE(tidying.has_room());
  config.free_mib_min = 2'000'000'000;  // no disk has it
  tidying.round();
  tidying.round();
  EXPECT_FALSE(tidying.has_room());
  config.free_mib_min = 1;
  tidying.round();
  EXPECT_TRUE(tidying.has_room());
  loop->stop();
  EXPECT_EQ(rooms, (std::vector<bool>{false, true}));
}

TEST_F(TidyingTest, TakesADiskThatCannotBeAskedForOneWithoutRoom) {
  const auto loop = make_loop();
  config.work = folder / "gone";
  Tidying tidying = make(*loop);
  tidying.round();
  EXPECT_FALSE(tidying.has_room());
}

}  // namespace
}  // namespace imprimatur::app
