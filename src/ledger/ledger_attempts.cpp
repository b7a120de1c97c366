// One blank within one job, from begin_blank to its end.
#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

constexpr const char* kOpenAttempts = "SELECT " LEDGER_ATTEMPT_COLUMNS LEDGER_OPEN_ATTEMPTS " ORDER BY id";

// The blank that carries the chip; it must be in stock, unused and of the class.
Result<BlankRecord> blank_to_begin(Database& database, const BeginBlank& begin) {
  Query query(database, "SELECT " LEDGER_BLANK_COLUMNS " FROM blanks WHERE chip_id = ?");
  TRY(auto row, query.bind(begin.chip_id).step());
  if (!row) return fail("ledger.blank_unknown", "the chip is of no blank that was received");
  TRY(auto blank, blank_of(query));
  if (guarded("ledger.begin_blank.class") && blank.blank_class != begin.required_class) {
    return fail("ledger.blank_class",
                "the blank is of class " + blank.blank_class + ", wanted " + begin.required_class,
                blank.serial);
  }
  Query used(database, "SELECT 1 FROM attempts WHERE blank = ?");
  TRY(auto was_used, used.bind(blank.serial).step());
  const bool elsewhere = blank.place != StockPlace::vault && blank.place != StockPlace::line;
  if ((was_used && guarded("ledger.begin_blank.used")) ||
      (elsewhere && guarded("ledger.begin_blank.place"))) {
    return fail("ledger.blank_used",
                "the blank is not unused: it counts as " + std::string(text_of(blank.place)), blank.serial);
  }
  return blank;
}

Status insert_attempt(Database& database, const AttemptRecord& attempt) {
  Query query(database,
              "INSERT INTO attempts (id, job, number, fence, blank, class, line, state) VALUES (?, ?, ?, ?, "
              "?, ?, ?, ?)");
  query.bind(attempt.id)
      .bind(attempt.job)
      .bind(static_cast<std::int64_t>(attempt.number))
      .bind(attempt.fence);
  query.bind(attempt.blank).bind(attempt.blank_class).bind(attempt.line).bind(job::text_of(attempt.state));
  TRY_STATUS(query.run());
  return ok();
}

}  // namespace

Result<AttemptRecord> find_attempt(Database& database, std::string_view id) {
  Query query(database, "SELECT " LEDGER_ATTEMPT_COLUMNS " FROM attempts WHERE id = ?");
  TRY(auto row, query.bind(id).step());
  if (!row) return fail("ledger.no_attempt", "there is no such attempt", std::string(id.substr(0, 64)));
  return attempt_of(query);
}

Status change_attempt(AttemptRecord& attempt, job::AttemptEvent event) {
  const auto next = job::next_state(attempt.state, event);
  if (!next) {
    return fail("ledger.state",
                "an attempt that is " + std::string(job::text_of(attempt.state)) + " takes no " +
                    std::string(job::text_of(event)),
                attempt.id);
  }
  attempt.state = *next;
  return ok();
}

json::object named(const AttemptRecord& attempt) {
  return {
      {"attempt", attempt.number}, {"blank", attempt.blank}, {"fence", attempt.fence}, {"job", attempt.job}};
}

Status change_job_of(Ledger::State& state, const AttemptRecord& attempt, job::JobEvent event) {
  TRY(auto job, find_job(*state.database, attempt.job));
  return change_job(state, job, event);
}
Result<AttemptRecord> fenced_attempt(Database& database, const Ledger::AttemptKey& key, bool checked) {
  TRY(auto attempt, find_attempt(database, key.attempt));
  TRY(auto job, find_job(database, attempt.job));
  const bool of_attempt = attempt.fence == key.fence || !guarded("ledger.fence.of_attempt");
  const bool newest = job.fence == key.fence || !guarded("ledger.fence.newest");
  if (checked && !(of_attempt && newest)) return stale_fence(key.attempt);
  return attempt;
}

Status store_attempt(Database& database, AttemptRecord& attempt, Sequence sequence) {
  attempt.sequences.push_back(sequence);
  json::array sequences;
  for (const Sequence one : attempt.sequences) sequences.emplace_back(one);
  Query query(
      database,
      "UPDATE attempts SET state = ?, print_job_id = ?, print_job_uuid = ?, printer = ?, reject_reason = ?, "
      "question = ?, evidence = ?, sequences = ? WHERE id = ?");
  query.bind(job::text_of(attempt.state));
  if (attempt.print) {
    query.bind(static_cast<std::int64_t>(attempt.print->job_id))
        .bind(attempt.print->job_uuid)
        .bind(attempt.print->printer);
  } else {
    query.bind_null().bind_null().bind_null();
  }
  query.bind_or_null(attempt.reject_reason).bind_or_null(attempt.question);
  query.bind(canonical_json(attempt.evidence)).bind(canonical_json(sequences)).bind(attempt.id);
  TRY_STATUS(query.run());
  return ok();
}

