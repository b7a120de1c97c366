#include "job/states.hpp"

#include <algorithm>
#include <array>

namespace imprimatur::job {
namespace {

// Names in the order of the enumerations: they are in journals and databases, so they never change.
constexpr std::array<std::string_view, kJobStates> kJobStateNames = {
    "refused", "ready",     "held",      "claimed",  "in_progress", "in_doubt", "issued",
    "failed",  "cancelled", "delivered", "recalled", "destroyed",   "missing"};
constexpr std::array<std::string_view, kAttemptStates> kAttemptStateNames = {
    "begun",    "chip_written", "chip_verified", "sent",     "out",
    "verified", "good",         "spoiled",       "in_doubt", "missing"};
constexpr std::array<std::string_view, kJobEvents> kJobEventNames = {
    "hold",           "release",      "claim",   "lease_expired", "begin_blank",     "finish_good",
    "finish_spoiled", "remake_limit", "doubt",   "resolve_good",  "resolve_spoiled", "resolve_missing",
    "doubt_cleared",  "cancel",       "deliver", "recall",        "destroy",         "lose"};
constexpr std::array<std::string_view, kAttemptEvents> kAttemptEventNames = {
    "found_begun", "chip_written", "chip_verified",   "sent",
    "out",         "verified",     "finish_good",     "finish_spoiled",
    "doubt",       "resolve_good", "resolve_spoiled", "resolve_missing"};

template <class Enum, std::size_t count>
std::optional<Enum> named(const std::array<std::string_view, count>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

template <class Line, class State, class Event>
const Line* find(std::span<const Line> lines, State from, Event event) {
  for (const Line& line : lines) {
    if (line.event == event && line.from.contains(from)) return &line;
  }
  return nullptr;
}

}  // namespace

const JobTransition* transition(JobState from, JobEvent event) {
  return find(job_transitions(), from, event);
}

const AttemptTransition* transition(AttemptState from, AttemptEvent event) {
  return find(attempt_transitions(), from, event);
}

std::optional<JobState> next_state(JobState from, JobEvent event) {
  const auto* line = transition(from, event);
  return line == nullptr ? std::nullopt : std::optional(line->to);
}

std::optional<AttemptState> next_state(AttemptState from, AttemptEvent event) {
  const auto* line = transition(from, event);
  return line == nullptr ? std::nullopt : std::optional(line->to);
}

bool may_follow(AttemptState from, AttemptState to) {
  const auto lines = attempt_transitions();
  return std::any_of(lines.begin(), lines.end(), [&](const AttemptTransition& line) {
    return line.from.contains(from) && line.to == to;
  });
}

std::optional<AttemptEvent> step_to(AttemptState state) {
  switch (state) {
    case AttemptState::begun:
      return AttemptEvent::found_begun;
    case AttemptState::chip_written:
      return AttemptEvent::chip_written;
    case AttemptState::chip_verified:
      return AttemptEvent::chip_verified;
    case AttemptState::sent:
      return AttemptEvent::sent;
    case AttemptState::out:
      return AttemptEvent::out;
    case AttemptState::verified:
      return AttemptEvent::verified;
    case AttemptState::good:
    case AttemptState::spoiled:
    case AttemptState::in_doubt:
    case AttemptState::missing:
      break;
  }
  return std::nullopt;
}

bool is_final(JobState state) {
  const auto lines = job_transitions();
  return std::none_of(lines.begin(), lines.end(),
                      [&](const JobTransition& line) { return line.from.contains(state); });
}

bool is_final(AttemptState state) {
  const auto lines = attempt_transitions();
  return std::none_of(lines.begin(), lines.end(),
                      [&](const AttemptTransition& line) { return line.from.contains(state); });
}

std::string_view text_of(JobState state) {
  return kJobStateNames.at(static_cast<std::size_t>(state));
}

std::string_view text_of(AttemptState state) {
  return kAttemptStateNames.at(static_cast<std::size_t>(state));
}

std::string_view text_of(JobEvent event) {
  return kJobEventNames.at(static_cast<std::size_t>(event));
}

std::string_view text_of(AttemptEvent event) {
  return kAttemptEventNames.at(static_cast<std::size_t>(event));
}

std::optional<JobState> job_state_named(std::string_view text) {
  return named<JobState>(kJobStateNames, text);
}

std::optional<AttemptState> attempt_state_named(std::string_view text) {
  return named<AttemptState>(kAttemptStateNames, text);
}

}  // namespace imprimatur::job
