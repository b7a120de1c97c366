// States of a job and of an attempt, and the tables that say which event leads where, on which condition and
// with which entry of the journal (design section 4). The tables are the one truth: the ledger refuses every
// change that is not in them. What is refused is named too, so that no pair of a state and an event is
// forgotten. `imprimatur states` shows them, drawn by states_drawing.hpp.
#pragma once

#include <cstdint>
#include <initializer_list>
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

// What happens to the card of one attempt. The steps are told by their evidence; after a doubt the same
// evidence says where the card stands.
enum class AttemptEvent {
  found_begun,  // only in a doubt: the card stands as it was begun
  chip_written,
  chip_verified,
  sent,
  out,
  verified,
  finish_good,
  finish_spoiled,
  doubt,
  resolve_good,
  resolve_spoiled,
  resolve_missing,
};

// A set of states, so that a line of a table may begin in several.
template <class State>
class States {
 public:
  constexpr States(std::initializer_list<State> states) {
    for (const State state : states) bits_ |= 1U << static_cast<unsigned>(state);
  }
  constexpr bool contains(State state) const { return (bits_ >> static_cast<unsigned>(state) & 1U) != 0; }

 private:
  std::uint32_t bits_ = 0;
};

struct JobTransition {
  States<JobState> from;
  JobEvent event;
  JobState to;
  std::string_view guard;  // what has to be true besides; the ledger or the station checks it
  // Entry about the job or card that records it, without "org.imprimatur." and ".v1". Empty: none of its own,
  // since the attempt's entry says it (attempt.begun, attempt.spoiled, attempt.in_doubt) or since it is a
  // lease.
  std::string_view entry;
};
struct AttemptTransition {
  States<AttemptState> from;
  AttemptEvent event;
  AttemptState to;
  std::string_view guard;
  std::string_view entry;
};

// Pairs that change nothing, each with the reason.
struct JobRefusal {
  States<JobState> from;
  JobEvent event;
  std::string_view why;
};
struct AttemptRefusal {
  States<AttemptState> from;
  AttemptEvent event;
  std::string_view why;
};

std::span<const JobTransition> job_transitions();
std::span<const JobRefusal> job_refusals();
// A product may print before it writes the chip (design section 4), so both orders are in the table; which of
// them a product takes is the station's business.
std::span<const AttemptTransition> attempt_transitions();
std::span<const AttemptRefusal> attempt_refusals();

// The line for the pair, or null when the table has none.
const JobTransition* transition(JobState from, JobEvent event);
const AttemptTransition* transition(AttemptState from, AttemptEvent event);
// Nothing when the table has no such line.
std::optional<JobState> next_state(JobState from, JobEvent event);
std::optional<AttemptState> next_state(AttemptState from, AttemptEvent event);
// Whether some event leads from one to the other.
bool may_follow(AttemptState from, AttemptState to);
// The event that tells of the step that leads to `state`; nothing for ends and questions, which are no steps.
std::optional<AttemptEvent> step_to(AttemptState state);

// Nothing leads on from such a state.
bool is_final(JobState state);
bool is_final(AttemptState state);

std::string_view text_of(JobState state);
std::string_view text_of(AttemptState state);
std::string_view text_of(JobEvent event);
std::string_view text_of(AttemptEvent event);
std::optional<JobState> job_state_named(std::string_view text);
std::optional<AttemptState> attempt_state_named(std::string_view text);

inline constexpr int kJobStates = static_cast<int>(JobState::missing) + 1;
inline constexpr int kJobEvents = static_cast<int>(JobEvent::lose) + 1;
inline constexpr int kAttemptStates = static_cast<int>(AttemptState::missing) + 1;
inline constexpr int kAttemptEvents = static_cast<int>(AttemptEvent::resolve_missing) + 1;

}  // namespace imprimatur::job
