#include "ledger/schema.hpp"

#include "base/check.hpp"
#include "base/guard.hpp"
#include "job/states.hpp"

namespace imprimatur::ledger {

namespace {

// The tables that came with version 2.
const char* const kTablesOfVersion2 = R"(
CREATE TABLE past_journal (
  epoch TEXT NOT NULL, sequence INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (epoch, sequence)
) STRICT, WITHOUT ROWID;
CREATE TABLE past_jobs (job TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE proposals (
  id TEXT PRIMARY KEY, payload TEXT NOT NULL, signatures TEXT NOT NULL, not_after INTEGER NOT NULL,
  actor TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE counts (
  class TEXT NOT NULL, place TEXT NOT NULL, sequence INTEGER NOT NULL, expected INTEGER NOT NULL,
  counted INTEGER NOT NULL, missing TEXT NOT NULL, surplus TEXT NOT NULL, PRIMARY KEY (class, place)
) STRICT, WITHOUT ROWID;
CREATE TABLE shifts (
  number INTEGER PRIMARY KEY, opened INTEGER NOT NULL, opened_at INTEGER NOT NULL, closed INTEGER,
  closed_at INTEGER
) STRICT;
PRAGMA user_version = 2;
)";

// What came with version 3: what is asked for at every start, or several times a second, is found without
// reading everything that was ever made.
const char* const kAddedByVersion3 = R"(
CREATE INDEX journal_signed ON journal ()" LEDGER_ENTRY_DEVICE ", " LEDGER_ENTRY_COUNT
                                     ") WHERE " LEDGER_ENTRY_SIGNS R"(;
CREATE INDEX attempts_spoiled ON attempts (state) WHERE state = 'spoiled';
CREATE TABLE job_counts (state TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO job_counts SELECT state, count(*) FROM jobs GROUP BY state;
CREATE TRIGGER jobs_counted_new AFTER INSERT ON jobs BEGIN
  INSERT INTO job_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER jobs_counted AFTER UPDATE OF state ON jobs WHEN new.state <> old.state BEGIN
  UPDATE job_counts SET count = count - 1 WHERE state = old.state;
  INSERT INTO job_counts VALUES (new.state, 1) ON CONFLICT (state) DO UPDATE SET count = count + 1;
END;
PRAGMA user_version = 3;
)";

const char* const kSchema = R"(
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE journal (sequence INTEGER PRIMARY KEY, entry BLOB NOT NULL) STRICT;

CREATE TABLE statements (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL, sequence INTEGER NOT NULL, epoch TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX statements_sequence ON statements (sequence) WHERE epoch IS NULL;

CREATE TABLE jobs (
  row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, product TEXT NOT NULL,
  campaign TEXT NOT NULL, unit TEXT NOT NULL, batch TEXT NOT NULL, kind TEXT NOT NULL,
  priority INTEGER NOT NULL, not_after INTEGER NOT NULL, holderref TEXT NOT NULL, holder_tag BLOB NOT NULL,
  replaces TEXT, envelope_digest TEXT NOT NULL, fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, blank TEXT, received INTEGER NOT NULL, approval INTEGER NOT NULL,
  findings TEXT NOT NULL, since INTEGER NOT NULL DEFAULT 0, kept INTEGER NOT NULL DEFAULT 0, epoch TEXT
) STRICT;
CREATE INDEX jobs_ready ON jobs (priority DESC, row) WHERE state = 'ready';
CREATE INDEX jobs_state ON jobs (state);
CREATE INDEX jobs_holder ON jobs (holder_tag);
CREATE INDEX jobs_unit ON jobs (campaign, unit);
CREATE INDEX jobs_kept ON jobs (state, since) WHERE kept = 1;

CREATE TABLE personal (
  job TEXT PRIMARY KEY REFERENCES jobs (id), day_key TEXT NOT NULL, wrapped_key BLOB NOT NULL, sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX personal_day ON personal (day_key);
CREATE TABLE day_keys (label TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE blanks (
  serial TEXT PRIMARY KEY, class TEXT NOT NULL, chip_id TEXT NOT NULL UNIQUE, place TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX blanks_place ON blanks (class, place);
CREATE TABLE receipts (
  digest TEXT NOT NULL, class TEXT NOT NULL, count INTEGER NOT NULL, sequence INTEGER NOT NULL,
  PRIMARY KEY (digest, class)
) STRICT, WITHOUT ROWID;

CREATE TABLE attempts (
  id TEXT PRIMARY KEY, job TEXT NOT NULL REFERENCES jobs (id), number INTEGER NOT NULL, fence INTEGER NOT NULL,
  blank TEXT NOT NULL UNIQUE REFERENCES blanks (serial), class TEXT NOT NULL, line TEXT NOT NULL, state TEXT NOT NULL,
  print_job_id INTEGER, print_job_uuid TEXT UNIQUE, printer TEXT, reject_reason TEXT, question TEXT,
  evidence TEXT NOT NULL DEFAULT '{}', sequences TEXT NOT NULL DEFAULT '[]', epoch TEXT,
  UNIQUE (job, number)
) STRICT, WITHOUT ROWID;
-- At most one attempt of a job is open or good: the database itself keeps promise 1.
CREATE UNIQUE INDEX attempts_one ON attempts (job) WHERE state NOT IN ('spoiled', 'missing');
CREATE INDEX attempts_open ON attempts (state) WHERE )" LEDGER_IS_OPEN R"(;

CREATE TABLE signers (key_id TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
)";

// What version 1 lacked. The moment of the last change of a job is not known there: it counts from now on, so
// that nothing is erased too early.
const char* const kFromVersion1 = R"(
ALTER TABLE statements RENAME TO statements_1;
CREATE TABLE statements (
  id TEXT PRIMARY KEY, digest TEXT NOT NULL, sequence INTEGER NOT NULL, epoch TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO statements (id, digest, sequence) SELECT id, digest, sequence FROM statements_1;
DROP TABLE statements_1;
CREATE UNIQUE INDEX statements_sequence ON statements (sequence) WHERE epoch IS NULL;
ALTER TABLE jobs ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN kept INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN epoch TEXT;
UPDATE jobs SET kept = 1 WHERE id IN (SELECT job FROM personal);
CREATE INDEX jobs_kept ON jobs (state, since) WHERE kept = 1;
ALTER TABLE attempts ADD COLUMN epoch TEXT;
)";

// Takes a part out of a schema's text: which are one each, or none is found.
void leave_out(std::string& schema, std::string_view part, std::string_view instead = {}) {
  const auto at = schema.find(part);
  CHECK(at != std::string::npos);
  schema.replace(at, part.size(), instead);
}

// A table that is stored by its primary key cannot be without one: it becomes an ordinary one.
void leave_out_key(std::string& schema, std::string_view table, std::string_view key,
                   std::string_view instead = {}) {
  const auto begin = schema.find("CREATE TABLE " + std::string(table) + " (");
  CHECK(begin != std::string::npos);
  const auto end = schema.find(";", begin);
  std::string text = schema.substr(begin, end - begin);
  leave_out(text, key, instead);
  const auto by_key = text.find(", WITHOUT ROWID");
  if (by_key != std::string::npos) text.erase(by_key);
  schema.replace(begin, end - begin, text);
}

void leave_out_trigger(std::string& schema, std::string_view name) {
  const auto begin = schema.find("CREATE TRIGGER " + std::string(name) + " ");
  CHECK(begin != std::string::npos);
  schema.erase(begin, schema.find("END;", begin) + 4 - begin);
}

// What the database itself refuses or keeps, by name (base/guard.hpp).
std::string guarded_schema() {
  std::string text = kSchema;
  if (!guarded("schema.meta_key")) leave_out_key(text, "meta", " PRIMARY KEY");
  if (!guarded("schema.journal_sequence")) leave_out_key(text, "journal", " PRIMARY KEY");
  if (!guarded("schema.statements_id")) leave_out_key(text, "statements", " PRIMARY KEY");
  if (!guarded("schema.statements_sequence"))
    leave_out(text, "UNIQUE INDEX statements_sequence", "INDEX statements_sequence");
  if (!guarded("schema.jobs_id")) leave_out_key(text, "jobs", " UNIQUE");
  if (!guarded("schema.personal_job")) leave_out_key(text, "personal", " PRIMARY KEY");
  if (!guarded("schema.personal_of_job")) leave_out_key(text, "personal", " REFERENCES jobs (id)");
  if (!guarded("schema.day_keys_label")) leave_out_key(text, "day_keys", " PRIMARY KEY");
  if (!guarded("schema.blanks_serial")) leave_out_key(text, "blanks", " PRIMARY KEY");
  if (!guarded("schema.blanks_chip"))
    leave_out(text, "chip_id TEXT NOT NULL UNIQUE", "chip_id TEXT NOT NULL");
  if (!guarded("schema.receipts_once"))
    leave_out_key(text, "receipts", "sequence INTEGER NOT NULL,\n  PRIMARY KEY (digest, class)",
                  "sequence INTEGER NOT NULL");
  if (!guarded("schema.attempts_id")) leave_out_key(text, "attempts", " PRIMARY KEY");
  if (!guarded("schema.attempts_of_job")) leave_out_key(text, "attempts", " REFERENCES jobs (id)");
  if (!guarded("schema.attempts_blank")) leave_out(text, "blank TEXT NOT NULL UNIQUE", "blank TEXT NOT NULL");
  if (!guarded("schema.attempts_of_blank")) leave_out(text, " REFERENCES blanks (serial)");
  if (!guarded("schema.attempts_print")) leave_out(text, "print_job_uuid TEXT UNIQUE", "print_job_uuid TEXT");
  if (!guarded("schema.attempts_number"))
    leave_out(text, "epoch TEXT,\n  UNIQUE (job, number)", "epoch TEXT");
  if (!guarded("schema.attempts_one")) leave_out(text, "UNIQUE INDEX attempts_one", "INDEX attempts_one");
  if (!guarded("schema.signers_key")) leave_out_key(text, "signers", " PRIMARY KEY");
  return text;
}

std::string guarded_tables_of_version_2() {
  std::string text = kTablesOfVersion2;
  if (!guarded("schema.past_journal_sequence"))
    leave_out_key(text, "past_journal", ", PRIMARY KEY (epoch, sequence)");
  if (!guarded("schema.past_jobs_job")) leave_out_key(text, "past_jobs", " PRIMARY KEY");
  if (!guarded("schema.proposals_id")) leave_out_key(text, "proposals", " PRIMARY KEY");
  if (!guarded("schema.counts_place")) leave_out_key(text, "counts", ", PRIMARY KEY (class, place)");
  if (!guarded("schema.shifts_number")) leave_out_key(text, "shifts", " PRIMARY KEY");
  return text;
}

std::string guarded_upgrade() {
  std::string text = kFromVersion1;
  if (!guarded("upgrade.statements_id")) leave_out_key(text, "statements", " PRIMARY KEY");
  if (!guarded("upgrade.statements_sequence"))
    leave_out(text, "UNIQUE INDEX statements_sequence", "INDEX statements_sequence");
  return text;
}

std::string guarded_additions_of_version_3() {
  std::string text = kAddedByVersion3;
  if (!guarded("schema.job_counts_state")) leave_out_key(text, "job_counts", " PRIMARY KEY");
  if (!guarded("schema.jobs_counted_new")) leave_out_trigger(text, "jobs_counted_new");
  if (!guarded("schema.jobs_counted")) leave_out_trigger(text, "jobs_counted");
  return text;
}

Status become_version_2(Database& database, WallTime now) {
  TRY_STATUS(database.execute(guarded_upgrade().c_str()));
  TRY_STATUS(database.execute(guarded_tables_of_version_2().c_str()));
  Query since(database, "UPDATE jobs SET since = ?");
  TRY_STATUS(since.bind(static_cast<std::int64_t>(now.time_since_epoch().count())).run());
  return ok();
}

Error bad_row(const char* what) {
  return fail("ledger.store", std::string("a row of the ledger cannot be read: ") + what, {},
              "The database was changed by something else: restore a backup.");
}

}  // namespace

Status make_tables(Database& database) {
  TRY_STATUS(database.execute(guarded_schema().c_str()));
  TRY_STATUS(database.execute(guarded_tables_of_version_2().c_str()));
  return database.execute(guarded_additions_of_version_3().c_str());
}

Status check_version(Database& database) {
  TRY(auto version, version_of(database));
  if (version == kSchemaVersion || !guarded("schema.version")) return ok();
  return fail("ledger.version",
              "the ledger has version " + std::to_string(version) + ", this program knows " +
                  std::to_string(kSchemaVersion),
              {},
              version < kSchemaVersion ? "Start the daemon: it brings its ledger up to date."
                                       : "Use the program that wrote it, or a newer one.");
}

Result<std::int64_t> version_of(Database& database) {
  Query query(database, "PRAGMA user_version");
  TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Status bring_up_to_date(Database& database, WallTime now) {
  TRY(auto version, version_of(database));
  if (version < 1 || version >= kSchemaVersion) return check_version(database);
  TRY_STATUS(database.execute("BEGIN IMMEDIATE"));
  auto moved = version == 1 ? become_version_2(database, now) : ok();
  if (moved) moved = database.execute(guarded_additions_of_version_3().c_str());
  if (moved) moved = database.execute("COMMIT");
  if (moved) return ok();
  const auto rolled_back = database.execute("ROLLBACK");
  static_cast<void>(rolled_back.has_value());  // what counts is why it was not moved
  return moved.error();
}

Result<JobRecord> job_of(const Query& row) {
  JobRecord job;
  job.row = row.integer(0);
  job.id = row.text(1);
  const auto state = job::job_state_named(row.text(2));
  const auto kind = job::kind_named(row.text(7));
  if (!state || !kind) return bad_row("jobs");
  job.state = *state;
  job.product = row.text(3);
  job.campaign = row.text(4);
  job.unit = row.text(5);
  job.batch = row.text(6);
  job.kind = *kind;
  job.priority = static_cast<int>(row.integer(8));
  job.not_after = WallTime{std::chrono::milliseconds{row.integer(9)}};
  job.holderref = row.text(10);
  job.replaces = row.text(11);
  job.envelope_digest = row.text(12);
  job.fence = row.integer(13);
  job.attempts = static_cast<int>(row.integer(14));
  job.blank = row.text(15);
  job.received = static_cast<Sequence>(row.integer(16));
  job.approval = static_cast<Sequence>(row.integer(17));
  TRY(auto findings, parse_json(row.text(18)));
  if (!findings.is_array()) return bad_row("findings");
  job.findings = std::move(findings.get_array());
  job.epoch = row.text(19);
  return job;
}

Result<AttemptRecord> attempt_of(const Query& row) {
  AttemptRecord attempt;
  attempt.id = row.text(0);
  attempt.job = row.text(1);
  attempt.number = static_cast<int>(row.integer(2));
  attempt.fence = row.integer(3);
  attempt.blank = row.text(4);
  attempt.blank_class = row.text(5);
  attempt.line = row.text(6);
  const auto state = job::attempt_state_named(row.text(7));
  if (!state) return bad_row("attempts");
  attempt.state = *state;
  if (!row.is_null(9)) {
    attempt.print = PrintBinding{static_cast<std::int32_t>(row.integer(8)), row.text(9), row.text(10)};
  }
  attempt.reject_reason = row.text(11);
  attempt.question = row.text(12);
  TRY(auto evidence, parse_json_object(row.text(13)));
  attempt.evidence = std::move(evidence);
  TRY(auto sequences, parse_json(row.text(14)));
  if (!sequences.is_array()) return bad_row("sequences");
  for (const auto& sequence : sequences.get_array()) {
    if (!sequence.is_int64()) return bad_row("sequences");
    attempt.sequences.push_back(static_cast<Sequence>(sequence.get_int64()));
  }
  attempt.epoch = row.text(15);
  return attempt;
}

Result<StockPlace> place_of(std::string_view text) {
  const auto place = stock_place_named(text);
  if (!place) return bad_row("blanks");
  return *place;
}

Result<BlankRecord> blank_of(const Query& row) {
  TRY(auto place, place_of(row.text(3)));
  return BlankRecord{row.text(0), row.text(1), row.text(2), place};
}

Result<JobRecord> find_job(Database& database, std::string_view id) {
  Query query(database, "SELECT " LEDGER_JOB_COLUMNS " FROM jobs WHERE id = ?");
  TRY(auto row, query.bind(id).step());
  if (!row) return fail("ledger.no_job", "there is no such job", std::string(id.substr(0, 64)));
  return job_of(query);
}

Result<std::string> read_meta(Database& database, std::string_view key) {
  Query query(database, "SELECT value FROM meta WHERE key = ?");
  TRY(auto row, query.bind(key).step());
  if (!row) return bad_row("meta");
  return query.text(0);
}

Result<std::optional<std::string>> find_checkpoint(Database& database) {
  Query query(database, "SELECT value FROM meta WHERE key = 'checkpoint'");
  TRY(auto row, query.step());
  return row ? std::optional(query.text(0)) : std::nullopt;
}

Result<JobCounts> count_jobs(Database& database) {
  JobCounts counts;
  Query states(database, "SELECT state, count FROM job_counts WHERE count > 0");
  for (;;) {
    TRY(auto row, states.step());
    if (!row) break;
    const auto state = job::job_state_named(states.text(0));
    if (!state) return bad_row("jobs");
    counts.by_state[*state] = states.integer(1);
  }
  Query blanks(database,
               "SELECT (SELECT count(*) FROM attempts WHERE state = 'spoiled'), "
               "(SELECT count(*)" LEDGER_OPEN_ATTEMPTS " AND state = 'in_doubt')");
  TRY(auto row, blanks.step());
  if (!row) return bad_row("attempts");
  counts.blanks_spoiled = blanks.integer(0);
  counts.blanks_in_doubt = blanks.integer(1);
  return counts;
}

}  // namespace imprimatur::ledger
