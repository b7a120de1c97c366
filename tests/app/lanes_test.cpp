#include "app/lanes.hpp"

#include <gtest/gtest.h>

#include <future>

namespace imprimatur::app {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

// Collects what lanes deliver, in the order of delivery.
class Inbox {
 public:
  void take(station::Report report) {
    {
      const std::lock_guard lock(mutex_);
      report();
      ++count_;
    }
    changed_.notify_all();
  }
  bool wait_for(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return count_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

station::LaneCall noting(std::vector<int>& order, int number) {
  return [&order, number]() -> station::Report { return [&order, number] { order.push_back(number); }; };
}

TEST(Lanes, RunTheCallsOfOneLaneInTheirOrder) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  for (int i = 0; i < 50; ++i) lanes.run("a", noting(order, i));
  ASSERT_TRUE(inbox.wait_for(50));
  for (int i = 0; i < 50; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Lanes, ABlockedLaneHoldsUpNoOther) {
  Inbox inbox;
  std::vector<int> order;
  std::promise<void> open;
  const std::shared_future<void> gate = open.get_future().share();
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  lanes.run("hung", [gate, &order]() -> station::Report {
    gate.wait();
    return [&order] { order.push_back(1); };
  });
  lanes.run("free", noting(order, 2));
  ASSERT_TRUE(inbox.wait_for(1));
  open.set_value();
  ASSERT_TRUE(inbox.wait_for(2));
  EXPECT_EQ(order, (std::vector<int>{2, 1}));
}

TEST(Lanes, ACallThatIsDueLaterLeavesTheLaneFree) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  lanes.run_later("a", 100, noting(order, 2));
  lanes.run("a", noting(order, 1));
  ASSERT_TRUE(inbox.wait_for(2));
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
}

// A call that hangs until the gate opens, then notes 1; overdue notes 2, returned notes 3.
struct HungCall {
  std::promise<void> open;
  std::shared_future<void> gate = open.get_future().share();

  void begin(Lanes& lanes, std::vector<int>& order, int limit_ms) {
    lanes.run_within("a", 0,
                     [gate = gate, &order]() -> station::Report {
                       gate.wait();
                       return [&order] { order.push_back(1); };
                     },
                     {limit_ms, [&order] { order.push_back(2); }, [&order] { order.push_back(3); }});
  }
};

TEST(Lanes, ACallThatIsOverdueIsAbandonedAndItsLaneIsNew) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  HungCall hung;
  hung.begin(lanes, order, 50);
  ASSERT_TRUE(inbox.wait_for(1));
  EXPECT_EQ(lanes.abandoned(), 1);
  lanes.run("a", noting(order, 4));
  ASSERT_TRUE(inbox.wait_for(2));
  hung.open.set_value();
  ASSERT_TRUE(inbox.wait_for(3));
  EXPECT_EQ(order, (std::vector<int>{2, 4, 3})) << "what the call itself would say is not told";
}

TEST(Lanes, ACallWithinItsLimitIsLikeAnyOther) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  HungCall call;
  call.open.set_value();
  call.begin(lanes, order, 3600000);
  lanes.run("a", noting(order, 4));
  ASSERT_TRUE(inbox.wait_for(2));
  EXPECT_EQ(order, (std::vector<int>{1, 4}));
  EXPECT_EQ(lanes.stop(), 0);
}

TEST(Lanes, StoppingDoesNotWaitForACallThatHangs) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  HungCall hung;
  hung.begin(lanes, order, 3600000);
  EXPECT_EQ(lanes.stop(std::chrono::milliseconds(50)), 1);
  EXPECT_TRUE(order.empty());
  hung.open.set_value();
  ASSERT_TRUE(inbox.wait_for(1)) << "it has come back";
}

TEST(Lanes, StoppingEndsWhatIsDueAndDropsWhatIsNot) {
  Inbox inbox;
  std::vector<int> order;
  Lanes lanes([&](station::Report report) { inbox.take(std::move(report)); });
  for (int i = 0; i < 5; ++i) lanes.run("a", noting(order, i));
  lanes.run_later("a", 3600000, noting(order, 99));
  lanes.stop();
  EXPECT_EQ(order.size(), 5U);
  lanes.run("a", noting(order, 6));
  EXPECT_EQ(order.size(), 5U);
}

}  // namespace
}  // namespace imprimatur::app
