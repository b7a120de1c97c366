// The short form of the seeded simulation; `tools/bench reliability` runs 10,000 of these days.
#include "tests/sim/seeded_run.hpp"

#include <gmock/gmock.h>

namespace imprimatur::sim {
namespace {

using testing::IsEmpty;

constexpr std::uint64_t kSeeds = 200;
constexpr std::uint64_t kSeedsWithDiskFaults = 300;
constexpr int kParts = 4;  // that ctest runs side by side

class SeededDays : public testing::TestWithParam<int> {};

TEST_P(SeededDays, KeepEveryPromise) {
  int issued = 0, spoiled = 0, doubts = 0, crashes = 0;
  for (auto seed = static_cast<std::uint64_t>(GetParam()); seed <= kSeeds; seed += kParts) {
    const SeededResult result = run_seed(seed, {.real_chips = seed % 50 == 0, .line_stops = seed % 2 == 0});
    EXPECT_THAT(result.broken, IsEmpty()) << "seed " << seed << "\n" << result.trace;
    if (HasFailure()) return;  // one trace is enough to read
    issued += result.issued;
    spoiled += result.spoiled;
    doubts += result.doubts;
    crashes += result.crashes;
  }
  EXPECT_GT(issued, 100);
  EXPECT_GT(spoiled, 10);
  EXPECT_GT(doubts, 5);
  EXPECT_GT(crashes, 10);
}

INSTANTIATE_TEST_SUITE_P(Part, SeededDays, testing::Range(1, kParts + 1));

// Full disk, failing writes, failing syncs: the station stops and says why, and goes on when a person has
// made room.
class SeededDaysWithDiskFaults : public testing::TestWithParam<int> {};

TEST_P(SeededDaysWithDiskFaults, KeepEveryPromise) {
  int issued = 0, stops = 0;
  for (auto seed = static_cast<std::uint64_t>(GetParam()); seed <= kSeedsWithDiskFaults; seed += kParts) {
    const SeededResult result = run_seed(seed, {.disk_faults = true});
    EXPECT_THAT(result.broken, IsEmpty()) << "seed " << seed << "\n" << result.trace;
    if (HasFailure()) return;
    issued += result.issued;
    stops += result.disk_stops;
  }
  EXPECT_GT(issued, 50);
  EXPECT_GT(stops, 50);
}

INSTANTIATE_TEST_SUITE_P(Part, SeededDaysWithDiskFaults, testing::Range(1, kParts + 1));

// Days that once told of a broken promise, each for its own reason.
TEST(SeededDay, KeepsEveryPromiseWhereOneSeemedBroken) {
  for (const std::uint64_t seed : {2996U /* a power cut in a checkpoint, behind a commit */,
                                   4356U /* a card in doubt that stood where no sensor had shown it */}) {
    EXPECT_EQ(run_seed(seed, {}).broken, std::vector<std::string>()) << "seed " << seed;
  }
}

struct Replayed {
  std::uint64_t seed;
  SeededOptions options;
};

class SameSeed : public testing::TestWithParam<Replayed> {};

TEST_P(SameSeed, MakesTheSameDay) {
  const auto& [seed, options] = GetParam();
  const SeededResult first = run_seed(seed, options);
  const SeededResult second = run_seed(seed, options);
  EXPECT_EQ(first.journal_digest, second.journal_digest);
  EXPECT_EQ(first.lasted, second.lasted);
  EXPECT_NE(first.journal_digest, run_seed(seed + 1, options).journal_digest);
}

// The day of another process is the same too: what this one has made before must not count.
TEST_P(SameSeed, MakesTheSameDayAfterOthers) {
  const auto& [seed, options] = GetParam();
  const SeededResult first = run_seed(seed, options);
  run_seed(1, {.real_chips = true});
  EXPECT_EQ(first.journal_digest, run_seed(seed, options).journal_digest);
}

INSTANTIATE_TEST_SUITE_P(Days, SameSeed,
                         testing::Values(Replayed{3, {}}, Replayed{14, {.disk_faults = true}},
                                         Replayed{15, {.line_stops = true}},
                                         Replayed{50, {.real_chips = true, .line_stops = true}},
                                         Replayed{150, {.real_chips = true, .disk_faults = true}}));

}  // namespace
}  // namespace imprimatur::sim
