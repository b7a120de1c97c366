// Expected moments and offsets are those of Python's zoneinfo, another reader of the same database.
#include "report/time_zone.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::report {
namespace {

WallTime at(const char* text) {
  return parse_rfc3339(text).value();
}

int hours_of_day(const char* zone, const char* time) {
  const auto minutes = TimeZone::named(zone).value().day_of(at(time)).length().count();
  EXPECT_EQ(minutes % 60, 0);
  return static_cast<int>(minutes / 60);
}

TEST(TimeZone, KnowsDaysOf23And24And25Hours) {
  EXPECT_EQ(hours_of_day("Europe/Madrid", "2026-03-29T12:00:00Z"), 23);
  EXPECT_EQ(hours_of_day("Europe/Madrid", "2026-03-30T12:00:00Z"), 24);
  EXPECT_EQ(hours_of_day("Europe/Madrid", "2026-10-25T12:00:00Z"), 25);
  EXPECT_EQ(hours_of_day("Asia/Ho_Chi_Minh", "2026-03-29T12:00:00Z"), 24);
  EXPECT_EQ(hours_of_day("UTC", "2026-10-25T12:00:00Z"), 24);
}

TEST(TimeZone, FindsTheDayThatAMomentIsIn) {
  const auto hanoi = TimeZone::named("Asia/Ho_Chi_Minh").value();
  EXPECT_EQ(hanoi.day_of(at("2026-11-23T17:00:00Z")).from, at("2026-11-23T17:00:00Z"));
  EXPECT_EQ(hanoi.day_of(at("2026-11-23T16:59:59Z")).until, at("2026-11-23T17:00:00Z"));
  // Havana's clocks go from 00:00 to 01:00: the day begins at 01:00 and has 23 hours.
  const auto havana = TimeZone::named("America/Havana").value();
  EXPECT_EQ(havana.day_of(at("2026-03-08T12:00:00Z")).from, at("2026-03-08T05:00:00Z"));
  EXPECT_EQ(havana.day_of(at("2026-03-08T12:00:00Z")).length(), std::chrono::hours(23));
}

TEST(TimeZone, WritesTheHourThatComesTwiceWithItsOffset) {
  const auto madrid = TimeZone::named("Europe/Madrid").value();
  EXPECT_EQ(madrid.local(at("2026-10-25T00:30:00Z")), "2026-10-25 02:30 +02:00");
  EXPECT_EQ(madrid.local(at("2026-10-25T01:30:00Z")), "2026-10-25 02:30 +01:00");
  EXPECT_EQ(madrid.local(at("2026-03-29T00:59:59Z")), "2026-03-29 01:59 +01:00");
  EXPECT_EQ(madrid.local(at("2026-03-29T01:00:00Z")), "2026-03-29 03:00 +02:00");
}

TEST(TimeZone, RefusesNamesThatThereAreNot) {
  for (const char* name : {"", "Europe/Nowhere", "../../etc/passwd"}) {
    EXPECT_EQ(TimeZone::named(name).error().code, "report.time_zone") << name;
  }
}

}  // namespace
}  // namespace imprimatur::report
