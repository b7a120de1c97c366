// What no program, not even a wrong one, can write: rows that are put in by hand beside those that are there.
#include "ledger/schema.hpp"

#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace imprimatur::ledger {
namespace {

constexpr const char* kRows = R"(
INSERT INTO meta VALUES ('k', 'v');
INSERT INTO journal VALUES (0, x'7b7d');
INSERT INTO statements VALUES ('s1', 'd', 1, NULL);
INSERT INTO jobs (row, id, state, product, campaign, unit, batch, kind, priority, not_after, holderref, holder_tag,
  envelope_digest, received, approval, findings)
  VALUES (1, 'j1', 'in_progress', 'p', 'c', 'u', 'b', 'first', 1, 1, 'h', x'00', 'e', 1, 1, '[]'),
         (2, 'j2', 'ready', 'p', 'c', 'u', 'b', 'first', 1, 1, 'h', x'00', 'e', 1, 1, '[]');
INSERT INTO personal VALUES ('j1', 'day', x'00', x'00');
INSERT INTO day_keys VALUES ('day');
INSERT INTO blanks VALUES ('B1', 'c', 'chip-1', 'machine'), ('B2', 'c', 'chip-2', 'line'), ('B3', 'c', 'chip-3', 'line');
INSERT INTO receipts VALUES ('r', 'c', 3, 1);
INSERT INTO attempts (id, job, number, fence, blank, class, line, state, print_job_uuid)
  VALUES ('j1/1', 'j1', 1, 1, 'B1', 'c', 'l', 'begun', 'urn:uuid:1');
INSERT INTO signers VALUES ('ds', 1);
INSERT INTO past_journal VALUES ('e', 0, x'7b7d');
INSERT INTO past_jobs VALUES ('j0');
INSERT INTO proposals VALUES ('p1', '{}', '[]', 1, 'a');
INSERT INTO counts VALUES ('c', 'line', 1, 1, 1, '[]', '[]');
INSERT INTO shifts (number, opened, opened_at) VALUES (1, 1, 1);
)";

struct Refused {
  const char* insert;
  const char* why;  // in SQLite's words
};

#define ATTEMPT \
  "INSERT INTO attempts (id, job, number, fence, blank, class, line, state, print_job_uuid) VALUES "
#define JOB                                                                                             \
  "INSERT INTO jobs (id, state, product, campaign, unit, batch, kind, priority, not_after, holderref, " \
  "holder_tag, envelope_digest, received, approval, findings) VALUES "

