// The whole way of a chip through a real pcscd: identify, write, read back, close, inspect, move, read again.
#include <gtest/gtest.h>

#include <chrono>

#include "base/files.hpp"
#include "devices/pcsc/pcsc_reader.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"
#include "tests/chip/test_trust.hpp"

namespace imprimatur {
namespace {

using lds::FileId;

constexpr int kPatienceMs = 5000;

class WholePath : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = testing::PcscBench::start();
    ASSERT_TRUE(started) << started.error().message;
    bench = std::move(started).value();
    const std::string answer = bench->control("take reader-1");
    ASSERT_EQ(answer.substr(0, 3), "ok ") << answer;
    serial = answer.substr(3);
    ASSERT_TRUE(reader.wait_for_card(true, kPatienceMs).value());
  }

  // As the receipt of the stock says it: serial,class,chip_id.
  std::string chip_id_of_receipt() const {
    const std::string receipt = read_text_file(bench->receipt()).value();
    const std::size_t line = receipt.find(serial + ",");
    const std::size_t id = receipt.rfind(',', receipt.find('\n', line)) + 1;
    return receipt.substr(id, 84);
  }

  std::unique_ptr<testing::PcscBench> bench;
  std::string serial;
  devices::PcscReader reader{testing::PcscBench::reader_name(1)};
  SystemRandom random;
  chip::testing::CardKeyVault vault;
  chip::testing::TestTrust trust;
  chip::ChipProfile profile = chip::testing::load_test_profile();
  chip::ChipContent content = trust.content(chip::testing::specimen_groups());
};

TEST_F(WholePath, MakesAGoodCardAndFindsItAgainInAnotherReader) {
  const auto begin = std::chrono::steady_clock::now();
  auto channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  EXPECT_EQ(chip::read_identity(*channel.value(), profile).value().hex(), chip_id_of_receipt());
  const auto written = chip::write_chip(*channel.value(), profile, content, vault, random);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written.value().read_back, content.files);
  const auto closed = chip::close_chip(*channel.value(), profile, vault, random);
  ASSERT_TRUE(closed) << closed.error().message;
  const chip::InspectionRequest request{.mrz = content.mrz,
                                        .anchors = {trust.csca()},
                                        .at = chip::testing::today(),
                                        .expected = &content.files,
                                        .profile = &profile};
  const auto report = chip::inspect(*channel.value(), request, random);
  ASSERT_TRUE(report) << report.error().message;
  for (const auto& finding : report.value().findings)
    ADD_FAILURE() << finding.code << ": " << finding.sentence;
  const auto end = std::chrono::steady_clock::now();
  RecordProperty(
      "ms_per_card",
      static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(end - begin).count()));
  RecordProperty("apdus", static_cast<int>(written.value().count.commands + closed.value().count.commands +
                                           report.value().count.commands));
  channel.value().reset();

  EXPECT_EQ(bench->control("move " + serial + " to printer-1"), "ok");
  ASSERT_TRUE(reader.wait_for_card(false, kPatienceMs).value());
  EXPECT_EQ(bench->control("move " + serial + " to reader-2"), "ok");
  devices::PcscReader second(testing::PcscBench::reader_name(2));
  ASSERT_TRUE(second.wait_for_card(true, kPatienceMs).value());
  auto again = second.connect();
  ASSERT_TRUE(again) << again.error().message;
  const auto found = chip::reread(*again.value(),
                                  {.mrz = content.mrz,
                                   .expected = &content.files,
                                   .groups = {FileId::dg2, FileId::dg13},
                                   .profile = &profile},
                                  random);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_TRUE(found.value().passed());
  EXPECT_EQ(found.value().files.size(), 4U);
}

TEST_F(WholePath, AnAnswerThatIsLostWhileWritingIsUnknownAndTheStateCanBeRead) {
  EXPECT_EQ(bench->control("fault " + serial + " cut 7 300"), "ok");
  {
    auto channel = reader.connect();
    ASSERT_TRUE(channel);
    const auto written = chip::write_chip(*channel.value(), profile, content, vault, random);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, "card.transport");
    EXPECT_EQ(written.error().happened, Happened::unknown);
  }
  auto channel = reader.connect();
  ASSERT_TRUE(channel) << channel.error().message;
  const auto state = chip::read_chip_state(*channel.value(), profile);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state.value().identity.hex(), chip_id_of_receipt());
  EXPECT_TRUE(state.value().blank_keys);
  EXPECT_FALSE(state.value().activated);
}

TEST_F(WholePath, ACounterfeitIsQuarantined) {
  EXPECT_EQ(bench->control("fault " + serial + " wrong_keys"), "ok");
  auto channel = reader.connect();
  ASSERT_TRUE(channel);
  const auto written = chip::write_chip(*channel.value(), profile, content, vault, random);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, "chip.authentication_failed");
  EXPECT_EQ(chip::action_of(written.error()), chip::StatusAction::quarantine);
}

}  // namespace
}  // namespace imprimatur
