#include "tests/sim/ledger_history.hpp"

#include <sqlite3.h>

#include "tests/ledger/evidence.hpp"
#include "tests/sim/disk.hpp"

namespace imprimatur::sim {
namespace {

using job::AttemptState;
using test_support::kClass;

constexpr int kRemakesMax = 2;

std::uint64_t mix(std::uint64_t hash, std::string_view bytes) {  // FNV-1a, 64 bits
  for (const char byte : bytes) {
    hash ^= static_cast<std::uint8_t>(byte);
    hash *= 1099511628211ULL;
  }
  return hash;
}

std::uint64_t mix_rows(sqlite3_stmt* rows, std::uint64_t hash) {
  const int columns = sqlite3_column_count(rows);
  while (sqlite3_step(rows) == SQLITE_ROW) {
    for (int i = 0; i < columns; ++i) {
      const auto* data = static_cast<const char*>(sqlite3_column_blob(rows, i));
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(rows, i));
      hash = mix(hash, std::to_string(size));
      if (data != nullptr) hash = mix(hash, {data, size});
    }
  }
  return hash;
}

// Every table that the file has, by name: none can be forgotten.
Result<std::vector<std::string>> tables_of(sqlite3* database) {
  sqlite3_stmt* rows = nullptr;
  const int prepared = sqlite3_prepare_v2(
      database, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name", -1, &rows, nullptr);
  if (prepared != SQLITE_OK) return fail("sim.tables", sqlite3_errmsg(database));
  std::vector<std::string> names;
  while (sqlite3_step(rows) == SQLITE_ROW) {
    names.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(rows, 0)));
  }
  if (sqlite3_finalize(rows) != SQLITE_OK) return fail("sim.tables", sqlite3_errmsg(database));
  return names;
}

}  // namespace

Result<std::uint64_t> LedgerHistory::digest_of(const std::filesystem::path& file) {
  sqlite3* database = nullptr;
  const auto close = [](sqlite3* handle) { sqlite3_close(handle); };
  const int opened =
      sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  const std::unique_ptr<sqlite3, decltype(close)> closes(database, close);
  if (opened != SQLITE_OK) return fail("sim.open", sqlite3_errmsg(database));
  std::uint64_t hash = 14695981039346656037ULL;
  TRY(const auto tables, tables_of(database));
  for (const std::string& table : tables) {
    sqlite3_stmt* rows = nullptr;
    const std::string query = "SELECT * FROM " + table;
    if (sqlite3_prepare_v2(database, query.c_str(), -1, &rows, nullptr) != SQLITE_OK) {
      return fail("sim.table", sqlite3_errmsg(database));
    }
    hash = mix_rows(rows, mix(hash, table));
    if (sqlite3_finalize(rows) != SQLITE_OK) return fail("sim.rows", sqlite3_errmsg(database));
  }
  return hash;
}

Status LedgerHistory::create() {
  TRY(ledger_, ledger::Ledger::create(file_, test_support::kIdentity, {clock_, random_, vault_}));
  return ok();
}

Status LedgerHistory::open() {
  TRY(ledger_, ledger::Ledger::open(file_, test_support::kIdentity, {clock_, random_, vault_}));
  return ok();
}

Status LedgerHistory::go_on() {
  TRY_STATUS(ledger_->begin_group());
  TRY_STATUS(ledger_->device_event("up", "reader-1", "seen"));
  return ledger_->commit_group();
}

Status LedgerHistory::group() {
  clock_.time += std::chrono::seconds(1 + choose_() % 7200);
  if (choose_() % 24 == 0) {  // makes a group of its own
    TRY_STATUS(ledger_->destroy_day_keys());
    return ok();
  }
  TRY_STATUS(ledger_->begin_group());
  const int operations_count = 1 + static_cast<int>(choose_() % 4);
  for (int i = 0; i < operations_count; ++i) {
    TRY_STATUS(operations());
  }
  return ledger_->commit_group();
}

Status LedgerHistory::operations() {
  if (blanks_ - begun_ < 3) {
    const int first = blanks_ + 1;
    blanks_ += 8;
    TRY_STATUS(ledger_->receive_blanks(test_support::receipt(first, blanks_), {}));
  }
  const auto what = choose_() % 16;
  if (ready_ < 2 || what == 0) return receive();
  if (open_.empty() || what == 1) return begin_one();
  if (what == 2 && !doubtful_.empty()) return resolve_one();
  if (what == 3) return other();
  return move_on(static_cast<std::size_t>(choose_() % open_.size()));
}

Status LedgerHistory::receive() {
  ledger::NewJob job = test_support::new_job(++jobs_);
  job.document.holder.personal_number = "0791" + std::to_string(10000000 + jobs_);
  job.document.not_after = parse_rfc3339("2030-01-01T00:00:00Z").value();
  job.images["face"] = Bytes(200 + choose_() % 3000, 0x5A);
  ++ready_;
  TRY_STATUS(ledger_->receive_job(job));
  return ok();
}

