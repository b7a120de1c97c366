#include "ledger/reader.hpp"

#include "ledger/schema.hpp"

namespace imprimatur::ledger {

struct LedgerReader::State {
  std::unique_ptr<Database> database;
};

LedgerReader::LedgerReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
LedgerReader::~LedgerReader() = default;

Result<std::unique_ptr<LedgerReader>> LedgerReader::open(const std::filesystem::path& file) {
  TRY(auto database, Database::open(file, Database::Mode::read));
  TRY_STATUS(check_version(*database));
  auto state = std::make_unique<State>();
  state->database = std::move(database);
  return std::unique_ptr<LedgerReader>(new LedgerReader(std::move(state)));
}

Status LedgerReader::begin_snapshot() {
  TRY_STATUS(state_->database->execute("BEGIN"));
  // SQLite takes the snapshot at the first read.
  auto size = journal_size();
  if (size) return ok();
  end_snapshot();
  return size.error();
}

void LedgerReader::end_snapshot() {
  // Ends a transaction that wrote nothing: whether it was open or not, it is closed now.
  static_cast<void>(state_->database->execute("ROLLBACK"));
}

Result<std::vector<JobRecord>> LedgerReader::jobs(const JobFilter& filter) {
  // Two statements, so that the few jobs of a state are found by its index.
  Query query(*state_->database, filter.state ? "SELECT " LEDGER_JOB_COLUMNS
                                                " FROM jobs WHERE row > ? AND state = ? ORDER BY row LIMIT ?"
                                              : "SELECT " LEDGER_JOB_COLUMNS
                                                " FROM jobs WHERE row > ? ORDER BY row LIMIT ?");
  query.bind(filter.after_row);
  if (filter.state) query.bind(job::text_of(*filter.state));
  query.bind(static_cast<std::int64_t>(filter.limit));
  return all_rows(query, job_of);
}

Result<JobRecord> LedgerReader::job(std::string_view id) {
  return find_job(*state_->database, id);
}

Result<std::vector<AttemptRecord>> LedgerReader::attempts(std::string_view job) {
  Query query(*state_->database,
              "SELECT " LEDGER_ATTEMPT_COLUMNS " FROM attempts WHERE job = ? ORDER BY number");
  query.bind(job);
  return all_rows(query, attempt_of);
}

Result<JobCounts> LedgerReader::counts() {
  return count_jobs(*state_->database);
}

Result<std::vector<UnitCount>> LedgerReader::units() {
  Query query(*state_->database,
              "SELECT campaign, unit, count(*), sum(state IN ('issued', 'delivered')) FROM jobs "
              "WHERE state <> 'refused' GROUP BY campaign, unit ORDER BY campaign, unit");
  std::vector<UnitCount> units;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return units;
    units.push_back({query.text(0), query.text(1), query.integer(2), query.integer(3)});
  }
}

Result<StockCounts> LedgerReader::stock() {
  Query query(*state_->database, "SELECT class, place, count(*) FROM blanks GROUP BY class, place");
  StockCounts counts;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return counts;
    TRY(const auto place, place_of(query.text(1)));
    counts[query.text(0)][place] = query.integer(2);
  }
}

Result<std::vector<StockBalance>> LedgerReader::stock_balance() {
  TRY(auto places, stock());
  Query query(*state_->database, "SELECT class, sum(count) FROM receipts GROUP BY class ORDER BY class");
  std::vector<StockBalance> balances;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) break;
    const std::string blank_class = query.text(0);
    balances.push_back({blank_class, query.integer(1), std::move(places[blank_class])});
    places.erase(blank_class);
  }
  for (auto& [blank_class, by_place] : places) balances.push_back({blank_class, 0, std::move(by_place)});
  return balances;
}

Result<std::map<std::string, std::int64_t>> LedgerReader::spoil_reasons() {
  Query query(
      *state_->database,
      "SELECT coalesce(reject_reason, ''), count(*) FROM attempts WHERE state = 'spoiled' GROUP BY 1");
  std::map<std::string, std::int64_t> reasons;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return reasons;
    reasons[query.text(0)] = query.integer(1);
  }
}

Result<std::map<std::string, std::int64_t>> LedgerReader::signers() {
  Query query(*state_->database, "SELECT key_id, count FROM signers");
  std::map<std::string, std::int64_t> counts;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return counts;
    counts[query.text(0)] = query.integer(1);
  }
}

