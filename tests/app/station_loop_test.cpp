#include "app/station_loop.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace imprimatur::app {
namespace {

// A store that counts, and can be told to fail.
struct FakeStore {
  std::atomic<int> begun{0};
  std::atomic<int> committed{0};
  std::atomic<int> started{0};
  std::atomic<int> halted{0};
  std::atomic<bool> fails{false};

  TurnHooks hooks() {
    return {[this] {
              ++begun;
              return true;
            },
            [this] {
              if (fails) return false;
              ++committed;
              return true;
            },
            [this] { ++started; }, [this] { ++halted; }};
  }
};

TEST(StationLoop, AnswersOnlyAfterTheCommit) {
  FakeStore store;
  StationLoop loop(store.hooks());
  const int seen = loop.ask<int>([&] { return store.committed.load(); });
  EXPECT_EQ(seen, 0);
  EXPECT_GE(store.committed, 1);
}

TEST(StationLoop, MakesOneCommitOfWhatCameInMeanwhile) {
  FakeStore store;
  StationLoop loop(store.hooks());
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  loop.post([gate] { gate.wait(); });
  std::atomic<int> done{0};
  for (int i = 0; i < 100; ++i) loop.post([] {}, [&] { ++done; });
  open.set_value();
  loop.ask<int>([] { return 0; });
  EXPECT_EQ(done, 100);
  EXPECT_LE(store.committed, 4);
}

TEST(StationLoop, NeverAnswersForATurnThatIsNotDurable) {
  FakeStore store;
  store.fails = true;
  StationLoop loop(store.hooks());
  bool answered = false;
  EXPECT_THROW(loop.ask<int>([] { return 1; }), std::future_error);
  loop.post([] {}, [&] { answered = true; });
  EXPECT_THROW(loop.ask<int>([] { return 1; }), std::future_error);
  loop.stop();
  EXPECT_FALSE(answered);
  EXPECT_EQ(store.started, 0);
  EXPECT_EQ(store.halted, 1);
}

TEST(StationLoop, StopRunsWhatIsInTheInbox) {
  FakeStore store;
  StationLoop loop(store.hooks());
  int ran = 0;
  for (int i = 0; i < 10; ++i) loop.post([&] { ++ran; });
  loop.stop();
  EXPECT_EQ(ran, 10);
}

TEST(StationLoop, LetsNobodyWaitForALoopThatHasStopped) {
  FakeStore store;
  StationLoop loop(store.hooks());
  loop.stop();
  EXPECT_THROW(loop.ask<int>([] { return 1; }), std::future_error);
  EXPECT_EQ(store.halted, 0);
}

}  // namespace
}  // namespace imprimatur::app
