#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace imprimatur {
namespace {

TEST(Rfc3339, WritesWhatItReads) {
  for (const char* text :
       {"1970-01-01T00:00:00.000Z", "2026-11-24T08:14:15.123Z", "2028-02-29T23:59:59.999Z"}) {
    ASSERT_TRUE(parse_rfc3339(text)) << text;
    EXPECT_EQ(format_rfc3339(parse_rfc3339(text).value()), text);
  }
}

// RFC 3339 section 5.8: the same instant written with two offsets.
TEST(Rfc3339, UnderstandsOffsets) {
  EXPECT_EQ(parse_rfc3339("1996-12-19T16:39:57-08:00").value(),
            parse_rfc3339("1996-12-20T00:39:57Z").value());
}

TEST(Rfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"2026-11-24", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-24T24:00:00Z",
        "2026-11-24T08:14:15", "2026-11-24T08:14:15.Z", "2026-11-24 08:14:15Z", "2026-11-24T08:14:15Zx"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(Dates, AreRealDaysOfTheCalendar) {
  EXPECT_EQ(format_date(parse_date("2024-02-29").value()), "2024-02-29");
  EXPECT_FALSE(parse_date("2023-02-29"));
  EXPECT_FALSE(parse_date("2023-00-10"));
  EXPECT_FALSE(parse_date("23-01-10"));
}

}  // namespace
}  // namespace imprimatur
