// After a restore: a new log, and nothing goes on by itself of which the old log may know more.
#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

constexpr const char* kRestoredQuestion =
    "the ledger was restored: the old log may tell what became of this card";

Status put_aside(Ledger::State& state, const std::string& old_epoch) {
  Database& database = *state.database;
  Query journal(database, "INSERT INTO past_journal SELECT ?, sequence, entry FROM journal");
  TRY_STATUS(journal.bind(old_epoch).run());
  TRY_STATUS(
      database.execute("DELETE FROM journal; DELETE FROM meta WHERE key = 'checkpoint'; "
                       "DELETE FROM counts; DELETE FROM shifts WHERE closed IS NULL"));
  for (const char* sql : {"UPDATE statements SET epoch = ? WHERE epoch IS NULL",
                          "UPDATE jobs SET epoch = ? WHERE epoch IS NULL",
                          "UPDATE attempts SET epoch = ? WHERE epoch IS NULL AND state IN "
                          "('good', 'spoiled', 'missing')"}) {
    Query query(database, sql);
    TRY_STATUS(query.bind(old_epoch).run());
  }
  return ok();
}

// What the people have to look at before it may go on.
Status freeze(Ledger& ledger, Ledger::State& state) {
  TRY_STATUS(ledger.release_all_claims());
  Query ready(*state.database, "SELECT id FROM jobs WHERE state = 'ready'");
  std::vector<std::string> jobs;
  for (;;) {
    TRY(auto row, ready.step());
    if (!row) break;
    jobs.push_back(ready.text(0));
  }
  for (const std::string& job : jobs) {
    if (!guarded("new_epoch.hold_ready")) break;
    TRY_STATUS(ledger.hold(job, {}));
  }
  TRY(auto attempts, ledger.open_attempts());
  for (const AttemptRecord& attempt : attempts) {
    AttemptRecord fresh = attempt;
    if (!fresh.sequences.empty())
      fresh.evidence["before"] = json::object{{"entries", fresh.sequences.size()}};
    fresh.sequences.clear();
    if (fresh.state == job::AttemptState::in_doubt) {
      json::object data = named(fresh);
      data["question"] = fresh.question;
      TRY(auto sequence, state.append("attempt.in_doubt", fresh.job, std::move(data)));
      TRY_STATUS(store_attempt(*state.database, fresh, sequence));
      continue;
    }
    TRY_STATUS(change_attempt(fresh, job::AttemptEvent::doubt));
    TRY_STATUS(change_job_of(state, fresh, job::JobEvent::doubt));
    TRY_STATUS(set_blank_place(*state.database, fresh.blank, StockPlace::in_doubt));
    fresh.question = kRestoredQuestion;
    json::object data = named(fresh);
    data["question"] = fresh.question;
    TRY(auto sequence, state.append("attempt.in_doubt", fresh.job, std::move(data)));
    TRY_STATUS(store_attempt(*state.database, fresh, sequence));
  }
  return ok();
}

constexpr const char* kBegunAfterCopy = "begun_after_copy";

// What the old log tells that this ledger does not know: a card may be out there.
Status take_over(Ledger& ledger, Ledger::State& state, const PastLog& past) {
  for (const std::string& id : past.jobs_begun) {
    Query keep(*state.database, "INSERT OR IGNORE INTO past_jobs VALUES (?)");
    if (guarded("new_epoch.past_jobs")) {
      TRY_STATUS(keep.bind(id).run());
    }
    auto job = ledger.job(id);
    if (!job && job.error().code == "ledger.no_job") continue;
    if (!job) return job.error();
    if (job.value().state != job::JobState::held) continue;  // in doubt, or ended: people decide, or have
    TRY_STATUS(change_job(state, job.value(), job::JobEvent::cancel));
    TRY_STATUS(state.append("job.cancelled", id, {{"reason", kBegunAfterCopy}}));
  }
  std::map<std::pair<std::string, StockPlace>, std::vector<std::string>> groups;
  for (const std::string& serial : past.blanks_begun) {
    auto blank = find_blank(*state.database, serial);
    if (!blank && blank.error().code == "ledger.blank_unknown") continue;
    if (!blank) return blank.error();
    const StockPlace place = blank.value().place;
    if (place != StockPlace::line && place != StockPlace::vault) continue;
    if (!guarded("new_epoch.quarantine_begun")) continue;
    TRY_STATUS(set_blank_place(*state.database, serial, StockPlace::quarantine));
    groups[{blank.value().blank_class, place}].push_back(serial);
  }
  for (auto& [group, serials] : groups) {
    const json::object data{{"class", group.first},
                            {"from", std::string(text_of(group.second))},
                            {"reason", kBegunAfterCopy},
                            {"to", std::string(text_of(StockPlace::quarantine))}};
    TRY_STATUS(append_serials(state, {"stock.moved", group.first, data, std::move(serials), {}}));
  }
  for (const auto& [signer, count] : past.signatures) {
    if (!guarded("new_epoch.signature_counters")) break;
    Query query(*state.database,
                "INSERT INTO signers VALUES (?, ?) ON CONFLICT (key_id) DO UPDATE SET "
                "count = max(count, excluded.count)");
    TRY_STATUS(query.bind(signer).bind(count).run());
  }
  return ok();
}

}  // namespace

Status Ledger::begin_new_epoch(const std::filesystem::path& file, const LedgerIdentity& identity,
                               const PastLog& past, Ports ports) {
  if (guarded("new_epoch.other_origin") && past.origin == identity.origin) {
    return fail("ledger.epoch", "the old log has this name too", identity.origin,
                "Give the new log another log_origin in the configuration.");
  }
  TRY(auto ledger, open(file, {identity.station, past.origin}, ports));
  State& state = *ledger->state_;
  const std::string old_epoch = state.epoch;
  const json::object old_log{{"epoch", old_epoch},
                             {"origin", past.origin},
                             {"root", past.root},
                             {"size", past.size},
                             {"entries_kept", state.size}};
  TRY_STATUS(ledger->begin_group());
  TRY_STATUS(put_aside(state, old_epoch));
  state.identity = identity;
  TRY_STATUS(state.first_entry({{"previous", old_log}, {"reason", past.reason}}));
  TRY_STATUS(freeze(*ledger, state));
  TRY_STATUS(take_over(*ledger, state, past));
  return ledger->commit_group();
}

}  // namespace imprimatur::ledger
