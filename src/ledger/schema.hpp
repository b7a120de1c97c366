// The tables (FORMAT.md) and how their rows become records. Private to the ledger.
#pragma once

#include "ledger/records.hpp"
#include "ledger/sqlite.hpp"

namespace imprimatur::ledger {

inline constexpr int kSchemaVersion = 3;

// Words of queries that are those of an index as well: SQLite uses a partial index, or one of an expression,
// for nothing else. Of attempts: neither good, spoiled nor missing.
#define LEDGER_IS_OPEN "state NOT IN ('good', 'spoiled', 'missing')"
// Attempts that are open, by their index: left to itself SQLite reads all that there ever were, for their
// order.
#define LEDGER_OPEN_ATTEMPTS " FROM attempts INDEXED BY attempts_open WHERE " LEDGER_IS_OPEN
// Of an entry: that it is an intent to sign, with which key, and the count of signatures that it tells.
#define LEDGER_ENTRY_SIGNS                                  \
  "instr(entry, CAST('\"act\":\"sign\"' AS BLOB)) > 0 AND " \
  "instr(entry, CAST('.attempt.intent.v' AS BLOB)) > 0"
#define LEDGER_ENTRY_DEVICE "CAST(entry AS TEXT) ->> '$.data.device'"
#define LEDGER_ENTRY_COUNT "CAST(entry AS TEXT) ->> '$.data.what.count'"

// Of a new database.
Status make_tables(Database& database);

// Error ledger.version when the file has another one.
Status check_version(Database& database);
Result<std::int64_t> version_of(Database& database);
// Versions 1 and 2 become version 3, in one transaction. Error ledger.version for others.
Status bring_up_to_date(Database& database, WallTime now);

// Columns of `jobs` and `attempts` in the order that the functions below read them.
#define LEDGER_JOB_COLUMNS                                                                           \
  "row, id, state, product, campaign, unit, batch, kind, priority, not_after, holderref, replaces, " \
  "envelope_digest, fence, attempts, blank, received, approval, findings, epoch"
#define LEDGER_ATTEMPT_COLUMNS                                                                 \
  "id, job, number, fence, blank, class, line, state, print_job_id, print_job_uuid, printer, " \
  "reject_reason, question, evidence, sequences, epoch"
#define LEDGER_BLANK_COLUMNS "serial, class, chip_id, place"

Result<JobRecord> job_of(const Query& row);
Result<AttemptRecord> attempt_of(const Query& row);
Result<BlankRecord> blank_of(const Query& row);
// Error ledger.store for a place that there is not: it is never taken for another.
Result<StockPlace> place_of(std::string_view text);

Result<JobRecord> find_job(Database& database, std::string_view id);      // error ledger.no_job
Result<std::string> read_meta(Database& database, std::string_view key);  // error ledger.store
Result<std::optional<std::string>> find_checkpoint(Database& database);
Result<JobCounts> count_jobs(Database& database);

}  // namespace imprimatur::ledger
