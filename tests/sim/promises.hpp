// The promises of design section 2, checked after every turn of a modelled world: by what the ledger's file
// says, by what the machine shows, and by what the world was told before. Cheap enough for every step.
#pragma once

#include <sqlite3.h>

#include <map>
#include <set>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {

class Promises {
 public:
  // Borrows the world, and listens to its chips and printers.
  explicit Promises(World& world);
  ~Promises();
  Promises(const Promises&) = delete;
  Promises& operator=(const Promises&) = delete;

  // After every turn that was committed.
  void check();
  // After a restart: all that was told before is there, unchanged.
  void check_again();
  void acknowledged(const std::string& job) { jobs_.insert(job); }
  // The station's own process ends: its connections are closed.
  void close();

  const std::vector<std::string>& broken() const { return broken_; }
  void breaks(std::string what);
  // SHA-256 of all entries in their order, hex.
  std::string journal_digest();
  std::int64_t count(const char* query);

 private:
  // What the journal has told of one blank.
  struct Told {
    std::set<std::string> acts;   // of its intents
    std::set<std::string> steps;  // of its steps
    std::string job;
  };
  sqlite3_stmt* prepared(const char* query);
  void expect_no_row(const char* query, const char* promise);
  void read_new_entries();
  void listen(const json::object& entry);
  void check_bodies();
  void check_body(const Body& body, const std::string& place, std::map<std::string, int>& good_of_job);
  void on_write(const Body& body);
  void on_document(const std::string& attempt, const std::string& uuid);

  World& world_;
  sqlite3* database_ = nullptr;
  std::map<const char*, sqlite3_stmt*> statements_;
  std::vector<std::string> entries_;  // as they were told, by sequence
  std::map<std::string, Told> told_;  // by blank
  std::set<std::string> bound_;       // job-uuids
  std::map<std::string, std::int64_t> signed_;
  std::set<std::string> jobs_;
  std::vector<std::string> broken_;
  std::int64_t version_ = -1;
};

}  // namespace imprimatur::sim