Result<std::vector<AttemptRecord>> LedgerReader::in_doubt(std::size_t limit) {
  Query query(*state_->database, "SELECT " LEDGER_ATTEMPT_COLUMNS LEDGER_OPEN_ATTEMPTS
                                 " AND state = 'in_doubt' ORDER BY id LIMIT ?");
  query.bind(static_cast<std::int64_t>(limit));
  return all_rows(query, attempt_of);
}

Result<std::vector<AttemptRecord>> LedgerReader::spoiled(std::size_t limit) {
  Query query(*state_->database, "SELECT " LEDGER_ATTEMPT_COLUMNS
                                 " FROM attempts WHERE state = 'spoiled' ORDER BY "
                                 "json_extract(sequences, '$[#-1]') DESC LIMIT ?");
  query.bind(static_cast<std::int64_t>(limit));
  return all_rows(query, attempt_of);
}

Result<std::optional<BlankRecord>> LedgerReader::blank_with_chip(std::string_view chip_id) {
  Query query(*state_->database, "SELECT " LEDGER_BLANK_COLUMNS " FROM blanks WHERE chip_id = ?");
  TRY(auto row, query.bind(chip_id).step());
  if (!row) return std::optional<BlankRecord>();
  TRY(auto blank, blank_of(query));
  return std::optional<BlankRecord>(std::move(blank));
}

Result<std::vector<AttemptRecord>> LedgerReader::open_attempts() {
  Query query(*state_->database, "SELECT " LEDGER_ATTEMPT_COLUMNS LEDGER_OPEN_ATTEMPTS " ORDER BY id");
  return all_rows(query, attempt_of);
}

Result<std::optional<BlankRecord>> LedgerReader::blank(std::string_view serial) {
  Query query(*state_->database, "SELECT " LEDGER_BLANK_COLUMNS " FROM blanks WHERE serial = ?");
  TRY(auto row, query.bind(serial).step());
  if (!row) return std::optional<BlankRecord>();
  TRY(auto blank, blank_of(query));
  return std::optional(std::move(blank));
}

Result<std::optional<ShiftSpan>> LedgerReader::last_shift() {
  Query query(*state_->database,
              "SELECT number, opened, opened_at, closed, closed_at, "
              "(SELECT CAST(entry AS TEXT) ->> '$.data.zone' FROM journal WHERE sequence = opened) "
              "FROM shifts ORDER BY number DESC LIMIT 1");
  TRY(auto row, query.step());
  if (!row) return std::optional<ShiftSpan>();
  const auto time = [&query](int column) {
    return WallTime{std::chrono::milliseconds{query.integer(column)}};
  };
  ShiftSpan span;
  span.shift = {query.integer(0), time(2), std::nullopt};
  span.opened = static_cast<Sequence>(query.integer(1));
  span.zone = query.text(5);
  if (!query.is_null(3)) {
    span.closed = static_cast<Sequence>(query.integer(3));
    span.shift.closed = time(4);
  }
  return std::optional(std::move(span));
}

Result<std::vector<JournalEntry>> LedgerReader::journal(Sequence from, std::size_t limit) {
  Query query(*state_->database,
              "SELECT sequence, entry FROM journal WHERE sequence >= ? ORDER BY sequence LIMIT ?");
  query.bind(static_cast<std::int64_t>(from)).bind(static_cast<std::int64_t>(limit));
  std::vector<JournalEntry> entries;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return entries;
    entries.push_back({static_cast<Sequence>(query.integer(0)), imprimatur::text_of(query.blob(1))});
  }
}

Result<Sequence> LedgerReader::journal_size() {
  Query query(*state_->database, "SELECT coalesce(max(sequence) + 1, 0) FROM journal");
  TRY(auto row, query.step());
  return row ? static_cast<Sequence>(query.integer(0)) : Sequence{0};
}

Result<std::optional<std::string>> LedgerReader::kept_checkpoint() {
  return find_checkpoint(*state_->database);
}

Result<std::string> LedgerReader::epoch() {
  return read_meta(*state_->database, "epoch");
}

Result<std::string> LedgerReader::source() {
  return read_meta(*state_->database, "source");
}

Result<std::string> LedgerReader::origin() {
  return read_meta(*state_->database, "origin");
}

}  // namespace imprimatur::ledger
