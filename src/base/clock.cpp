#include "base/clock.hpp"

#include <cstdio>

namespace imprimatur {
namespace {

// Reads `width` decimal digits at `offset`; -1 when they are not there.
int digits_at(std::string_view text, std::size_t offset, std::size_t width) {
  if (offset + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = offset; i < offset + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

bool is_at(std::string_view text, std::size_t offset, char c) {
  return offset < text.size() && text[offset] == c;
}

Error bad_time() {
  return fail("time.syntax", "expected an RFC 3339 time such as 2026-11-24T08:14:15Z");
}

std::chrono::year_month_day ymd(Date date) {
  return std::chrono::year{date.year} / std::chrono::month{static_cast<unsigned>(date.month)} /
         std::chrono::day{static_cast<unsigned>(date.day)};
}

}  // namespace

WallTime SystemClock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::steady_clock::now());
}

std::string format_rfc3339(WallTime time) {
  const Date date = date_of(time);
  const auto of_day = time - std::chrono::floor<std::chrono::days>(time);
  const std::chrono::hh_mm_ss<std::chrono::milliseconds> t{of_day};
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", date.year, date.month, date.day,
                static_cast<int>(t.hours().count()), static_cast<int>(t.minutes().count()),
                static_cast<int>(t.seconds().count()), static_cast<int>(t.subseconds().count()));
  return text;
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || text.size() > 40) return bad_time();
  auto date = parse_date(text.substr(0, 10));
  const int hour = digits_at(text, 11, 2);
  const int minute = digits_at(text, 14, 2);
  const int second = digits_at(text, 17, 2);
  if (!date || !is_at(text, 10, 'T') || !is_at(text, 13, ':') || !is_at(text, 16, ':')) return bad_time();
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return bad_time();
  std::size_t at = 19;
  int millis = 0;
  if (is_at(text, at, '.')) {
    const std::size_t first = ++at;
    int scale = 100;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) {
      millis += (text[at] - '0') * scale;
    }
    if (at == first) return bad_time();
  }
  int offset_minutes = 0;
  if (is_at(text, at, 'Z')) {
    ++at;
  } else if (is_at(text, at, '+') || is_at(text, at, '-')) {
    const int h = digits_at(text, at + 1, 2);
    const int m = digits_at(text, at + 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || !is_at(text, at + 3, ':')) return bad_time();
    offset_minutes = (text[at] == '+' ? 1 : -1) * (h * 60 + m);
    at += 6;
  } else {
    return bad_time();
  }
  if (at != text.size()) return bad_time();
  return WallTime{std::chrono::sys_days{ymd(date.value())} + std::chrono::hours{hour} +
                  std::chrono::minutes{minute - offset_minutes} + std::chrono::seconds{second} +
                  std::chrono::milliseconds{millis}};
}

Result<Date> parse_date(std::string_view text) {
  const Date date{digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2)};
  const bool shape = text.size() == 10 && text[4] == '-' && text[7] == '-';
  if (!shape || date.year < 0 || date.month < 1 || date.day < 1 || !ymd(date).ok()) {
    return fail("time.date", "expected a day of the calendar as YYYY-MM-DD");
  }
  return date;
}

std::string format_date(Date date) {
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d", date.year, date.month, date.day);
  return text;
}

Date date_of(WallTime time) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(time)};
  return {static_cast<int>(day.year()), static_cast<int>(static_cast<unsigned>(day.month())),
          static_cast<int>(static_cast<unsigned>(day.day()))};
}

}  // namespace imprimatur
