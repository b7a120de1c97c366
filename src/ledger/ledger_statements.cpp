// Statements: what people decided, and what becomes of a card in doubt by it.
#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

struct Outcome {
  job::AttemptEvent attempt;
  job::JobEvent event;
  StockPlace place;
  std::string_view attempt_entry;
  std::string_view job_entry;   // empty: the job goes on
  std::string_view job_reason;  // of job.failed
};

Outcome outcome_of(Resolution resolution, bool last_remake) {
  using Step = job::AttemptEvent;
  using Event = job::JobEvent;
  switch (resolution) {
    case Resolution::good:
      return {Step::resolve_good, Event::resolve_good, StockPlace::good_on_hand,
              "attempt.good",     "job.issued",        ""};
    case Resolution::spoiled:
      if (!last_remake)
        return {
            Step::resolve_spoiled, Event::resolve_spoiled, StockPlace::spoiled, "attempt.spoiled", "", ""};
      return {Step::resolve_spoiled, Event::remake_limit, StockPlace::spoiled,
              "attempt.spoiled",     "job.failed",        "remake_limit"};
    case Resolution::missing:
      break;
  }
  return {Step::resolve_missing, Event::resolve_missing, StockPlace::missing,
          "attempt.missing",     "job.failed",           "card_missing"};
}

// Whether another card could be made: the data are there.
Result<bool> is_kept(Database& database, std::string_view job) {
  Query query(database, "SELECT 1 FROM personal WHERE job = ?");
  return query.bind(job).step();
}

}  // namespace

Result<AcceptedStatement> accept(Ledger::State& state, const SignedStatement& statement, const Actor& actor) {
  Query known(*state.database, "SELECT digest, sequence FROM statements WHERE id = ?");
  TRY(auto there, known.bind(statement.id).step());
  if (there && guarded("ledger.accept.replayed") && known.text(0) != statement.digest) {
    return fail("statement.replayed", "a statement with this id and other content was accepted before", "/id",
                "Give the new content a new id and new signatures.");
  }
  if (there && guarded("ledger.accept.once"))
    return AcceptedStatement{static_cast<Sequence>(known.integer(1)), true};
  TRY(auto sequence, state.append("statement.accepted", statement.id, {{"jws", statement.jws}}, actor));
  Query insert(*state.database, "INSERT INTO statements (id, digest, sequence) VALUES (?, ?, ?)");
  insert.bind(statement.id).bind(statement.digest).bind(static_cast<std::int64_t>(sequence));
  TRY_STATUS(insert.run());
  return AcceptedStatement{sequence, false};
}

Result<AcceptedStatement> Ledger::accept_statement(const SignedStatement& statement, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto accepted, accept(*state_, statement, actor));
  TRY_STATUS(operation.keep());
  return accepted;
}

Status Ledger::refuse_statement(const SignedStatement& statement, std::string_view code, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("statement.refused", statement.id,
                            {{"code", std::string(code)}, {"jws", statement.jws}}, actor));
  return operation.keep();
}

Status Ledger::resolve(std::string_view attempt_id, Resolution resolution, Sequence statement,
                       int remakes_max, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  Query known(database, "SELECT 1 FROM statements WHERE sequence = ? AND epoch IS NULL");
  TRY(auto accepted, known.bind(static_cast<std::int64_t>(statement)).step());
  if (!accepted && guarded("ledger.resolve.statement")) {
    return fail("ledger.no_statement", "the entry is no accepted statement", std::to_string(statement));
  }
  TRY(auto attempt, find_attempt(database, attempt_id));
  TRY(auto kept, is_kept(database, attempt.job));
  const bool spent = attempt.number > remakes_max && guarded("ledger.resolve.remakes");
  const bool gone = !kept && guarded("ledger.resolve.data_kept");
  const Outcome outcome = outcome_of(resolution, spent || gone);
  TRY_STATUS(change_attempt(attempt, outcome.attempt));
  TRY_STATUS(change_job_of(*state_, attempt, outcome.event));
  TRY_STATUS(set_blank_place(database, attempt.blank, outcome.place));
  json::object data = named(attempt);
  data["reason"] = "resolved";
  data["statement"] = statement;
  TRY(auto sequence, state_->append(outcome.attempt_entry, attempt.job, data, actor));
  if (attempt.reject_reason.empty() && resolution == Resolution::spoiled) attempt.reject_reason = "resolved";
  TRY_STATUS(store_attempt(database, attempt, sequence));
  if (!outcome.job_entry.empty()) {
    if (!outcome.job_reason.empty()) data["reason"] = std::string(kept ? outcome.job_reason : "data_erased");
    TRY_STATUS(state_->append(outcome.job_entry, attempt.job, std::move(data), actor));
  }
  return operation.keep();
}

}  // namespace imprimatur::ledger
