#include "job/states.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

namespace imprimatur::job {
namespace {

// Design section 4, written out by hand: which state may follow which; beyond it, a delivered card may be
// recalled and an issued one may be lost. An event that the table has no line for is a change that the ledger
// refuses.
const std::map<std::string, std::set<std::string>> kDesign = {
    {"refused", {}},
    {"ready", {"held", "claimed", "cancelled"}},
    {"held", {"ready", "cancelled"}},
    {"claimed", {"ready", "in_progress"}},
    {"in_progress", {"issued", "ready", "failed", "in_doubt"}},
    {"in_doubt", {"in_progress", "issued", "ready", "failed"}},
    {"issued", {"delivered", "recalled", "missing"}},
    {"failed", {}},
    {"cancelled", {}},
    {"delivered", {"recalled", "missing"}},
    {"recalled", {"destroyed", "missing"}},
    {"destroyed", {}},
    {"missing", {}},
};

TEST(JobStates, LeadWhereTheDesignSays) {
  std::map<std::string, std::set<std::string>> reached;
  for (int state = 0; state < kJobStates; ++state) {
    const auto from = static_cast<JobState>(state);
    auto& next = reached[std::string(text_of(from))];
    for (int event = 0; event < kJobEvents; ++event) {
      const auto to = next_state(from, static_cast<JobEvent>(event));
      if (to) next.insert(std::string(text_of(*to)));
    }
  }
  EXPECT_EQ(reached, kDesign);
}

// Each pair stands in the table once, or is refused with a reason once: nothing was forgotten.
template <class State, class Event, class Lines, class Refusals>
void expect_complete(const Lines& lines, const Refusals& refusals, int states, int events) {
  for (int s = 0; s < states; ++s) {
    for (int e = 0; e < events; ++e) {
      const auto state = static_cast<State>(s);
      const auto event = static_cast<Event>(e);
      const auto of_pair = [&](const auto& line) { return line.event == event && line.from.contains(state); };
      const auto named = std::count_if(lines.begin(), lines.end(), of_pair) +
                         std::count_if(refusals.begin(), refusals.end(), of_pair);
      EXPECT_EQ(named, 1) << text_of(state) << " " << text_of(event);
    }
  }
  for (const auto& refusal : refusals) EXPECT_FALSE(refusal.why.empty()) << text_of(refusal.event);
}

TEST(JobStates, NameEveryPairOfStateAndEventOnce) {
  expect_complete<JobState, JobEvent>(job_transitions(), job_refusals(), kJobStates, kJobEvents);
}

TEST(AttemptStates, NameEveryPairOfStateAndEventOnce) {
  expect_complete<AttemptState, AttemptEvent>(attempt_transitions(), attempt_refusals(), kAttemptStates,
                                              kAttemptEvents);
}

TEST(JobStates, UseEveryEvent) {
  std::set<JobEvent> used;
  for (const JobTransition& line : job_transitions()) used.insert(line.event);
  EXPECT_EQ(used.size(), static_cast<std::size_t>(kJobEvents));
}

TEST(JobStates, CancelNothingAfterABlankWasBegun) {
  for (const auto state : {JobState::claimed, JobState::in_progress, JobState::in_doubt, JobState::issued}) {
    EXPECT_FALSE(next_state(state, JobEvent::cancel)) << text_of(state);
  }
}

TEST(JobStates, NeverGiveBackAJobByTimerOnceABlankWasBegun) {
  EXPECT_FALSE(next_state(JobState::in_progress, JobEvent::lease_expired));
  EXPECT_FALSE(next_state(JobState::in_doubt, JobEvent::lease_expired));
}

TEST(JobStates, AreFinalWhereTheDesignHasNoWayOn) {
  for (int state = 0; state < kJobStates; ++state) {
    const auto from = static_cast<JobState>(state);
    EXPECT_EQ(is_final(from), kDesign.at(std::string(text_of(from))).empty()) << text_of(from);
  }
}

// Types of spec events.md that are about a job or a card.
TEST(JobStates, NameOnlyJournalTypesOfTheContract) {
  const std::set<std::string_view> contract = {
      "",           "job.held",       "job.released",  "job.cancelled",  "job.failed",
      "job.issued", "card.delivered", "card.recalled", "card.destroyed", "card.missing"};
  for (const JobTransition& line : job_transitions()) EXPECT_TRUE(contract.contains(line.entry));
}

TEST(AttemptStates, NameOnlyJournalTypesOfTheContract) {
  const std::set<std::string_view> contract = {"attempt.step", "attempt.good", "attempt.spoiled",
                                               "attempt.in_doubt", "attempt.missing"};
  for (const AttemptTransition& line : attempt_transitions()) EXPECT_TRUE(contract.contains(line.entry));
}

TEST(JobStates, HaveNamesThatReadBack) {
  for (int state = 0; state < kJobStates; ++state) {
    EXPECT_EQ(job_state_named(text_of(static_cast<JobState>(state))), static_cast<JobState>(state));
  }
  for (int state = 0; state < kAttemptStates; ++state) {
    EXPECT_EQ(attempt_state_named(text_of(static_cast<AttemptState>(state))),
              static_cast<AttemptState>(state));
  }
  EXPECT_FALSE(job_state_named("Ready"));
  EXPECT_FALSE(attempt_state_named(""));
}

TEST(AttemptStates, TakeTheChipFirstOrThePrintFirst) {
  using enum AttemptState;
  const AttemptState chip_first[] = {begun, chip_written, chip_verified, sent, out, verified, good};
  const AttemptState print_first[] = {begun, sent, out, chip_written, chip_verified, verified, good};
  for (std::size_t i = 0; i + 1 < std::size(chip_first); ++i) {
    EXPECT_TRUE(may_follow(chip_first[i], chip_first[i + 1])) << text_of(chip_first[i]);
    EXPECT_TRUE(may_follow(print_first[i], print_first[i + 1])) << text_of(print_first[i]);
  }
}

TEST(AttemptStates, AreGoodOnlyAfterVerificationOrAResolvedDoubt) {
  for (int state = 0; state < kAttemptStates; ++state) {
    const auto from = static_cast<AttemptState>(state);
    EXPECT_EQ(may_follow(from, AttemptState::good),
              from == AttemptState::verified || from == AttemptState::in_doubt)
        << text_of(from);
  }
}

TEST(AttemptStates, EndAsGoodSpoiledOrMissing) {
  for (int state = 0; state < kAttemptStates; ++state) {
    const auto from = static_cast<AttemptState>(state);
    const bool end =
        from == AttemptState::good || from == AttemptState::spoiled || from == AttemptState::missing;
    EXPECT_EQ(is_final(from), end) << text_of(from);
    if (end) continue;
    EXPECT_TRUE(may_follow(from, AttemptState::spoiled)) << text_of(from);
    EXPECT_EQ(may_follow(from, AttemptState::in_doubt), from != AttemptState::in_doubt) << text_of(from);
  }
}

TEST(AttemptStates, SkipNothing) {
  EXPECT_FALSE(may_follow(AttemptState::begun, AttemptState::verified));
  EXPECT_FALSE(may_follow(AttemptState::chip_written, AttemptState::sent));
  EXPECT_FALSE(may_follow(AttemptState::sent, AttemptState::verified));
  EXPECT_FALSE(may_follow(AttemptState::in_doubt, AttemptState::in_doubt));
}

}  // namespace
}  // namespace imprimatur::job