Result<AttemptRecord> Ledger::begin_blank(const BeginBlank& begin) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto job, find_job(database, begin.job));
  if (guarded("ledger.begin_blank.fence") && job.fence != begin.fence) return stale_fence(begin.job);
  if (guarded("ledger.begin_blank.clock") && state_->clock_went_back()) {
    return fail("ledger.clock",
                "the clock shows an earlier time than the journal's newest entry, which is of " +
                    format_rfc3339(state_->last_time),
                begin.job,
                "Set the station's clock right. When it is right, resume the line: that is journalled.");
  }
  if (guarded("ledger.begin_blank.not_after") && job.not_after < state_->ports.clock.now()) {
    return fail("ledger.not_after", "the approval has run out", begin.job, "Get a new approval for the job.");
  }
  TRY(auto blank, blank_to_begin(database, begin));
  TRY_STATUS(change_job(*state_, job, job::JobEvent::begin_blank));
  AttemptRecord attempt;
  attempt.number = job.attempts + 1;
  attempt.id = begin.job + "/" + std::to_string(attempt.number);
  attempt.job = begin.job;
  attempt.fence = begin.fence;
  attempt.blank = blank.serial;
  attempt.blank_class = blank.blank_class;
  attempt.line = begin.line;
  Query update(database, "UPDATE jobs SET attempts = ?, blank = ? WHERE row = ?");
  TRY_STATUS(update.bind(static_cast<std::int64_t>(attempt.number)).bind(attempt.blank).bind(job.row).run());
  TRY_STATUS(insert_attempt(database, attempt));
  TRY_STATUS(set_blank_place(database, blank.serial, StockPlace::machine));
  json::object data = named(attempt);
  data["class"] = blank.blank_class;
  data["device"] = begin.device;
  data["line"] = begin.line;
  data["profile"] = begin.profile_hash;
  data["template"] = begin.template_hash;
  TRY(auto sequence, state_->append("attempt.begun", begin.job, std::move(data)));
  TRY_STATUS(store_attempt(database, attempt, sequence));
  TRY_STATUS(operation.keep());
  return attempt;
}

Status Ledger::record_intent(const AttemptKey& key, std::string_view act, std::string_view device,
                             const json::object& what) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto attempt, fenced_attempt(*state_->database, key, guarded("ledger.record_intent.fence")));
  json::object data = named(attempt);
  data["act"] = std::string(act);
  data["device"] = std::string(device);
  data["what"] = what;
  TRY(auto sequence, state_->append("attempt.intent", attempt.job, std::move(data)));
  TRY_STATUS(store_attempt(*state_->database, attempt, sequence));
  return operation.keep();
}

Status Ledger::record_step(const AttemptKey& key, job::AttemptState next, const json::object& evidence) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto attempt, fenced_attempt(*state_->database, key, guarded("ledger.record_step.fence")));
  const auto event = job::step_to(next);
  if (!event) {
    return fail("ledger.state", "an attempt ends by its own operations, not by a step", attempt.id);
  }
  const bool was_in_doubt = attempt.state == job::AttemptState::in_doubt;
  TRY_STATUS(change_attempt(attempt, *event));
  if (was_in_doubt) {  // evidence has answered the question
    TRY_STATUS(change_job_of(*state_, attempt, job::JobEvent::doubt_cleared));
    TRY_STATUS(set_blank_place(*state_->database, attempt.blank, StockPlace::machine));
    attempt.question.clear();
  }
  attempt.evidence[std::string(job::text_of(next))] = evidence;
  json::object data = named(attempt);
  data["step"] = std::string(job::text_of(next));
  data["evidence"] = evidence;
  TRY(auto sequence, state_->append("attempt.step", attempt.job, std::move(data)));
  TRY_STATUS(store_attempt(*state_->database, attempt, sequence));
  return operation.keep();
}

Status Ledger::bind_print(const AttemptKey& key, const PrintBinding& binding, const json::object& evidence) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto attempt, fenced_attempt(*state_->database, key, guarded("ledger.bind_print.fence")));
  AttemptRecord sent = attempt;  // the intent is allowed where the step will be
  if (guarded("ledger.bind_print.state")) {
    TRY_STATUS(change_attempt(sent, job::AttemptEvent::sent));
  }
  attempt.print = binding;
  attempt.evidence["print"] = evidence;
  json::object data = named(attempt);
  data["act"] = "print";
  data["device"] = binding.printer;
  data["what"] = evidence;
  TRY(auto sequence, state_->append("attempt.intent", attempt.job, std::move(data)));
  TRY_STATUS(store_attempt(*state_->database, attempt, sequence));
  return operation.keep();
}

Status Ledger::intend_reject(const AttemptKey& key, std::string_view reason) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto attempt, fenced_attempt(*state_->database, key, guarded("ledger.intend_reject.fence")));
  attempt.reject_reason = reason;
  json::object data = named(attempt);
  data["act"] = "move";
  data["device"] = "transport";
  data["what"] = json::object{{"reason", std::string(reason)}, {"to", "reject"}};
  TRY(auto sequence, state_->append("attempt.intent", attempt.job, std::move(data)));
  TRY_STATUS(store_attempt(*state_->database, attempt, sequence));
  return operation.keep();
}

