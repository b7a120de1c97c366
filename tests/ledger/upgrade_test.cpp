// A file of format version 1 is taken up, and nothing in it is lost.
#include <sqlite3.h>

#include "base/files.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::uuid_of;

class LedgerUpgrade : public testing::Test {
 protected:
  void SetUp() override {
    const auto sql = read_text_file(std::filesystem::path(TEST_DATA_DIR) / "ledger-v1.sql");
    ASSERT_TRUE(sql);
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(raw, sql.value().c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
  }
  test_support::TemporaryFolder folder;
  std::filesystem::path file = folder / "ledger.sqlite";
  test_support::TestClock clock;
  SeededRandom random{7};
  test_support::TestVault vault;
};

TEST_F(LedgerUpgrade, TakesUpAFileOfVersion1WithAllThatIsInIt) {
  EXPECT_EQ(LedgerReader::open(file).error().code, "ledger.version") << "a reader changes nothing";
  auto opened = Ledger::open(file, test_support::kIdentity, {clock, random, vault});
  ASSERT_TRUE(opened) << opened.error().message;
  Ledger& ledger = *opened.value();
  EXPECT_EQ(ledger.journal_size(), 2U);
  EXPECT_EQ(ledger.job(uuid_of(1)).value().state, job::JobState::issued);
  EXPECT_EQ(ledger.attempt(uuid_of(1) + "/1").value().sequences, std::vector<Sequence>{1});
  EXPECT_EQ(ledger.signatures("ds-UTO").value(), 1);
  // The statement of then is known: the same one again does nothing, another content is refused.
  ASSERT_TRUE(ledger.begin_group());
  EXPECT_TRUE(ledger.accept_statement({uuid_of(900001), "digest-1", {}}, {}).value().already);
  EXPECT_EQ(ledger.accept_statement({uuid_of(900001), "digest-2", {}}, {}).error().code,
            "statement.replayed");
  ASSERT_TRUE(ledger.commit_group());
}

TEST_F(LedgerUpgrade, CountsTheTimeThatDataAreKeptFromTheUpgradeOn) {
  auto opened = Ledger::open(file, test_support::kIdentity, {clock, random, vault});
  ASSERT_TRUE(opened);
  Ledger& ledger = *opened.value();
  const auto erase = [&](WallTime before) {
    EXPECT_TRUE(ledger.begin_group());
    const auto erased = ledger.erase_due({before, before}, 10);
    EXPECT_TRUE(ledger.commit_group());
    return erased.value();
  };
  EXPECT_EQ(erase(clock.time), 0);
  clock.time += std::chrono::hours(1);
  EXPECT_EQ(erase(clock.time), 1) << "the issued one; the other may still be made";
}

TEST_F(LedgerUpgrade, RefusesAVersionOfAnotherProgram) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version = 3", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_EQ(Ledger::open(file, test_support::kIdentity, {clock, random, vault}).error().code,
            "ledger.version");
}

}  // namespace
}  // namespace imprimatur::ledger
