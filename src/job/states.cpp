#include "job/states.hpp"

#include <algorithm>
#include <array>

namespace imprimatur::job {
namespace {

using enum JobState;
using Event = JobEvent;

constexpr JobTransition kJobTransitions[] = {
    {ready, Event::hold, held, "job.held"},
    {held, Event::release, ready, "job.released"},
    {ready, Event::cancel, cancelled, "job.cancelled"},
    {held, Event::cancel, cancelled, "job.cancelled"},
    {ready, Event::claim, claimed, ""},
    {claimed, Event::lease_expired, ready, ""},
    {claimed, Event::begin_blank, in_progress, ""},
    {in_progress, Event::finish_good, issued, "job.issued"},
    {in_progress, Event::finish_spoiled, ready, ""},
    {in_progress, Event::remake_limit, failed, "job.failed"},
    {in_progress, Event::doubt, in_doubt, ""},
    {in_doubt, Event::doubt_cleared, in_progress, ""},
    {in_doubt, Event::resolve_good, issued, "job.issued"},
    {in_doubt, Event::resolve_spoiled, ready, ""},
    {in_doubt, Event::remake_limit, failed, "job.failed"},
    {in_doubt, Event::resolve_missing, failed, "job.failed"},
    {issued, Event::deliver, delivered, "card.delivered"},
    {issued, Event::recall, recalled, "card.recalled"},
    {recalled, Event::destroy, destroyed, "card.destroyed"},
    {recalled, Event::lose, missing, "card.missing"},
};

using Attempt = AttemptState;

constexpr AttemptTransition kAttemptTransitions[] = {
    // Chip first.
    {Attempt::begun, Attempt::chip_written},
    {Attempt::chip_written, Attempt::chip_verified},
    {Attempt::chip_verified, Attempt::sent},
    {Attempt::sent, Attempt::out},
    {Attempt::out, Attempt::verified},
    {Attempt::verified, Attempt::good},
    // Print first: begun → sent → out → chip_written → chip_verified → verified.
    {Attempt::begun, Attempt::sent},
    {Attempt::out, Attempt::chip_written},
    {Attempt::chip_verified, Attempt::verified},
    // Every step may spoil the card or leave a question.
    {Attempt::begun, Attempt::spoiled},
    {Attempt::chip_written, Attempt::spoiled},
    {Attempt::chip_verified, Attempt::spoiled},
    {Attempt::sent, Attempt::spoiled},
    {Attempt::out, Attempt::spoiled},
    {Attempt::verified, Attempt::spoiled},
    {Attempt::begun, Attempt::in_doubt},
    {Attempt::chip_written, Attempt::in_doubt},
    {Attempt::chip_verified, Attempt::in_doubt},
    {Attempt::sent, Attempt::in_doubt},
    {Attempt::out, Attempt::in_doubt},
    {Attempt::verified, Attempt::in_doubt},
    // Evidence puts the card back where it is; a statement ends it.
    {Attempt::in_doubt, Attempt::begun},
    {Attempt::in_doubt, Attempt::chip_written},
    {Attempt::in_doubt, Attempt::chip_verified},
    {Attempt::in_doubt, Attempt::sent},
    {Attempt::in_doubt, Attempt::out},
    {Attempt::in_doubt, Attempt::verified},
    {Attempt::in_doubt, Attempt::good},
    {Attempt::in_doubt, Attempt::spoiled},
    {Attempt::in_doubt, Attempt::missing},
};

// Names in the order of the enumerations: they are in journals and databases, so they never change.
constexpr std::array<std::string_view, 13> kJobStates = {
    "refused", "ready",     "held",      "claimed",  "in_progress", "in_doubt", "issued",
    "failed",  "cancelled", "delivered", "recalled", "destroyed",   "missing"};
constexpr std::array<std::string_view, 10> kAttemptStates = {
    "begun",    "chip_written", "chip_verified", "sent",     "out",
    "verified", "good",         "spoiled",       "in_doubt", "missing"};
constexpr std::array<std::string_view, 18> kJobEvents = {
    "hold",           "release",      "claim",   "lease_expired", "begin_blank",     "finish_good",
    "finish_spoiled", "remake_limit", "doubt",   "resolve_good",  "resolve_spoiled", "resolve_missing",
    "doubt_cleared",  "cancel",       "deliver", "recall",        "destroy",         "lose"};
static_assert(static_cast<std::size_t>(JobState::missing) + 1 == kJobStates.size());
static_assert(static_cast<std::size_t>(AttemptState::missing) + 1 == kAttemptStates.size());
static_assert(static_cast<std::size_t>(JobEvent::lose) + 1 == kJobEvents.size());

template <class Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

}  // namespace

std::span<const JobTransition> job_transitions() {
  return kJobTransitions;
}

std::optional<JobState> next_state(JobState from, JobEvent event) {
  for (const JobTransition& line : kJobTransitions) {
    if (line.from == from && line.event == event) return line.to;
  }
  return std::nullopt;
}

std::span<const AttemptTransition> attempt_transitions() {
  return kAttemptTransitions;
}

bool may_follow(AttemptState from, AttemptState to) {
  return std::any_of(std::begin(kAttemptTransitions), std::end(kAttemptTransitions),
                     [&](const AttemptTransition& line) { return line.from == from && line.to == to; });
}

bool is_final(JobState state) {
  return std::none_of(std::begin(kJobTransitions), std::end(kJobTransitions),
                      [&](const JobTransition& line) { return line.from == state; });
}

bool is_final(AttemptState state) {
  return std::none_of(std::begin(kAttemptTransitions), std::end(kAttemptTransitions),
                      [&](const AttemptTransition& line) { return line.from == state; });
}

std::string_view text_of(JobState state) {
  return kJobStates.at(static_cast<std::size_t>(state));
}

std::string_view text_of(AttemptState state) {
  return kAttemptStates.at(static_cast<std::size_t>(state));
}

std::string_view text_of(JobEvent event) {
  return kJobEvents.at(static_cast<std::size_t>(event));
}

std::optional<JobState> job_state_named(std::string_view text) {
  return named<JobState>(kJobStates, text);
}

std::optional<AttemptState> attempt_state_named(std::string_view text) {
  return named<AttemptState>(kAttemptStates, text);
}

}  // namespace imprimatur::job
