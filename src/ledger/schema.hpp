// The tables (FORMAT.md) and how their rows become records. Private to the ledger.
#pragma once

#include "ledger/records.hpp"
#include "ledger/sqlite.hpp"

namespace imprimatur::ledger {

inline constexpr int kSchemaVersion = 2;

// Of a new database.
Status make_tables(Database& database);

// Error ledger.version when the file has another one.
Status check_version(Database& database);
Result<std::int64_t> version_of(Database& database);
// Version 1 becomes version 2, in one transaction. Error ledger.version for others.
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