// Each row differs from those that are there in all but what must not be there twice.
const Refused kRefused[] = {
    {"INSERT INTO meta VALUES ('k', 'w')", "UNIQUE constraint failed: meta.key"},
    {"INSERT INTO journal VALUES (0, x'00')", "UNIQUE constraint failed: journal.sequence"},
    {"INSERT INTO statements VALUES ('s1', 'e', 2, 'old')", "UNIQUE constraint failed: statements.id"},
    {"INSERT INTO statements VALUES ('s2', 'e', 1, NULL)", "UNIQUE constraint failed: statements.sequence"},
    {JOB "('j1', 'ready', 'p', 'c', 'u', 'b', 'first', 1, 1, 'h', x'00', 'e', 1, 1, '[]')",
     "UNIQUE constraint failed: jobs.id"},
    {"INSERT INTO personal VALUES ('j1', 'other', x'01', x'01')", "UNIQUE constraint failed: personal.job"},
    {"INSERT INTO personal VALUES ('nobody', 'day', x'00', x'00')", "FOREIGN KEY constraint failed"},
    {"INSERT INTO day_keys VALUES ('day')", "UNIQUE constraint failed: day_keys.label"},
    {"INSERT INTO blanks VALUES ('B1', 'c', 'chip-9', 'line')", "UNIQUE constraint failed: blanks.serial"},
    {"INSERT INTO blanks VALUES ('B9', 'c', 'chip-1', 'line')", "UNIQUE constraint failed: blanks.chip_id"},
    {"INSERT INTO receipts VALUES ('r', 'c', 5, 9)",
     "UNIQUE constraint failed: receipts.digest, receipts.class"},
    {ATTEMPT "('j1/1', 'j2', 1, 1, 'B2', 'c', 'l', 'begun', NULL)", "UNIQUE constraint failed: attempts.id"},
    {ATTEMPT "('x', 'nobody', 1, 1, 'B2', 'c', 'l', 'begun', NULL)", "FOREIGN KEY constraint failed"},
    {ATTEMPT "('x', 'j2', 1, 1, 'B1', 'c', 'l', 'begun', NULL)", "UNIQUE constraint failed: attempts.blank"},
    {ATTEMPT "('x', 'j2', 1, 1, 'B9', 'c', 'l', 'begun', NULL)", "FOREIGN KEY constraint failed"},
    {ATTEMPT "('x', 'j2', 1, 1, 'B2', 'c', 'l', 'begun', 'urn:uuid:1')",
     "UNIQUE constraint failed: attempts.print_job_uuid"},
    {ATTEMPT "('x', 'j1', 1, 1, 'B2', 'c', 'l', 'spoiled', NULL)",
     "UNIQUE constraint failed: attempts.job, attempts.number"},
    {ATTEMPT "('x', 'j1', 2, 2, 'B2', 'c', 'l', 'begun', NULL)", "UNIQUE constraint failed: attempts.job"},
    {ATTEMPT "('x', 'j1', 2, 2, 'B2', 'c', 'l', 'good', NULL)", "UNIQUE constraint failed: attempts.job"},
    {ATTEMPT "('x', 'j1', 2, 2, 'B2', 'c', 'l', 'in_doubt', NULL)", "UNIQUE constraint failed: attempts.job"},
    {"INSERT INTO job_counts VALUES ('ready', 5)", "UNIQUE constraint failed: job_counts.state"},
    {"INSERT INTO signers VALUES ('ds', 2)", "UNIQUE constraint failed: signers.key_id"},
    {"INSERT INTO past_journal VALUES ('e', 0, x'00')",
     "UNIQUE constraint failed: past_journal.epoch, past_journal.sequence"},
    {"INSERT INTO past_jobs VALUES ('j0')", "UNIQUE constraint failed: past_jobs.job"},
    {"INSERT INTO proposals VALUES ('p1', '{}', '[]', 2, 'b')", "UNIQUE constraint failed: proposals.id"},
    {"INSERT INTO counts VALUES ('c', 'line', 2, 2, 2, '[]', '[]')",
     "UNIQUE constraint failed: counts.class, counts.place"},
    {"INSERT INTO shifts (number, opened, opened_at) VALUES (1, 2, 2)",
     "UNIQUE constraint failed: shifts.number"},
};

// The same, which must be possible: otherwise a row above could be refused for another reason.
const char* const kTaken[] = {
    "INSERT INTO journal VALUES (1, x'7b7d')",
    "INSERT INTO statements VALUES ('s2', 'd', 1, 'old')",
    "INSERT INTO receipts VALUES ('r', 'other', 3, 1)",
    ATTEMPT "('j1/2', 'j1', 2, 2, 'B2', 'c', 'l', 'spoiled', NULL)",
    ATTEMPT "('j2/1', 'j2', 1, 1, 'B3', 'c', 'l', 'begun', 'urn:uuid:2')",
    "INSERT INTO past_journal VALUES ('f', 0, x'7b7d')",
    "INSERT INTO counts VALUES ('c', 'vault', 1, 1, 1, '[]', '[]')",
};

class LedgerSchema : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = Database::open(folder / "ledger.sqlite", Database::Mode::create);
    ASSERT_TRUE(opened) << opened.error().message;
    database = std::move(opened).value();
    ASSERT_TRUE(make_tables(*database));
    const auto filled = database->execute(kRows);
    ASSERT_TRUE(filled) << filled.error().message;
  }
  test_support::TemporaryFolder folder;
  std::unique_ptr<Database> database;
};

TEST_F(LedgerSchema, RefusesEveryRowThatWouldBreakAPromise) {
  for (const Refused& row : kRefused) {
    const auto inserted = database->execute(row.insert);
    if (inserted) {
      ADD_FAILURE() << "taken: " << row.insert;
      continue;
    }
    EXPECT_NE(inserted.error().message.find(row.why), std::string::npos) << row.insert << "\n"
                                                                         << inserted.error().message;
  }
}

TEST_F(LedgerSchema, TakesRowsThatDifferInWhatMatters) {
  for (const char* insert : kTaken) {
    const auto inserted = database->execute(insert);
    EXPECT_TRUE(inserted) << insert << "\n" << inserted.error().message;
  }
}

}  // namespace
}  // namespace imprimatur::ledger