Status LedgerHistory::begin_one() {
  TRY(auto claim, ledger_->claim_next({"utopia-id"}));
  if (!claim) return ok();
  if (choose_() % 8 == 0) return ledger_->release_claim(*claim);
  --ready_;
  TRY(auto attempt, ledger_->begin_blank({claim->job, claim->fence, test_support::chip_of(++begun_), kClass,
                                          "line-1", "reader-1", test_support::hash_of("profile"),
                                          test_support::hash_of("template")}));
  const ledger::Ledger::AttemptKey key{attempt.id, claim->fence};
  TRY(auto count, ledger_->count_signature("ds-1", 100000));
  TRY_STATUS(ledger_->record_intent(key, "sign", "ds-1", {{"count", count}}));
  open_.push_back({key, AttemptState::begun});
  return ok();
}

Status LedgerHistory::move_on(std::size_t index) {
  Attempt& attempt = open_[index];
  const auto end = [&](std::vector<std::string>& into) {
    into.push_back(attempt.key.attempt);
    open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(index));
  };
  const auto trouble = choose_() % 12;
  if (trouble == 0) {
    TRY_STATUS(ledger_->intend_reject(attempt.key, "chip.memory_failure"));
    TRY_STATUS(ledger_->finish_spoiled(attempt.key, "chip.memory_failure", kRemakesMax));
    end(done_);
    ++ready_;
    return ok();
  }
  if (trouble == 1) {
    TRY_STATUS(ledger_->doubt(attempt.key, "where is it?"));
    end(doubtful_);
    return ok();
  }
  if (attempt.state == AttemptState::verified) {
    TRY_STATUS(ledger_->finish_good(attempt.key));
    end(done_);
    return ok();
  }
  const AttemptState next = attempt.state == AttemptState::begun           ? AttemptState::chip_written
                            : attempt.state == AttemptState::chip_written  ? AttemptState::chip_verified
                            : attempt.state == AttemptState::chip_verified ? AttemptState::sent
                            : attempt.state == AttemptState::sent          ? AttemptState::out
                                                                           : AttemptState::verified;
  const std::string uuid = "urn:uuid:" + attempt.key.attempt;
  if (next == AttemptState::sent) {
    TRY_STATUS(
        ledger_->bind_print(attempt.key, {begun_, uuid, "printer-1"}, test_support::print_evidence(uuid)));
  }
  attempt.state = next;
  const auto ms = static_cast<std::int64_t>(choose_() % 5000);
  return ledger_->record_step(attempt.key, next, test_support::step_evidence(next, uuid, ms));
}

Status LedgerHistory::resolve_one() {
  const std::string attempt = doubtful_.back();
  doubtful_.pop_back();
  const std::string number = std::to_string(++statements_);
  TRY(auto accepted, ledger_->accept_statement({test_support::uuid_of(500000 + statements_),
                                                number,
                                                {{"payload", number}, {"signatures", json::array{}}}},
                                               {"binh", "supervisor"}));
  const auto resolution = static_cast<ledger::Resolution>(choose_() % 3);
  if (resolution == ledger::Resolution::spoiled) ++ready_;
  TRY_STATUS(ledger_->resolve(attempt, resolution, accepted.sequence, kRemakesMax, {"binh", "supervisor"}));
  done_.push_back(attempt);
  return ok();
}

Status LedgerHistory::other() {
  switch (choose_() % 4) {
    case 0:
      return ledger_->keep_checkpoint("note " + std::to_string(choose_() % 1000));
    case 1:
      return propose_or_drop();
    case 2:
      return change_shift();
    default:
      break;
  }
  std::vector<std::string> ended;
  for (const std::string& attempt : done_) {
    const std::string id = attempt.substr(0, attempt.find('/'));
    TRY(auto job, ledger_->job(id));
    if (job.state == job::JobState::issued && ended.size() < 5) ended.push_back(id);
  }
  return ledger_->erase(ended);
}

Status LedgerHistory::propose_or_drop() {
  if (!proposals_.empty() && choose_() % 2 == 0) {
    const std::string id = proposals_.back();
    proposals_.pop_back();
    return ledger_->drop_proposal(id);
  }
  proposals_.push_back(test_support::uuid_of(700000 + ++statements_));
  return ledger_->keep_proposal({proposals_.back(), "{}", json::array{}, clock_.time, "binh"});
}

Status LedgerHistory::change_shift() {
  const ledger::Actor keeper{"binh", "supervisor"};
  if (!shift_open_) {
    TRY_STATUS(ledger_->open_shift("Asia/Ho_Chi_Minh", keeper));
    shift_open_ = true;
    return ok();
  }
  TRY_STATUS(
      ledger_->count_blanks({kClass, ledger::StockPlace::line, std::nullopt, blanks_ - begun_}, keeper));
  TRY_STATUS(ledger_->close_shift("Asia/Ho_Chi_Minh", keeper));
  shift_open_ = false;
  return ok();
}

}  // namespace imprimatur::sim
