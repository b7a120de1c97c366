// Lanes, readers and a real pcscd together: one hung card slows no other reader, and its reader comes back.
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "app/lanes.hpp"
#include "base/encoding.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"

namespace imprimatur::app {
namespace {

using imprimatur::testing::PcscBench;
using SteadyClock = std::chrono::steady_clock;

constexpr int kPatienceMs = 5000;
constexpr int kLimitMs = 300;
constexpr int kCommands = 1000;
constexpr int kReaders = 3;

const Bytes kSelectIssuerDomain = hex("00A4040C08A000000151000000");

class HungReader : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = PcscBench::start({.readers = kReaders});
    ASSERT_TRUE(started) << started.error().message;
    bench = std::move(started).value();
    for (int i = 1; i <= kReaders; ++i) {
      readers.push_back(std::make_shared<devices::PcscReader>(PcscBench::reader_name(i)));
      const std::string answer = bench->control("take reader-" + std::to_string(i));
      ASSERT_EQ(answer.substr(0, 3), "ok ");
      serials.push_back(answer.substr(3));
      ASSERT_TRUE(readers.back()->wait_for_card(true, kPatienceMs).value());
    }
  }
  void TearDown() override {
    if (bench) bench->control("move " + serials[0] + " to reject");  // whatever still hangs comes back
    lanes.stop();
  }

  void note(std::string what) {
    {
      const std::lock_guard lock(mutex);
      notes.push_back(std::move(what));
    }
    changed.notify_all();
  }
  bool wait_for(const std::string& what) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::milliseconds(kPatienceMs),
                            [&] { return std::find(notes.begin(), notes.end(), what) != notes.end(); });
  }

  // Connects and sends so many commands, under a limit as the station has it.
  void talk(int number, int commands) {
    const std::string name = "reader-" + std::to_string(number);
    auto call = [this, name, commands,
                 reader = readers[static_cast<std::size_t>(number - 1)]]() -> station::Report {
      auto channel = reader->connect();
      bool well = channel.has_value();
      for (int i = 0; well && i < commands; ++i)
        well = channel.value()->transmit(kSelectIssuerDomain).has_value();
      return [this, name, well] { note(name + (well ? " done" : " failed")); };
    };
    lanes.run_within(name, 0, std::move(call),
                     {kLimitMs * 10, [this, name] { note(name + " overdue"); },
                      [this, name] { note(name + " returned"); }});
  }

  // Time that all readers but the first need for their commands, side by side.
  SteadyClock::duration others() {
    {
      const std::lock_guard lock(mutex);
      notes.clear();
    }
    const auto began = SteadyClock::now();
    for (int i = 2; i <= kReaders; ++i) talk(i, kCommands);
    for (int i = 2; i <= kReaders; ++i) EXPECT_TRUE(wait_for("reader-" + std::to_string(i) + " done"));
    return SteadyClock::now() - began;
  }

  std::unique_ptr<PcscBench> bench;
  std::vector<std::shared_ptr<devices::PcscReader>> readers;
  std::vector<std::string> serials;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> notes;
  Lanes lanes{[](station::Report report) { report(); }};
};

TEST_F(HungReader, SlowsNoOtherReaderIsReportedInItsTimeAndComesBackWhenTheCardIsOut) {
  const auto undisturbed = others();
  EXPECT_EQ(bench->control("fault " + serials[0] + " mute 1"), "ok");
  talk(1, 1);
  const auto disturbed = others();
  // Far above what a machine's noise does, far below what waiting for the hung card would take.
  EXPECT_LT(disturbed, undisturbed * 5 + std::chrono::milliseconds(500));
  ASSERT_TRUE(wait_for("reader-1 overdue"));
  EXPECT_EQ(lanes.abandoned(), 1);
  others();  // and abandoned, it disturbs nobody either

  EXPECT_EQ(bench->control("move " + serials[0] + " to reject"), "ok");
  ASSERT_TRUE(wait_for("reader-1 returned"));
  EXPECT_EQ(bench->control("take reader-1").substr(0, 3), "ok ");
  ASSERT_TRUE(readers[0]->wait_for_card(true, kPatienceMs).value());
  talk(1, 10);
  EXPECT_TRUE(wait_for("reader-1 done"));
}

TEST_F(HungReader, DoesNotHoldUpTheEnd) {
  EXPECT_EQ(bench->control("fault " + serials[0] + " mute 1"), "ok");
  talk(1, 1);
  const auto began = SteadyClock::now();
  EXPECT_EQ(lanes.stop(std::chrono::milliseconds(kLimitMs)), 1);
  EXPECT_LT(SteadyClock::now() - began, std::chrono::seconds(3));
  EXPECT_EQ(bench->control("move " + serials[0] + " to reject"), "ok");
  EXPECT_TRUE(wait_for("reader-1 returned")) << "its thread ends by itself";
}

}  // namespace
}  // namespace imprimatur::app
