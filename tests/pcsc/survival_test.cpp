// What goes wrong with readers and cards in a real pcscd, and what the reader's user is told: failed (nothing
// was sent), or unknown (read the card first).
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <thread>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"

namespace imprimatur::devices {
namespace {

using testing::PcscBench;

constexpr int kPatienceMs = 5000;
constexpr int kRounds = 500;

const Bytes kSelectIssuerDomain = hex("00A4040C08A000000151000000");
const Bytes kGetIdentity = hex("80CA9F7F00");

class PcscSurvival : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = PcscBench::start();
    ASSERT_TRUE(started) << started.error().message;
    bench = std::move(started).value();
  }

  std::string insert(int number, PcscReader& into) {
    const std::string answer = bench->control("take reader-" + std::to_string(number));
    EXPECT_EQ(answer.substr(0, 3), "ok ") << answer;
    const auto there = into.wait_for_card(true, kPatienceMs);
    EXPECT_TRUE(there && there.value());
    return answer.substr(3);
  }

  std::filesystem::path plug(int number) const {
    return bench->folder() / "s" / ("reader-" + std::to_string(number) + ".sock.unplugged");
  }
  void unplug(int number) { ASSERT_TRUE(write_file(plug(number), {})); }
  void plug_in(int number) { std::filesystem::remove(plug(number)); }

  // Waits until the reader answers like this to the question whether it is there.
  bool wait_until_lost(PcscReader& which, bool lost) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (std::chrono::steady_clock::now() < deadline) {
      if (which.wait_for_card(true, 20).has_error() == lost) return true;
    }
    return false;
  }

  std::unique_ptr<PcscBench> bench;
  PcscReader reader{PcscBench::reader_name(1)};
  PcscReader other{PcscBench::reader_name(2)};
};

TEST_F(PcscSurvival, AReaderUnpluggedUnderAConnectionIsUnknownThenGoneAndComesBack) {
  insert(1, reader);
  auto channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  unplug(1);
  ASSERT_TRUE(wait_until_lost(reader, true));
  const auto answer = channel.value()->transmit(kSelectIssuerDomain);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "card.transport") << answer.error().message;
  EXPECT_EQ(answer.error().happened, Happened::unknown);
  channel.value().reset();
  const auto again = reader.connect();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, "reader.gone") << again.error().message;
  EXPECT_EQ(again.error().happened, Happened::no);
  EXPECT_EQ(reader.wait_for_card(true, 50).error().code, "reader.gone");

  plug_in(1);
  ASSERT_TRUE(wait_until_lost(reader, false));
  ASSERT_TRUE(reader.wait_for_card(true, kPatienceMs).value());
  channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  EXPECT_EQ(to_hex(channel.value()->transmit(kSelectIssuerDomain).value()), "9000");
}

TEST_F(PcscSurvival, AnUnpluggedReaderTouchesNoOther) {
  insert(2, other);
  auto channel = other.connect();
  ASSERT_TRUE(channel);
  unplug(1);
  ASSERT_TRUE(wait_until_lost(reader, true));
  EXPECT_EQ(to_hex(channel.value()->transmit(kSelectIssuerDomain).value()), "9000");
  plug_in(1);
}

TEST_F(PcscSurvival, ARestartOfPcscdInMidCommandIsUnknownAndTheCardIsReadAgain) {
  const std::string serial = insert(1, reader);
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  ASSERT_TRUE(channel.value()->transmit(kSelectIssuerDomain));
  EXPECT_EQ(bench->control("fault " + serial + " mute 2"), "ok");
  auto hung = std::async(std::launch::async, [&] { return channel.value()->transmit(kGetIdentity); });
  EXPECT_EQ(hung.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout) << "it hangs";
  bench->kill_pcscd();
  const auto lost = hung.get();
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().happened, Happened::unknown);
  channel.value().reset();
  EXPECT_EQ(bench->control("fault " + serial + " none"), "ok");
  ASSERT_TRUE(bench->start_pcscd());
  ASSERT_TRUE(reader.wait_for_card(true, kPatienceMs).value());
  channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  ASSERT_TRUE(channel.value()->transmit(kSelectIssuerDomain));
  EXPECT_EQ(to_hex(channel.value()->transmit(kGetIdentity).value()).substr(0, 6), "9F7F2A");
}

// The connection belongs to the card, not to the slot: what is put in quickly in its place is another card,
// and nothing that is sent reaches it under the old connection.
TEST_F(PcscSurvival, ACardSwappedQuicklyEndsTheConnectionAlsoForAReset) {
  const std::string first = insert(1, reader);
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  ASSERT_TRUE(channel.value()->transmit(kSelectIssuerDomain));
  const Bytes identity = channel.value()->transmit(kGetIdentity).value();
  EXPECT_EQ(bench->control("move " + first + " to reject"), "ok");
  const std::string second = bench->control("take reader-1").substr(3);
  EXPECT_NE(second, first);
  const auto reset = channel.value()->reset();
  const auto answer = channel.value()->transmit(kGetIdentity);
  EXPECT_FALSE(reset);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().happened, Happened::unknown);
  channel.value().reset();
  ASSERT_TRUE(reader.wait_for_card(true, kPatienceMs).value());
  channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  ASSERT_TRUE(channel.value()->transmit(kSelectIssuerDomain));
  EXPECT_NE(channel.value()->transmit(kGetIdentity).value(), identity);
}

TEST_F(PcscSurvival, AMuteCardHangsItsOwnReaderOnlyAndTheCallReturnsWhenItIsTakenOut) {
  const std::string serial = insert(1, reader);
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  EXPECT_EQ(bench->control("fault " + serial + " mute 1"), "ok");
  auto hung = std::async(std::launch::async, [&] { return channel.value()->transmit(kSelectIssuerDomain); });
  EXPECT_EQ(hung.wait_for(std::chrono::milliseconds(100)), std::future_status::timeout);
  insert(2, other);
  auto beside = other.connect();
  ASSERT_TRUE(beside);
  for (int i = 0; i < kRounds; ++i) ASSERT_TRUE(beside.value()->transmit(kSelectIssuerDomain));
  EXPECT_EQ(hung.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  EXPECT_EQ(bench->control("move " + serial + " to reject"), "ok");
  const auto answer = hung.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().happened, Happened::unknown);
}

}  // namespace
}  // namespace imprimatur::devices
