// Time as a port, so that the core can be replayed and simulated. Wall time stands in records;
// steady time measures durations and timeouts.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace imprimatur {

using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::microseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime now() const = 0;       // UTC; any thread
  virtual SteadyTime steady() const = 0;  // never goes back; any thread
};

class SystemClock final : public Clock {
 public:
  WallTime now() const override;
  SteadyTime steady() const override;
};

// RFC 3339 in UTC with milliseconds: 2026-11-24T08:14:15.123Z.
std::string format_rfc3339(WallTime time);
// Accepts what RFC 3339 section 5.6 allows, fraction optional, offset Z or +hh:mm. Error time.syntax.
Result<WallTime> parse_rfc3339(std::string_view text);

// A calendar date; month and day may be 0 where they are unknown.
struct Date {
  int year = 0;
  int month = 0;
  int day = 0;
  auto operator<=>(const Date&) const = default;
};
// YYYY-MM-DD of a real day. Error time.date.
Result<Date> parse_date(std::string_view text);
std::string format_date(Date date);
Date date_of(WallTime time);  // in UTC

}  // namespace imprimatur
