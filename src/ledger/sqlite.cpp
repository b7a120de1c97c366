#include "ledger/sqlite.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/guard.hpp"

namespace imprimatur::ledger {
namespace {

// 64 MiB, where SQLite's own would be 2. Most indexes are by random identifiers: every new row of a large
// ledger would read pages that were just thrown out, and a commit of many jobs with their photographs would
// be written in parts.
constexpr const char* kWriterCache = "PRAGMA cache_size = -65536";
constexpr int kBusyTimeoutMs = 5000;

// An empty file that only its owner may read; SQLite gives the same rights to the files beside it.
Status make_private_file(const std::filesystem::path& file) {
  const mode_t mode = guarded("sqlite.private_file") ? 0600 : 0644;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (descriptor < 0) return fail("ledger.store", "cannot create the ledger", file.string());
  ::close(descriptor);
  return ok();
}

}  // namespace

Query::Query(Database& database, const char* sql) : database_(database), statement_(database.prepared(sql)) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, ++bound_, value);
  return *this;
}

Query& Query::bind(std::string_view text) {
  if (statement_ != nullptr) {
    sqlite3_bind_text64(statement_, ++bound_, text.data() == nullptr ? "" : text.data(), text.size(),
                        SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  return *this;
}

Query& Query::bind(ByteView blob) {
  static constexpr std::uint8_t kNothing = 0;
  if (statement_ != nullptr) {
    sqlite3_bind_blob64(statement_, ++bound_, blob.empty() ? &kNothing : blob.data(), blob.size(),
                        SQLITE_TRANSIENT);
  }
  return *this;
}

Query& Query::bind_null() {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, ++bound_);
  return *this;
}

Query& Query::bind_or_null(std::string_view text) {
  return text.empty() ? bind_null() : bind(text);
}

Result<bool> Query::step() {
  if (statement_ == nullptr) return database_.error("cannot prepare");
  const int outcome = sqlite3_step(statement_);
  if (outcome == SQLITE_ROW) return true;
  if (outcome == SQLITE_DONE) return false;
  Error error = database_.error("cannot execute");
  if ((outcome & 0xFF) == SQLITE_CONSTRAINT) error.code = "ledger.constraint";
  return error;
}

Result<int> Query::run() {
  TRY(auto row, step());
  CHECK(!row);
  return sqlite3_changes(database_.handle_);
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string Query::text(int column) const {
  const auto* text = sqlite3_column_text(statement_, column);
  if (text == nullptr) return {};
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return {reinterpret_cast<const char*>(text), size};
}

Bytes Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  if (data == nullptr) return {};
  return {data, data + sqlite3_column_bytes(statement_, column)};
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode) {
  const bool there = std::filesystem::exists(file);
  if (mode == Mode::create && there) {
    return fail("ledger.exists", "a ledger is there already", file.string(),
                "Open it, or choose another work folder.");
  }
  if (mode != Mode::create && !there) {
    return fail("ledger.missing", "there is no ledger", file.string(),
                "Restore it, or create a new one on purpose.");
  }
  if (mode == Mode::create) {
    TRY_STATUS(make_private_file(file));
  }
  const int flags = mode == Mode::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  sqlite3* handle = nullptr;
  const int outcome = sqlite3_open_v2(file.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  std::unique_ptr<Database> database(new Database(handle));
  if (outcome != SQLITE_OK) return database->error("cannot open " + file.string());
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  TRY_STATUS(database->execute("PRAGMA temp_store = MEMORY"));
  TRY_STATUS(database->execute(guarded("sqlite.foreign_keys") ? "PRAGMA foreign_keys = ON"
                                                              : "PRAGMA foreign_keys = OFF"));
  if (mode != Mode::read) {
    Query wal(*database, "PRAGMA journal_mode = WAL");
    TRY(auto row, wal.step());
    if (!row || wal.text(0) != "wal") {
      return database->error("the file system does not allow a write-ahead log");
    }
    TRY_STATUS(database->execute(guarded("sqlite.synchronous") ? "PRAGMA synchronous = FULL"
                                                               : "PRAGMA synchronous = NORMAL"));
    TRY_STATUS(database->execute(guarded("sqlite.secure_delete") ? "PRAGMA secure_delete = ON"
                                                                 : "PRAGMA secure_delete = OFF"));
    TRY_STATUS(database->execute(kWriterCache));
  }
  return database;
}

Database::~Database() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Status Database::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return error("cannot execute");
  return ok();
}

Status Database::truncate_log() {
  Query query(*this, "PRAGMA wal_checkpoint(TRUNCATE)");
  TRY_STATUS(query.step());
  return ok();
}

Status Database::copy_into(Database& target) {
  sqlite3_backup* backup = sqlite3_backup_init(target.handle_, "main", handle_, "main");
  if (backup == nullptr) return target.error("cannot begin to copy");
  const int stepped = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (stepped == SQLITE_DONE && finished == SQLITE_OK) return ok();
  return target.error("cannot copy");
}

Error Database::error(std::string_view what) const {
  return fail("ledger.store", std::string(what) + ": " + sqlite3_errmsg(handle_), {},
              "Check the disk: space, rights, health. The station stops until it can record.");
}

sqlite3_stmt* Database::prepared(const char* sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return nullptr;
  }
  statements_.emplace(sql, statement);
  return statement;
}

namespace {

// As `execute`, of one statement that is said so often that it is prepared once.
Status run_often(Database& database, const char* sql) {
  Query query(database, sql);
  TRY_STATUS(query.run());
  return ok();
}

}  // namespace

Savepoint::Savepoint(Database& database)
    : database_(database), begun_(run_often(database, "SAVEPOINT operation")) {}

Savepoint::~Savepoint() {
  if (kept_ || !begun_ || !guarded("sqlite.savepoint")) return;
  if (!database_.execute("ROLLBACK TO operation; RELEASE operation"))
    return;  // the group's commit will fail and say so
}

Status Savepoint::keep() {
  TRY_STATUS(run_often(database_, "RELEASE operation"));
  kept_ = true;
  return ok();
}

}  // namespace imprimatur::ledger
