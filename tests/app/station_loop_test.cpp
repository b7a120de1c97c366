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
  std::atomic<bool> fails_to_begin{false};
  std::atomic<bool> fails{false};
  std::string cause;  // on the loop's thread, until it has stopped

  TurnHooks hooks() {
    return {[this]() -> Status {
              if (fails_to_begin) return fail("ledger.store", "it is locked");
              ++begun;
              return ok();
            },
            [this]() -> Status {
              if (fails) return fail("ledger.store", "the disk is full");
              ++committed;
              return ok();
            },
            [this] { ++started; },
            [this](const Error& error) {
              ++halted;
              cause = error.code + ": " + error.message;
            }};
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
  EXPECT_EQ(store.cause, "ledger.store: the disk is full");
}

TEST(StationLoop, TellsWhyATurnCouldNotBegin) {
  FakeStore store;
  store.fails_to_begin = true;
  StationLoop loop(store.hooks());
  EXPECT_THROW(loop.ask<int>([] { return 1; }), std::future_error);
  loop.stop();
  EXPECT_EQ(store.committed, 0);
  EXPECT_EQ(store.cause, "ledger.store: it is locked");
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
