// A thin, owning layer over SQLite's C interface: connections, statements, savepoints. Private to the ledger.
// Errors are ledger.store with SQLite's words; a broken database is never guessed around.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::ledger {

class Database;

// One prepared statement, bound, stepped and reset. Parameters are bound in their order.
class Query {
 public:
  Query(Database& database, const char* sql);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(std::int64_t value);
  Query& bind(std::string_view text);
  Query& bind(ByteView blob);
  Query& bind_null();
  // A text, or NULL when it is empty.
  Query& bind_or_null(std::string_view text);

  // True when there is a row. Error ledger.store, ledger.constraint.
  Result<bool> step();
  // For statements without rows: how many rows were changed.
  Result<int> run();

  std::int64_t integer(int column) const;
  std::string text(int column) const;  // empty for NULL
  Bytes blob(int column) const;
  bool is_null(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

// All rows that are left, each as `read` makes it: Result<T> (*)(const Query&).
template <class Read>
auto all_rows(Query& query, Read read)
    -> Result<std::vector<typename std::invoke_result_t<Read, const Query&>::value_type>> {
  std::vector<typename std::invoke_result_t<Read, const Query&>::value_type> rows;
  for (;;) {
    TRY(const bool there, query.step());
    if (!there) return rows;
    TRY(auto row, read(query));
    rows.push_back(std::move(row));
  }
}

class Database {
 public:
  enum class Mode { create, write, read };
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Statements without rows, separated by semicolons.
  Status execute(const char* sql);
  // False also when SQLite has rolled the transaction back by itself (disk full, I/O error).
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // Copies the write-ahead log into the database and empties it, as far as readers allow.
  Status truncate_log();
  // Everything of one moment, page by page, into an empty database; synced.
  Status copy_into(Database& target);
  Error error(std::string_view what) const;

 private:
  friend class Query;
  explicit Database(sqlite3* handle) : handle_(handle) {}
  sqlite3_stmt* prepared(const char* sql);
  sqlite3* handle_;
  std::map<const char*, sqlite3_stmt*> statements_;  // by the literal's address: each is prepared once
};

// Everything from here on happens wholly or not at all: rolled back unless `keep` was called.
class Savepoint {
 public:
  explicit Savepoint(Database& database);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  const Status& begun() const { return begun_; }
  Status keep();
  bool kept() const { return kept_; }

 private:
  Database& database_;
  Status begun_;
  bool kept_ = false;
};

}  // namespace imprimatur::ledger