Status Ledger::finish_good(const AttemptKey& key) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto attempt, fenced_attempt(database, key, guarded("ledger.finish_good.fence")));
  TRY_STATUS(change_attempt(attempt, job::AttemptEvent::finish_good));
  TRY_STATUS(change_job_of(*state_, attempt, job::JobEvent::finish_good));
  TRY_STATUS(set_blank_place(database, attempt.blank, StockPlace::good_on_hand));
  TRY(auto sequence, state_->append("attempt.good", attempt.job, named(attempt)));
  TRY_STATUS(state_->append("job.issued", attempt.job, named(attempt)));
  TRY_STATUS(store_attempt(database, attempt, sequence));
  return operation.keep();
}

Status Ledger::finish_spoiled(const AttemptKey& key, std::string_view reason, int remakes_max) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto attempt, fenced_attempt(database, key, guarded("ledger.finish_spoiled.fence")));
  TRY_STATUS(change_attempt(attempt, job::AttemptEvent::finish_spoiled));
  if (attempt.reject_reason.empty()) attempt.reject_reason = reason;
  const bool last = attempt.number > remakes_max && guarded("ledger.finish_spoiled.remakes");
  TRY_STATUS(
      change_job_of(*state_, attempt, last ? job::JobEvent::remake_limit : job::JobEvent::finish_spoiled));
  TRY_STATUS(set_blank_place(database, attempt.blank, StockPlace::spoiled));
  json::object data = named(attempt);
  data["reason"] = std::string(reason);
  TRY(auto sequence, state_->append("attempt.spoiled", attempt.job, data));
  TRY_STATUS(store_attempt(database, attempt, sequence));
  if (last) {
    TRY_STATUS(state_->append("job.failed", attempt.job, {{"reason", "remake_limit"}}));
  }
  return operation.keep();
}

Status Ledger::doubt(const AttemptKey& key, std::string_view question) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto attempt, fenced_attempt(database, key, guarded("ledger.doubt.fence")));
  TRY_STATUS(change_attempt(attempt, job::AttemptEvent::doubt));
  attempt.question = question;
  TRY_STATUS(change_job_of(*state_, attempt, job::JobEvent::doubt));
  TRY_STATUS(set_blank_place(database, attempt.blank, StockPlace::in_doubt));
  json::object data = named(attempt);
  data["question"] = std::string(question);
  TRY(auto sequence, state_->append("attempt.in_doubt", attempt.job, std::move(data)));
  TRY_STATUS(store_attempt(database, attempt, sequence));
  return operation.keep();
}

Result<std::int64_t> Ledger::count_signature(std::string_view key_id, std::int64_t limit) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Query query(*state_->database,
              "INSERT INTO signers VALUES (?, 1) ON CONFLICT (key_id) DO UPDATE SET count = count + 1 "
              "RETURNING count");
  TRY(auto row, query.bind(key_id).step());
  const std::int64_t count = row ? query.integer(0) : 0;
  TRY(auto more, query.step());
  if (more || (count > limit && guarded("ledger.count_signature.limit"))) {
    return fail("ledger.signer_limit",
                "the document signer has made its " + std::to_string(limit) + " signatures",
                std::string(key_id), "Change over to the next document signer.");
  }
  TRY_STATUS(operation.keep());
  return count;
}

Result<std::int64_t> Ledger::signatures(std::string_view key_id) {
  Query query(*state_->database, "SELECT count FROM signers WHERE key_id = ?");
  TRY(auto row, query.bind(key_id).step());
  return row ? query.integer(0) : 0;
}

// By the index of the intents to sign: as many steps as signatures, not as entries.
Status Ledger::check_signature_counters() {
  Query query(*state_->database,
              "SELECT key, "
              "MAX(made, COALESCE((SELECT " LEDGER_ENTRY_COUNT " FROM journal WHERE " LEDGER_ENTRY_SIGNS
              " AND " LEDGER_ENTRY_DEVICE " = key ORDER BY " LEDGER_ENTRY_COUNT
              " DESC LIMIT 1), 0)), "
              "COALESCE((SELECT count FROM signers WHERE key_id = key), 0) "
              "FROM (SELECT " LEDGER_ENTRY_DEVICE
              " AS key, COUNT(*) AS made FROM journal "
              "WHERE " LEDGER_ENTRY_SIGNS " GROUP BY " LEDGER_ENTRY_DEVICE ")");
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return ok();
    if (query.integer(2) >= query.integer(1) || !guarded("ledger.signature_counters")) continue;
    return fail(
        "ledger.signer_counter",
        "the counter of document signer " + query.text(0) + " stands at " + std::to_string(query.integer(2)) +
            ", the journal has " + std::to_string(query.integer(1)) + " signatures",
        query.text(0),
        "The ledger was changed by hand or restored in part: restore the newest backup whole, and tell "
        "who audits this station.");
  }
}

Result<AttemptRecord> Ledger::attempt(std::string_view id) {
  return find_attempt(*state_->database, id);
}

Result<std::vector<AttemptRecord>> Ledger::open_attempts() {
  Query query(*state_->database, kOpenAttempts);
  return all_rows(query, attempt_of);
}

}  // namespace imprimatur::ledger
