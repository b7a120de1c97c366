// How long personal data are kept (design section 2, promise 8), and what is erased when.
#include <array>

#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

struct Rule {
  std::string_view state;
  bool issued;   // counts from its issuance; the others from their last change
  bool expired;  // only when the approval has run out: nothing can be made any more
};
// Claimed and in progress are moments: the line leads them on, or doubts.
constexpr std::array kRules{
    Rule{"issued", true, false},     Rule{"delivered", true, false}, Rule{"recalled", true, false},
    Rule{"destroyed", true, false},  Rule{"missing", true, false},   Rule{"failed", false, false},
    Rule{"cancelled", false, false}, Rule{"in_doubt", false, false}, Rule{"ready", false, true},
    Rule{"held", false, true},
};

Result<std::vector<JobRecord>> due(Ledger::State& state, const Rule& rule, WallTime before,
                                   std::size_t limit) {
  Query query(
      *state.database,
      "SELECT " LEDGER_JOB_COLUMNS
      " FROM jobs WHERE kept = 1 AND state = ? AND since < ? AND not_after < ? ORDER BY since LIMIT ?");
  const WallTime last = rule.expired ? state.ports.clock.now() : WallTime::max();
  query.bind(rule.state).bind(milliseconds(before)).bind(milliseconds(last));
  query.bind(static_cast<std::int64_t>(limit));
  return all_rows(query, job_of);
}

Status cancel_expired(Ledger::State& state, const JobRecord& job) {
  TRY_STATUS(change_job(state, job, job::JobEvent::cancel));
  TRY_STATUS(state.append("job.cancelled", job.id, {{"reason", "approval_ran_out"}}));
  return ok();
}

}  // namespace

Result<int> Ledger::erase_due(const Retention& retention, std::size_t limit) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  // A clock that cannot be trusted erases nothing: what is gone does not come back.
  if (guarded("personal.erase.clock") && state_->clock_went_back()) return 0;
  std::vector<JobRecord> jobs;
  for (const Rule& rule : kRules) {
    if (jobs.size() >= limit) break;
    const WallTime before = rule.issued ? retention.issued_before : retention.others_before;
    TRY(auto found, due(*state_, rule, before, limit - jobs.size()));
    for (JobRecord& job : found) {
      if (rule.expired) {
        TRY_STATUS(cancel_expired(*state_, job));
      }
      jobs.push_back(std::move(job));
    }
  }
  TRY_STATUS(shred(*state_, jobs));
  TRY_STATUS(operation.keep());
  return static_cast<int>(jobs.size());
}

}  // namespace imprimatur::ledger
