#include "bench/reliability_fill.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <vector>

namespace imprimatur::bench {
namespace {

using Connection = std::unique_ptr<sqlite3, int (*)(sqlite3*)>;

Status run_sql(sqlite3* database, const std::string& sql) {
  char* message = nullptr;
  const int outcome = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, &message);
  const std::string told = message == nullptr ? "" : message;
  sqlite3_free(message);
  if (outcome != SQLITE_OK) return fail("bench.sql", told);
  return ok();
}

std::vector<std::string> texts(sqlite3* database, const char* query) {
  std::vector<std::string> found;
  sqlite3_stmt* rows = nullptr;
  if (sqlite3_prepare_v2(database, query, -1, &rows, nullptr) != SQLITE_OK) return found;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    found.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(rows, 0)));
  }
  sqlite3_finalize(rows);
  return found;
}

// Numbers from 1 on as `n(i)`, for what follows.
std::string numbered(const std::string& count) {
  return "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count + ") ";
}

// Eight digits that go with `i` through the whole space: in the order of every index, so that filling is
// appending.
std::string spread(const std::string& count) {
  return "printf('%08x', i * 4294967295 / " + count + ")";
}

std::string rows_sql(const std::string& count) {
  const std::string digits = spread(count);
  const std::string id = digits + " || printf('-0000-4000-8000-%012d', i)";
  return numbered(count) + "INSERT INTO blanks SELECT printf('F%09d', i), 'test-blank', " + digits +
         " || printf('%076d', i), 'good_on_hand' FROM n; INSERT INTO receipts VALUES ('filled', "
         "'test-blank', " +
         count + ", 0); " + numbered(count) +
         "INSERT INTO jobs (id, state, product, campaign, unit, batch, kind, priority, not_after, holderref, "
         "holder_tag, envelope_digest, fence, attempts, blank, received, approval, findings) SELECT " +
         id +
         ", 'issued', 'utopia-id', 'spring', 'unit-' || (i % 64), 'batch-1', 'first', 5, 1900000000000, " +
         digits + ", CAST(" + digits +
         " || printf('%024d', i) AS BLOB), 'digest-' || i, 1, 1, printf('F%09d', i), i, i, '[]' FROM n; "
         "INSERT INTO job_counts VALUES ('issued', " +
         count + ") ON CONFLICT (state) DO UPDATE SET count = count + excluded.count; " + numbered(count) +
         "INSERT INTO attempts (id, job, number, fence, blank, class, line, state, print_job_id, "
         "print_job_uuid, printer, evidence, sequences) SELECT " +
         id + " || '/1', " + id +
         ", 1, 1, printf('F%09d', i), 'test-blank', 'line-1', 'good', i, 'urn:uuid:' || " + id +
         ", 'printer-1', '{\"chip_written\":{\"ms\":2900},\"out\":{\"impressions\":2,\"ms\":12000}}', "
         "'[1,2,3,4,5,6,7]' FROM n; ";
}

// Behind the entries that are there.
std::string journal_sql(const std::string& count, const std::string& last) {
  return "INSERT INTO signers VALUES ('ds-filled', " + count + "); " + numbered("7 * " + count) +
         "INSERT INTO journal SELECT " + last +
         " + i, CAST(json_object('data', json_object('act', iif(i % 7 = 0, 'sign', "
         "'write'), 'actor', 'station', 'attempt', 1, 'blank', printf('F%09d', i / 7), 'boot', "
         "'0123456789abcdef', 'clock', 'ok', 'device', 'ds-filled', 'fence', 1, 'job', "
         "printf('f0000000-0000-4000-8000-%012d', i / 7), 'what', json_object('count', i / 7)), 'id', "
         "'0123456789abcdef-' || i, 'sequence', '' || (" +
         last +
         " + i), 'source', 'urn:imprimatur:test-station', "
         "'specversion', '1.0', 'subject', printf('f0000000-0000-4000-8000-%012d', i / 7), 'time', "
         "'2026-11-24T08:00:00.000Z', 'type', 'org.imprimatur.attempt.' || iif(i % 7 < 2, 'intent', 'step') "
         "|| '.v1') AS BLOB) FROM n; ";
}

// Else the kernel writes gigabytes while something else is measured.
Status sync_to_disk(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return fail("bench.sync", "cannot open", file.string());
  const bool synced = ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!synced) return fail("bench.sync", "cannot sync", file.string());
  return ok();
}

}  // namespace

std::string scattered_uuid(int number) {
  std::mt19937_64 digits(static_cast<std::uint64_t>(number));
  const std::uint64_t high = digits();
  const std::uint64_t low = digits();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08llx-%04llx-4%03llx-8%03llx-%012llx",
                static_cast<unsigned long long>(high >> 32),
                static_cast<unsigned long long>(high >> 16 & 0xFFFF),
                static_cast<unsigned long long>(high & 0xFFF), static_cast<unsigned long long>(low >> 52),
                static_cast<unsigned long long>(low & 0xFFFFFFFFFFFF));
  return text.data();
}

// Triggers and the indexes that are not constraints go first and come back last: sorting is quicker than
// keeping in order.
Status fill_ledger(const std::filesystem::path& file, int jobs, bool with_journal) {
  sqlite3* handle = nullptr;
  const int opened = sqlite3_open(file.c_str(), &handle);
  const Connection database(handle, sqlite3_close);
  if (opened != SQLITE_OK) return fail("bench.sql", "the ledger does not open", file.string());
  TRY_STATUS(run_sql(handle,
                     "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; "
                     "PRAGMA foreign_keys = OFF; BEGIN"));
  const auto made = texts(handle,
                          "SELECT sql FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT "
                          "NULL ORDER BY rowid");
  for (const auto& drop : texts(handle,
                                "SELECT 'DROP ' || type || ' ' || name FROM sqlite_schema WHERE type IN "
                                "('index', 'trigger') AND sql IS NOT NULL")) {
    TRY_STATUS(run_sql(handle, drop));
  }
  const std::string count = std::to_string(jobs);
  TRY_STATUS(run_sql(handle, rows_sql(count)));
  if (with_journal) {
    const auto last = texts(handle, "SELECT max(sequence) FROM journal");
    if (last.empty()) return fail("bench.sql", "the ledger has no journal", file.string());
    TRY_STATUS(run_sql(handle, journal_sql(count, last.front())));
  }
  for (const auto& make : made) {
    TRY_STATUS(run_sql(handle, make));
  }
  TRY_STATUS(run_sql(handle, "COMMIT; PRAGMA journal_mode = WAL"));
  return sync_to_disk(file);
}

}  // namespace imprimatur::bench
