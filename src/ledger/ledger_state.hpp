// The inside of a Ledger, shared by the files that implement it. Private to the ledger.
#pragma once

#include "ledger/ledger.hpp"
#include "ledger/schema.hpp"

namespace imprimatur::ledger {

inline constexpr std::size_t kEntryBytesMax = 4096;
inline constexpr std::string_view kHolderKey = "holder-hmac";

struct Ledger::State {
  State(std::unique_ptr<Database> opened, const LedgerIdentity& named, const Ports& given)
      : database(std::move(opened)), identity(named), ports(given) {}

  std::unique_ptr<Database> database;
  LedgerIdentity identity;
  Ports ports;
  std::string epoch;
  std::string boot;   // random id of this run
  Sequence size = 0;  // entries, pending ones included
  Sequence committed = 0;
  WallTime last_time{};  // the latest that the journal shows, since somebody answered for the clock
  bool in_group = false;

  // Writes one CloudEvent with the next sequence. `data` gets boot, clock and actor. Error
  // ledger.entry_too_large.
  Result<Sequence> append(std::string_view type, std::string_view subject, json::object data,
                          const Actor& actor = {});

  Status begin_epoch();
  // Names the new epoch and writes its epoch.begun.
  Status first_entry(json::object data);
  Status take_up_journal();
  Status take_up_time();
  // The wall clock shows an earlier time than the newest entry.
  bool clock_went_back() const;

  std::string day_label() const;
  // The label of today's wrapping key; made on demand.
  Result<std::string> todays_key();
  Result<Bytes> holder_tag(const job::JobDocument& document);
};

inline std::int64_t milliseconds(WallTime time) {
  return static_cast<std::int64_t>(time.time_since_epoch().count());
}

// One operation: a savepoint that also restores the journal's size when it is rolled back.
class Operation {
 public:
  explicit Operation(Ledger::State& state);
  ~Operation() {
    if (!savepoint_.kept()) state_.size = size_;
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  Status begun() const;
  Status keep() { return savepoint_.keep(); }

 private:
  Ledger::State& state_;
  Sequence size_;
  bool lost_;  // SQLite has rolled the group back by itself
  Savepoint savepoint_;
};

// Changes a job's state by the table of job/states.hpp. Error ledger.state, with event and state named.
Status change_job(Ledger::State& state, const JobRecord& job, job::JobEvent event);
Status set_blank_place(Database& database, std::string_view serial, StockPlace place);
Result<BlankRecord> find_blank(Database& database, std::string_view serial);  // error ledger.blank_unknown

// What is told of many blanks: in as many entries as their ranges need. The sequence of the last one.
struct SerialsEntry {
  std::string_view type;
  std::string_view subject;
  json::object data;  // gets count and serials
  std::vector<std::string> serials;
  Actor actor;
};
Result<Sequence> append_serials(Ledger::State& state, SerialsEntry entry);

Result<AttemptRecord> find_attempt(Database& database, std::string_view id);  // error ledger.no_attempt
// Changes the attempt's state by the table of job/states.hpp; stores nothing. Error ledger.state.
Status change_attempt(AttemptRecord& attempt, job::AttemptEvent event);
// Job, number, fence and blank as every entry about an attempt has them.
json::object named(const AttemptRecord& attempt);
Status change_job_of(Ledger::State& state, const AttemptRecord& attempt, job::JobEvent event);
// Journals a statement once. Error statement.replayed.
Result<AcceptedStatement> accept(Ledger::State& state, const SignedStatement& statement,
                                 const Actor& actor = {});

// Deletes the jobs' personal data and tells it.
Status shred(Ledger::State& state, const std::vector<JobRecord>& jobs);

// The attempt, with its fence checked: `checked` is the guard's name at the caller (base/guard.hpp). Errors
// ledger.no_attempt, ledger.stale_fence.
Result<AttemptRecord> fenced_attempt(Database& database, const Ledger::AttemptKey& key, bool checked);
// Adds the entry to the attempt's list and stores state and evidence.
Status store_attempt(Database& database, AttemptRecord& attempt, Sequence sequence);

Error stale_fence(std::string_view what);

}  // namespace imprimatur::ledger
