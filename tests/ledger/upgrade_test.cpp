// A file of an older format version is taken up, and nothing in it is lost.
#include <sqlite3.h>

#include "base/files.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::uuid_of;

class LedgerUpgrade : public testing::Test {
 protected:
  void have_file(const std::string& name) {
    const auto sql = read_text_file(std::filesystem::path(TEST_DATA_DIR) / name);
    ASSERT_TRUE(sql);
    execute(sql.value());
  }
  void execute(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
  }
  test_support::TemporaryFolder folder;
  std::filesystem::path file = folder / "ledger.sqlite";
  test_support::TestClock clock;
  SeededRandom random{7};
  test_support::TestVault vault;
};

TEST_F(LedgerUpgrade, TakesUpAFileOfVersion1WithAllThatIsInIt) {
  have_file("ledger-v1.sql");
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

TEST_F(LedgerUpgrade, HasAStatementOnceAsANewLedgerHas) {
  have_file("ledger-v1.sql");
  ASSERT_TRUE(Ledger::bring_up_to_date(file, clock));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  const auto insert = [raw](const std::string& columns) {
    const std::string sql =
        "INSERT INTO statements (id, digest, sequence) SELECT " + columns + " FROM statements LIMIT 1";
    sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr);
    return std::string(sqlite3_errmsg(raw));
  };
  EXPECT_EQ(insert("id, 'other', 1000"), "UNIQUE constraint failed: statements.id");
  EXPECT_EQ(insert("'other', 'other', sequence"), "UNIQUE constraint failed: statements.sequence");
  EXPECT_EQ(insert("'other', 'other', 1000"), "not an error");
  sqlite3_close(raw);
}

TEST_F(LedgerUpgrade, CountsTheTimeThatDataAreKeptFromTheUpgradeOn) {
  have_file("ledger-v1.sql");
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

TEST_F(LedgerUpgrade, TakesUpAFileOfVersion2AndCountsWhatIsInIt) {
  have_file("ledger-v2.sql");
  auto opened = Ledger::open(file, test_support::kIdentity, {clock, random, vault});
  ASSERT_TRUE(opened) << opened.error().message;
  Ledger& ledger = *opened.value();
  EXPECT_EQ(ledger.journal_size(), 6U);
  const JobCounts counts = ledger.counts().value();
  const std::map<job::JobState, std::int64_t> expected{
      {job::JobState::issued, 2}, {job::JobState::ready, 1}, {job::JobState::in_doubt, 1}};
  EXPECT_EQ(counts.by_state, expected);
  EXPECT_EQ(counts.blanks_spoiled, 1);
  EXPECT_EQ(counts.blanks_in_doubt, 1);
  EXPECT_EQ(ledger.open_attempts().value().size(), 1U);
  EXPECT_TRUE(ledger.check_signature_counters());
  // The time that data are kept goes on as it was.
  ASSERT_TRUE(ledger.begin_group());
  EXPECT_EQ(ledger.erase_due({clock.time, WallTime{}}, 10).value(), 2);
  ASSERT_TRUE(ledger.commit_group());
}

TEST_F(LedgerUpgrade, HoldsTheCountersOfVersion2AgainstTheJournal) {
  for (const char* back : {"UPDATE signers SET count = 2 WHERE key_id = 'ds-UTO'",
                           "DELETE FROM signers WHERE key_id = 'ds-UTO-2'"}) {
    std::filesystem::remove(file);
    have_file("ledger-v2.sql");
    execute(back);
    auto opened = Ledger::open(file, test_support::kIdentity, {clock, random, vault});
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened.value()->check_signature_counters().error().code, "ledger.signer_counter") << back;
  }
}

TEST_F(LedgerUpgrade, RefusesAVersionOfAnotherProgram) {
  have_file("ledger-v2.sql");
  execute("PRAGMA user_version = 4");
  EXPECT_EQ(Ledger::open(file, test_support::kIdentity, {clock, random, vault}).error().code,
            "ledger.version");
}

}  // namespace
}  // namespace imprimatur::ledger
