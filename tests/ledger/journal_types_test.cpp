#include "ledger/journal_types.hpp"

#include <gtest/gtest.h>

#include <set>

#include "job/states.hpp"

namespace imprimatur::ledger {
namespace {

TEST(JournalTypes, HaveWhatTheTablesOfStatesTell) {
  for (const auto& line : job::job_transitions()) {
    EXPECT_TRUE(line.entry.empty() || is_journal_type(line.entry)) << line.entry;
  }
  for (const auto& line : job::attempt_transitions()) {
    EXPECT_TRUE(line.entry.empty() || is_journal_type(line.entry)) << line.entry;
  }
}

TEST(JournalTypes, AreNamedOnceEach) {
  const auto types = journal_types();
  EXPECT_EQ(std::set<std::string_view>(types.begin(), types.end()).size(), types.size());
  EXPECT_FALSE(is_journal_type("attempt"));
  EXPECT_FALSE(is_journal_type("attempt.begun.v1"));
}

}  // namespace
}  // namespace imprimatur::ledger
