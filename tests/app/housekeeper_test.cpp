#include "app/housekeeper.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace imprimatur::app {
namespace {

TEST(Housekeeper, PublishesAfterAWakeAndThenTellsProgress) {
  std::promise<void> told;
  std::atomic<int> published{0};
  std::atomic<bool> once{false};
  Housekeeper housekeeper({[&] { ++published; },
                           [&] {
                             if (!once.exchange(true)) told.set_value();
                           }});
  housekeeper.wake();
  ASSERT_EQ(told.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
  EXPECT_GE(published, 1);
}

TEST(Housekeeper, MakesOneRoundOfManyWakes) {
  std::atomic<int> published{0};
  Housekeeper housekeeper({[&] { ++published; }, [] {}});
  for (int i = 0; i < 1000; ++i) housekeeper.wake();
  housekeeper.stop();
  EXPECT_LE(published, 3);
}

// A checkpoint must follow what the station wrote last, however soon it ends.
TEST(Housekeeper, DoesWhatIsDueOnceMoreWhenItIsStopped) {
  for (int i = 0; i < 20; ++i) {
    std::atomic<int> published{0};
    Housekeeper housekeeper({[&] { ++published; }, [] {}});
    housekeeper.stop();
    EXPECT_GE(published, 1);
  }
}

}  // namespace
}  // namespace imprimatur::app
