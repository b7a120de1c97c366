#include "app/metrics.hpp"

#include <gtest/gtest.h>

#include "base/random.hpp"
#include "ledger/ledger.hpp"
#include "tests/ledger/test_vault.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::app {
namespace {

std::string entry(const std::string& type, const std::string& data) {
  return "{\"data\":" + data + ",\"sequence\":\"1\",\"type\":\"org.imprimatur." + type + ".v1\"}";
}

class MetricsOfAStation : public testing::Test {
 protected:
  void SetUp() override {
    auto made =
        ledger::Ledger::create(folder_ / "ledger.sqlite", {"s-1", "example/log"}, {clock_, random_, vault_});
    ASSERT_TRUE(made) << made.error().message;
    ledger_ = std::move(made).value();
    auto opened = ledger::LedgerReader::open(folder_ / "ledger.sqlite");
    ASSERT_TRUE(opened);
    reader_ = std::move(opened).value();
  }
  // The value of a line, or nothing when there is no such line.
  std::string value_of(const std::string& name, WallTime now = {}) const {
    const std::string text = "\n" + metrics_.text(*reader_, now);
    const auto at = text.find("\n" + name + " ");
    if (at == std::string::npos) return "none";
    const auto begin = at + name.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  test_support::TemporaryFolder folder_;
  SystemClock clock_;
  SystemRandom random_;
  test_support::TestVault vault_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<ledger::LedgerReader> reader_;
  Metrics metrics_{"0.1.0", 100};
};

TEST_F(MetricsOfAStation, CountCardsStatementsAndStepsOfThisRun) {
  EXPECT_EQ(value_of("imprimatur_cards_total{result=\"good\"}"), "0");
  metrics_.observe(entry("attempt.good", "{}"));
  metrics_.observe(entry("attempt.good", "{}"));
  metrics_.observe(entry("attempt.spoiled", "{}"));
  metrics_.observe(entry("statement.refused", "{}"));
  metrics_.observe(entry("attempt.step", R"({"evidence":{"ms":300},"step":"out"})"));
  metrics_.observe(entry("attempt.step", R"({"evidence":{},"step":"sent"})"));
  metrics_.observe("no entry");
  EXPECT_EQ(value_of("imprimatur_cards_total{result=\"good\"}"), "2");
  EXPECT_EQ(value_of("imprimatur_cards_total{result=\"spoiled\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_statements_total{result=\"refused\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_step_seconds_count{step=\"out\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_step_seconds_bucket{step=\"out\",le=\"0.25\"}"), "0");
  EXPECT_EQ(value_of("imprimatur_step_seconds_bucket{step=\"out\",le=\"0.5\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_step_seconds_count{step=\"sent\"}"), "none");
}

TEST_F(MetricsOfAStation, TellTheStateOfEachDevice) {
  metrics_.observe(entry("device.fault", R"({"device":"reader-1"})"));
  EXPECT_EQ(value_of("imprimatur_device_state{device=\"reader-1\",state=\"fault\"}"), "1");
  metrics_.observe(entry("device.cleared", R"({"device":"reader-1"})"));
  EXPECT_EQ(value_of("imprimatur_device_state{device=\"reader-1\",state=\"fault\"}"), "0");
  EXPECT_EQ(value_of("imprimatur_device_state{device=\"reader-1\",state=\"up\"}"), "1");
}

TEST_F(MetricsOfAStation, TellWhatTheLedgerHas) {
  ASSERT_TRUE(ledger_->begin_group());
  ASSERT_TRUE(ledger_->count_signature("ds-UTO", 100));
  ASSERT_TRUE(ledger_->receive_blanks("serial,class,chip_id\nB1,blue," + std::string(84, 'A') + "\n", {}));
  ASSERT_TRUE(ledger_->commit_group());
  EXPECT_EQ(value_of("imprimatur_signer_signatures{key=\"ds-UTO\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_signer_signatures_left{key=\"ds-UTO\"}"), "99");
  EXPECT_EQ(value_of("imprimatur_stock_blanks{class=\"blue\",place=\"line\"}"), "1");
  EXPECT_EQ(value_of("imprimatur_queue_depth"), "0");
  EXPECT_EQ(value_of("imprimatur_journal_entries"), std::to_string(reader_->journal_size().value()));
}

TEST_F(MetricsOfAStation, TellHowLongEntriesWaitForACheckpoint) {
  const WallTime then{std::chrono::seconds(1000)};
  EXPECT_EQ(value_of("imprimatur_log_checkpoint_age_seconds"), "none");
  metrics_.log_published({reader_->journal_size().value(), then});
  EXPECT_EQ(value_of("imprimatur_log_checkpoint_age_seconds", then + std::chrono::seconds(90)), "0");
  metrics_.log_published({0, then});
  EXPECT_EQ(value_of("imprimatur_log_checkpoint_age_seconds", then + std::chrono::seconds(90)), "90");
}

}  // namespace
}  // namespace imprimatur::app
