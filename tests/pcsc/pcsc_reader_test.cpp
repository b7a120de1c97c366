// PcscReader against a real pcscd with virtual cards behind it.
#include "devices/pcsc/pcsc_reader.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"

namespace imprimatur::devices {
namespace {

using testing::PcscBench;

constexpr int kPatienceMs = 5000;

class PcscReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = PcscBench::start();
    ASSERT_TRUE(started) << started.error().message;
    bench = std::move(started).value();
  }

  // Moves a blank into reader 1; its serial.
  std::string insert() {
    const std::string answer = bench->control("take reader-1");
    EXPECT_EQ(answer.substr(0, 3), "ok ") << answer;
    const auto there = reader.wait_for_card(true, kPatienceMs);
    EXPECT_TRUE(there && there.value());
    return answer.substr(3);
  }

  std::unique_ptr<PcscBench> bench;
  PcscReader reader{PcscBench::reader_name(1)};
};

const Bytes kSelectIssuerDomain = hex("00A4040C08A000000151000000");

TEST_F(PcscReaderTest, ListsTheReaders) {
  const auto readers = list_readers();
  ASSERT_TRUE(readers) << readers.error().message;
  EXPECT_EQ(readers.value(),
            (std::vector<std::string>{PcscBench::reader_name(1), PcscBench::reader_name(2)}));
}

TEST_F(PcscReaderTest, WaitsForACardToComeAndGo) {
  EXPECT_EQ(reader.wait_for_card(true, 50).value(), false);
  EXPECT_EQ(reader.wait_for_card(false, 0).value(), true);
  const std::string serial = insert();
  EXPECT_EQ(reader.wait_for_card(false, 50).value(), false);
  EXPECT_EQ(bench->control("move " + serial + " to output"), "ok");
  EXPECT_EQ(reader.wait_for_card(false, kPatienceMs).value(), true);
}

TEST_F(PcscReaderTest, TalksToACard) {
  EXPECT_EQ(reader.connect().error().code, "reader.no_card");
  insert();
  auto channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  EXPECT_GE(channel.value()->atr().size(), 2U);
  EXPECT_TRUE(channel.value()->extended_length());  // the virtual reader says 65,536 bytes
  EXPECT_EQ(to_hex(channel.value()->transmit(kSelectIssuerDomain).value()), "9000");
  EXPECT_EQ(channel.value()->reset().value(), channel.value()->atr());
  EXPECT_EQ(to_hex(channel.value()->transmit(kSelectIssuerDomain).value()), "9000");
}

TEST_F(PcscReaderTest, HoldsTheCardForItself) {
  insert();
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  PcscReader other(PcscBench::reader_name(1));
  const auto second = other.connect();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "reader.in_use");
  channel.value().reset();
  EXPECT_TRUE(other.connect());
}

TEST_F(PcscReaderTest, TellsACardThatWasPulled) {
  const std::string serial = insert();
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  EXPECT_EQ(bench->control("move " + serial + " to reject"), "ok");
  const auto answer = channel.value()->transmit(kSelectIssuerDomain);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().happened, Happened::unknown);
  EXPECT_TRUE(answer.error().code == "card.removed" || answer.error().code == "card.transport")
      << answer.error().code;
}

// pcscd calls it a success with a length of zero.
TEST_F(PcscReaderTest, TellsAnAnswerOfNoBytesAsUnknown) {
  const std::string serial = insert();
  EXPECT_EQ(bench->control("fault " + serial + " lost_answer 1"), "ok");
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  const auto answer = channel.value()->transmit(kSelectIssuerDomain);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, "card.transport");
  EXPECT_EQ(answer.error().happened, Happened::unknown);
  EXPECT_NE(answer.error().message.find("answered 0 bytes"), std::string::npos) << answer.error().message;
}

TEST_F(PcscReaderTest, TellsACardThatDoesNotAnswerToReset) {
  const std::string receipt =
      read_text_file(bench->receipt()).value();  // a headline, then the blanks in hopper order
  const std::size_t line = receipt.find('\n') + 1;
  const std::string serial = receipt.substr(line, receipt.find(',', line) - line);
  EXPECT_EQ(bench->control("fault " + serial + " dead"), "ok");
  EXPECT_EQ(insert(), serial);
  const auto channel = reader.connect();
  ASSERT_FALSE(channel);
  EXPECT_EQ(channel.error().code, "reader.mute");
  EXPECT_EQ(channel.error().happened, Happened::no);
}

TEST_F(PcscReaderTest, TellsAReaderThatIsNotThere) {
  PcscReader other("No Such Reader 00 00");
  EXPECT_EQ(other.connect().error().code, "reader.gone");
  EXPECT_EQ(other.wait_for_card(true, 100).error().code, "reader.gone");
}

TEST_F(PcscReaderTest, SurvivesARestartOfPcscd) {
  insert();
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  bench->kill_pcscd();
  const auto lost = channel.value()->transmit(kSelectIssuerDomain);
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, "card.transport");
  EXPECT_EQ(lost.error().happened, Happened::unknown);
  channel.value().reset();
  EXPECT_EQ(reader.connect().error().code, "reader.service");
  EXPECT_EQ(list_readers().error().code, "reader.service");
  ASSERT_TRUE(bench->start_pcscd());
  ASSERT_TRUE(reader.wait_for_card(true, kPatienceMs).value());
  channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  EXPECT_EQ(to_hex(channel.value()->transmit(kSelectIssuerDomain).value()), "9000");
}

}  // namespace
}  // namespace imprimatur::devices
