// States of a job and of an attempt, and the table that says which event leads where (design section 4). The
// table is the one truth: the ledger refuses every change that is not in it.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace imprimatur::job {

enum class JobState {
  refused,
  ready,
  held,
  claimed,
  in_progress,
  in_doubt,
  issued,
  failed,
  cancelled,
  delivered,
  recalled,
  destroyed,
  missing,
};

enum class AttemptState {
  begun,
  chip_written,
  chip_verified,
  sent,
  out,
  verified,
  good,
  spoiled,
  in_doubt,
  missing
};

enum class JobEvent {
  hold,
  release,
  claim,
  lease_expired,
  begin_blank,
  finish_good,
  finish_spoiled,
  remake_limit,
  doubt,
  resolve_good,
  resolve_spoiled,
  resolve_missing,
  doubt_cleared,
  cancel,
  deliver,
  recall,
  destroy,
  lose,
};

struct JobTransition {
  JobState from;
  JobEvent event;
  JobState to;
  // Entry about the job or card that records it, without "org.imprimatur." and ".v1". Empty: none of its own,
  // since the attempt's entry says it (attempt.begun, attempt.spoiled, attempt.in_doubt) or since it is a
  // lease.
  std::string_view journal_type;
};

std::span<const JobTransition> job_transitions();
// Nothing when the table has no such line.
std::optional<JobState> next_state(JobState from, JobEvent event);

struct AttemptTransition {
  AttemptState from;
  AttemptState to;
};
// A product may print before it writes the chip (design section 4), so both orders are in the table; which of
// them a product takes is the station's business.
std::span<const AttemptTransition> attempt_transitions();
bool may_follow(AttemptState from, AttemptState to);

// Nothing leads on from such a state.
bool is_final(JobState state);
bool is_final(AttemptState state);

std::string_view text_of(JobState state);
std::string_view text_of(AttemptState state);
std::string_view text_of(JobEvent event);
std::optional<JobState> job_state_named(std::string_view text);
std::optional<AttemptState> attempt_state_named(std::string_view text);

}  // namespace imprimatur::job
