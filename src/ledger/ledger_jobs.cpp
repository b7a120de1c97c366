// Jobs: reception, hold, release, cancel, claims.
#include <algorithm>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "crypto/digest.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

constexpr std::size_t kHolderRefBytes = 12;
// States in which a job stands for a card that its holder has or will have.
#define LEDGER_LIVE_STATES "('ready','held','claimed','in_progress','in_doubt','issued','delivered')"

json::array finding_codes(const std::vector<job::Finding>& findings) {
  json::array codes;
  for (const auto& finding : findings) {
    if (codes.size() == 16) break;  // an entry is at most 4 KB; the rest is in the answer
    codes.push_back(json::object{{"blocks", finding.severity == job::Severity::blocks},
                                 {"code", finding.code},
                                 {"field", finding.field}});
  }
  return codes;
}

std::vector<job::Finding> findings_of(const json::array& codes) {
  std::vector<job::Finding> findings;
  for (const auto& code : codes) {
    const auto& object = code.get_object();
    findings.push_back({std::string(object.at("code").as_string()),
                        std::string(object.at("field").as_string()),
                        {},
                        object.at("blocks").as_bool() ? job::Severity::blocks : job::Severity::warns});
  }
  return findings;
}

bool blocks(const std::vector<job::Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const auto& finding) { return finding.severity == job::Severity::blocks; });
}

// A job that is live for the holder, other than the one that `replaces` names and those replaced before.
Result<bool> has_live_card(Database& database, ByteView tag, const job::JobDocument& document) {
  Query query(database,
              "SELECT 1 FROM jobs WHERE holder_tag = ?1 AND id <> ?2 AND state IN " LEDGER_LIVE_STATES
              " AND id NOT IN (SELECT replaces FROM jobs WHERE holder_tag = ?1 AND replaces IS NOT NULL "
              "AND state IN " LEDGER_LIVE_STATES ") LIMIT 1");
  return query.bind(tag).bind(document.replaces).step();
}

// Whether `replaces` names a card of the same product that is somebody else's: it would live on, unnoticed.
Result<bool> replaces_another_holders(Database& database, ByteView tag, const job::JobDocument& document) {
  Query query(database, "SELECT 1 FROM jobs WHERE id = ? AND product = ? AND holder_tag <> ?");
  return query.bind(document.replaces).bind(document.product).bind(tag).step();
}

Status insert_job(Ledger::State& state, const JobRecord& record, ByteView tag) {
  Query query(
      *state.database,
      "INSERT INTO jobs (id, state, product, campaign, unit, batch, kind, priority, not_after, holderref, "
      "holder_tag, replaces, envelope_digest, received, approval, findings, since, kept) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.bind(record.id).bind(job::text_of(record.state)).bind(record.product).bind(record.campaign);
  query.bind(record.unit).bind(record.batch).bind(job::text_of(record.kind));
  query.bind(static_cast<std::int64_t>(record.priority));
  query.bind(milliseconds(record.not_after));
  query.bind(record.holderref).bind(tag).bind_or_null(record.replaces).bind(record.envelope_digest);
  query.bind(static_cast<std::int64_t>(record.received)).bind(static_cast<std::int64_t>(record.approval));
  query.bind(canonical_json(record.findings)).bind(milliseconds(state.ports.clock.now()));
  query.bind(static_cast<std::int64_t>(record.state != job::JobState::refused));
  TRY_STATUS(query.run());
  return ok();
}

JobRecord record_of(const NewJob& job, const std::vector<job::Finding>& findings, Random& random) {
  JobRecord record;
  record.id = job.document.id;
  record.state = blocks(findings) ? job::JobState::refused : job::JobState::ready;
  record.product = job.document.product;
  record.campaign = job.document.campaign;
  record.unit = job.document.unit;
  record.batch = job.document.batch;
  record.kind = job.document.kind;
  record.priority = job.document.priority;
  record.not_after = job.document.not_after;
  record.holderref = to_base64url(random.bytes(kHolderRefBytes));
  record.replaces = job.document.replaces;
  record.envelope_digest = job.envelope_digest;
  record.findings = finding_codes(findings);
  return record;
}

json::object journalled(const JobRecord& record) {
  json::object data{{"approval", record.approval},
                    {"batch", record.batch},
                    {"campaign", record.campaign},
                    {"envelope", record.envelope_digest},
                    {"findings", record.findings},
                    {"holderref", record.holderref},
                    {"kind", std::string(job::text_of(record.kind))},
                    {"product", record.product},
                    {"unit", record.unit}};
  if (!record.replaces.empty()) data["replaces"] = record.replaces;
  return data;
}

}  // namespace

Status store_personal(Ledger::State& state, const NewJob& job);  // ledger_personal.cpp

Status change_job(Ledger::State& state, const JobRecord& job, job::JobEvent event) {
  const auto next = job::next_state(job.state, event);
  if (!next) {
    return fail("ledger.state",
                "a job that is " + std::string(job::text_of(job.state)) + " takes no " +
                    std::string(job::text_of(event)),
                job.id);
  }
  CHECK(job.row > 0);  // as the ledger has it: by its row it is found without the index of random ids
  Query query(*state.database, "UPDATE jobs SET state = ?, since = ? WHERE row = ?");
  query.bind(job::text_of(*next)).bind(milliseconds(state.ports.clock.now())).bind(job.row);
  TRY_STATUS(query.run());
  return ok();
}

Error stale_fence(std::string_view what) {
  return fail("ledger.stale_fence", "the claim is no longer the newest one", std::string(what),
              "Destroy this card: another one was or will be made for the job.");
}

