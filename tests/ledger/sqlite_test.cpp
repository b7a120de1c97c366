// What a connection is told first: without it, SQLite promises less.
#include "ledger/sqlite.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace imprimatur::ledger {
namespace {

using Mode = Database::Mode;

class LedgerDatabase : public testing::Test {
 protected:
  std::unique_ptr<Database> open(Mode mode) {
    auto opened = Database::open(file, mode);
    EXPECT_TRUE(opened) << opened.error().message;
    return std::move(opened).value();
  }
  static std::string setting(Database& database, const char* pragma) {
    Query query(database, pragma);
    EXPECT_TRUE(query.step().value());
    return query.text(0);
  }
  test_support::TemporaryFolder folder;
  std::filesystem::path file = folder / "a.sqlite";
};

TEST_F(LedgerDatabase, SyncsEveryCommitAndOverwritesWhatIsDeleted) {
  for (const Mode mode : {Mode::create, Mode::write}) {
    const auto database = open(mode);
    EXPECT_EQ(setting(*database, "PRAGMA synchronous"), "2") << "FULL";
    EXPECT_EQ(setting(*database, "PRAGMA secure_delete"), "1");
    EXPECT_EQ(setting(*database, "PRAGMA journal_mode"), "wal");
  }
}

TEST_F(LedgerDatabase, KeepsNoRowWithoutWhatItNames) {
  ASSERT_TRUE(open(Mode::create)
                  ->execute("CREATE TABLE parents (id TEXT PRIMARY KEY); CREATE TABLE children (parent TEXT "
                            "REFERENCES parents)"));
  const auto database = open(Mode::write);
  Query query(*database, "INSERT INTO children VALUES ('nobody')");
  const auto inserted = query.run();
  ASSERT_FALSE(inserted);
  EXPECT_EQ(inserted.error().code, "ledger.constraint");
}

}  // namespace
}  // namespace imprimatur::ledger
