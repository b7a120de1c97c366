#include "job/calendar.hpp"

#include <gtest/gtest.h>

namespace imprimatur::job {
namespace {

TEST(Calendar, ReadsBirthDatesWithUnknownParts) {
  EXPECT_EQ(parse_birth_date("1985-03-12"), (Date{1985, 3, 12}));
  EXPECT_EQ(parse_birth_date("1985-03-00"), (Date{1985, 3, 0}));
  EXPECT_EQ(parse_birth_date("0000-00-00"), (Date{0, 0, 0}));
  for (const char* bad : {"1985-02-29", "1985-04-31", "1985-00-01", "1985-1-01", "19850101", ""}) {
    EXPECT_FALSE(parse_birth_date(bad)) << bad;
  }
}

TEST(Calendar, KnowsTheDaysThatAnIncompleteDateAllows) {
  EXPECT_EQ(earliest_possible({1950, 0, 0}), (Date{1950, 1, 1}));
  EXPECT_EQ(latest_possible({1950, 0, 0}), (Date{1950, 12, 31}));
  EXPECT_EQ(latest_possible({1952, 2, 0}), (Date{1952, 2, 29}));
  EXPECT_EQ(latest_possible({1952, 2, 3}), (Date{1952, 2, 3}));
}

TEST(Calendar, MovesALeapBirthdayAsTold) {
  EXPECT_EQ(anniversary({2004, 2, 29}, 4, LeapBirthday::february_28), (Date{2008, 2, 29}));
  EXPECT_EQ(anniversary({2004, 2, 29}, 14, LeapBirthday::february_28), (Date{2018, 2, 28}));
  EXPECT_EQ(anniversary({2004, 2, 29}, 14, LeapBirthday::march_1), (Date{2018, 3, 1}));
  EXPECT_EQ(anniversary({2024, 5, 1}, -2, LeapBirthday::march_1), (Date{2022, 5, 1}));
}

TEST(Calendar, CountsCompletedYears) {
  EXPECT_EQ(completed_years({2012, 11, 24}, {2026, 11, 24}, LeapBirthday::february_28), 14);
  EXPECT_EQ(completed_years({2012, 11, 25}, {2026, 11, 24}, LeapBirthday::february_28), 13);
  EXPECT_EQ(completed_years({2012, 2, 29}, {2026, 2, 28}, LeapBirthday::february_28), 14);
  EXPECT_EQ(completed_years({2012, 2, 29}, {2026, 2, 28}, LeapBirthday::march_1), 13);
  EXPECT_EQ(completed_years({2027, 1, 1}, {2026, 11, 24}, LeapBirthday::march_1), -1);
}

}  // namespace
}  // namespace imprimatur::job