Result<Received> Ledger::receive_job(const NewJob& job) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  auto known = find_job(database, job.document.id);
  if (known) {
    if (guarded("ledger.receive.conflict") && known.value().envelope_digest != job.envelope_digest) {
      return fail("ledger.conflict", "a job with this id and other content was taken before", "/document/id",
                  "Give the new content a new id and a new approval.");
    }
    return Received{true, known.value().state, findings_of(known.value().findings)};
  }
  if (known.error().code != "ledger.no_job") return known.error();
  Query past(database, "SELECT 1 FROM past_jobs WHERE job = ?");
  TRY(auto begun_before, past.bind(job.document.id).step());
  if (begun_before && guarded("ledger.receive.past_job")) {
    return fail("ledger.past_job", "the log from before the restore tells that a card of this job was begun",
                "/document/id", "Find that card; a new one needs a new approval.");
  }
  TRY(auto tag, state_->holder_tag(job.document));
  std::vector<job::Finding> findings = job.findings;
  TRY(auto live, has_live_card(database, tag, job.document));
  if (live && guarded("ledger.receive.live_card")) {
    findings.push_back({"check.live_card", "/holder/personal_number",
                        "the holder has a live card or job of this product that `replaces` does not name",
                        job::Severity::blocks});
  }
  TRY(auto others, replaces_another_holders(database, tag, job.document));
  if (others && guarded("ledger.receive.replaces_other")) {
    findings.push_back({"check.replaces_other", "/replaces",
                        "the card that `replaces` names is of another holder", job::Severity::blocks});
  }
  JobRecord record = record_of(job, findings, state_->ports.random);
  TRY(auto approval, accept(*state_, {job.approval_id, job.approval_digest, job.approval}, job.submitter));
  record.approval = approval.sequence;
  const bool refused = record.state == job::JobState::refused;
  TRY(record.received,
      state_->append(refused ? "job.refused" : "job.received", record.id, journalled(record), job.submitter));
  TRY_STATUS(insert_job(*state_, record, tag));
  if (!refused || !guarded("ledger.receive.refused_not_kept")) {
    TRY_STATUS(store_personal(*state_, job));
  }
  TRY_STATUS(operation.keep());
  return Received{false, record.state, std::move(findings)};
}

// What one person may do with a job; journalled as the table says.
Status Ledger::act(std::string_view job, job::JobEvent event, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto record, find_job(*state_->database, job));
  TRY_STATUS(change_job(*state_, record, event));
  const auto* line = job::transition(record.state, event);
  CHECK(line != nullptr && !line->entry.empty());
  TRY_STATUS(state_->append(line->entry, job, {{"reason", std::string(job::text_of(event))}}, actor));
  return operation.keep();
}

Status Ledger::hold(std::string_view job, const Actor& actor) {
  return act(job, job::JobEvent::hold, actor);
}

Status Ledger::release(std::string_view job, const Actor& actor) {
  return act(job, job::JobEvent::release, actor);
}

Status Ledger::cancel(std::string_view job, const Actor& actor) {
  return act(job, job::JobEvent::cancel, actor);
}

Result<json::object> Ledger::approval_of(const JobRecord& job) {
  Query query(*state_->database,
              "SELECT entry FROM journal WHERE sequence = ?1 AND ?2 = '' UNION ALL "
              "SELECT entry FROM past_journal WHERE sequence = ?1 AND epoch = ?2");
  query.bind(static_cast<std::int64_t>(job.approval)).bind(job.epoch);
  TRY(auto row, query.step());
  if (!row) return fail("ledger.store", "the journal has no entry of the approval", job.id);
  TRY(auto event, parse_json_object(imprimatur::text_of(query.blob(0))));
  TRY(const auto* data, member_object(event, "data"));
  TRY(const auto* jws, member_object(*data, "jws"));
  return *jws;
}

Result<std::optional<JobClaim>> Ledger::claim_next(const std::vector<std::string>& products) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  json::array names;
  for (const auto& product : products) names.emplace_back(product);
  // By the index that has their order: left to itself SQLite reads and sorts all that are ready.
  Query query(*state_->database,
              "SELECT " LEDGER_JOB_COLUMNS
              " FROM jobs INDEXED BY jobs_ready WHERE state = 'ready' "
              "AND product IN (SELECT value FROM json_each(?)) ORDER BY priority DESC, row LIMIT 1");
  TRY(auto row, query.bind(canonical_json(names)).step());
  if (!row) return std::optional<JobClaim>();
  TRY(auto job, job_of(query));
  TRY_STATUS(change_job(*state_, job, job::JobEvent::claim));
  if (guarded("ledger.claim.new_fence")) ++job.fence;
  Query fence(*state_->database, "UPDATE jobs SET fence = ? WHERE row = ?");
  TRY_STATUS(fence.bind(job.fence).bind(job.row).run());
  TRY_STATUS(operation.keep());
  return std::optional(JobClaim{job.id, job.product, job.fence, job.attempts});
}

Status Ledger::release_claim(const JobClaim& claim) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY(auto job, find_job(*state_->database, claim.job));
  if (guarded("ledger.release_claim.fence") && job.fence != claim.fence) return stale_fence(claim.job);
  TRY_STATUS(change_job(*state_, job, job::JobEvent::lease_expired));
  return operation.keep();
}

Result<int> Ledger::release_all_claims() {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Query query(*state_->database, "UPDATE jobs SET state = 'ready' WHERE state = 'claimed'");
  TRY(auto count, query.run());
  TRY_STATUS(operation.keep());
  return count;
}

}  // namespace imprimatur::ledger
