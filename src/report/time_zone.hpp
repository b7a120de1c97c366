// A named time zone: how a moment is written there, and how long its days are (23, 24 or 25 hours). Reads the
// system's tz database. Values; any thread.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace imprimatur::report {

class TimeZone {
 public:
  // "Asia/Ho_Chi_Minh", "UTC". Error report.time_zone: the tz database has no such name, or is not there.
  static Result<TimeZone> named(const std::string& name);

  // "2026-10-25 02:30 +01:00": with the offset, since an hour may come twice.
  std::string local(WallTime time) const;

  // The calendar day of a moment.
  struct Day {
    WallTime from;
    WallTime until;
    std::chrono::minutes length() const {
      return std::chrono::duration_cast<std::chrono::minutes>(until - from);
    }
  };
  Day day_of(WallTime time) const;

 private:
  explicit TimeZone(const void* zone) : zone_(zone) {}
  const void* zone_;  // owned by the library's tz database, for the life of the process
};

}  // namespace imprimatur::report
