// The look through a log that the daemon went on with at once: what it finds, and whom it tells.
#include "app/log_watch.hpp"

#include <sqlite3.h>

#include <future>

#include "base/files.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::app {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

class FirstLine final : public Log {
 public:
  void write(const LogMessage& message, std::initializer_list<LogField>) override {
    if (!told_.exchange(true)) line.set_value(std::string(message.id));
  }
  std::promise<std::string> line;

 private:
  std::atomic<bool> told_{false};
};

class LogWatchTest : public test_support::LedgerBench {
 protected:
  void SetUp() override {
    LedgerBench::SetUp();
    in_group([&] {
      while (ledger->journal_size() < 600) EXPECT_TRUE(ledger->device_event("up", "reader-1", "test"));
      return 0;
    });
    publishing = reader();
    ASSERT_TRUE(open()->publish());
  }
  std::unique_ptr<audit::LogPublisher> open() {
    const auto keep = [this](std::string_view note) {
      return in_group([&] { return ledger->keep_checkpoint(note); });
    };
    auto opened = audit::LogPublisher::open({log_folder, test_support::kIdentity.origin, "log", {}},
                                            *publishing, vault, keep);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(opened).value();
  }
  LogWatch::Parts parts() {
    auto own = reader();
    auto check = open()->check(*own);
    EXPECT_NE(check, nullptr);
    return {std::move(own), std::move(check),
            [this](const Error& error) { difference.set_value(error.code); }, log};
  }
  std::string first_line() {
    auto line = log.line.get_future();
    return line.wait_for(kPatience) == std::future_status::ready ? line.get() : "nothing";
  }

  std::filesystem::path log_folder = folder / "log";
  std::unique_ptr<ledger::LedgerReader> publishing;
  FirstLine log;
  std::promise<std::string> difference;
};

TEST_F(LogWatchTest, TellsWhenTheLedgerIsNotTheOneThatWasSigned) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(
      sqlite3_exec(
          raw, "UPDATE journal SET entry = CAST(replace(entry, 'test', 'best') AS BLOB) WHERE sequence = 7",
          nullptr, nullptr, nullptr),
      SQLITE_OK);
  sqlite3_close(raw);
  const LogWatch watch(parts());
  auto told = difference.get_future();
  ASSERT_EQ(told.wait_for(kPatience), std::future_status::ready);
  EXPECT_EQ(told.get(), "audit.forked");
  EXPECT_EQ(first_line(), "LOG_DIFFERS");
}

TEST_F(LogWatchTest, WritesALostFileAnew) {
  const auto lost = log_folder / "tile/entries/000";
  const auto content = read_file(lost).value();
  std::filesystem::remove(lost);
  const LogWatch watch(parts());
  EXPECT_EQ(first_line(), "LOG_REBUILT");
  EXPECT_EQ(read_file(lost).value(), content);
}

// What cannot be looked at is no difference: the line goes on, and somebody is told.
TEST_F(LogWatchTest, SaysWhenItCannotLookAndTellsOfNoDifference) {
  const auto lost = log_folder / "tile/entries/000";
  std::filesystem::remove(lost);
  std::filesystem::create_directories(lost / "in the way");  // nothing can be written there
  auto told = difference.get_future();
  {
    const LogWatch watch(parts());
    EXPECT_EQ(first_line(), "LOG_NOT_CHECKED");
  }
  EXPECT_EQ(told.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
}

TEST_F(LogWatchTest, EndsAtOnceInTheMiddle) {
  const LogWatch watch(parts());  // its destructor does not wait for the end
}

}  // namespace
}  // namespace imprimatur::app
