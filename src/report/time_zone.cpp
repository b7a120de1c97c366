#include "report/time_zone.hpp"

#include <date/tz.h>

#include <stdexcept>

namespace imprimatur::report {
namespace {

const date::time_zone& zone_of(const void* zone) {
  return *static_cast<const date::time_zone*>(zone);
}

date::sys_time<std::chrono::milliseconds> system_time(WallTime time) {
  return date::sys_time<std::chrono::milliseconds>(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()));
}

}  // namespace

Result<TimeZone> TimeZone::named(const std::string& name) {
  try {
    return TimeZone(date::locate_zone(name));
  } catch (const std::runtime_error&) {  // the library's way to say that there is none
    return fail("report.time_zone", "the tz database has no such time zone", name.substr(0, 64),
                "Use a name as in /usr/share/zoneinfo, and install tzdata.");
  }
}

std::string TimeZone::local(WallTime time) const {
  return date::format("%F %H:%M %Ez", date::make_zoned(&zone_of(zone_),
                                                       date::floor<std::chrono::minutes>(system_time(time))));
}

TimeZone::Day TimeZone::day_of(WallTime time) const {
  const auto& zone = zone_of(zone_);
  const auto day = date::floor<date::days>(zone.to_local(system_time(time)));
  // Where midnight does not come, or comes twice, the day begins with its first moment.
  const auto begin = [&zone](date::local_days local) {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(
        zone.to_sys(local, date::choose::earliest).time_since_epoch()));
  };
  return {begin(day), begin(day + date::days(1))};
}

}  // namespace imprimatur::report
