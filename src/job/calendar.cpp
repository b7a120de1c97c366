#include "job/calendar.hpp"

#include <chrono>

#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

std::chrono::year_month_day ymd(Date date) {
  return std::chrono::year{date.year} / std::chrono::month{static_cast<unsigned>(date.month)} /
         std::chrono::day{static_cast<unsigned>(date.day)};
}

int number_at(std::string_view text, std::size_t offset, std::size_t width) {
  int value = 0;
  for (const char c : text.substr(offset, width)) value = value * 10 + (c - '0');
  return value;
}

int last_day_of(int year, int month) {
  const std::chrono::year_month_day_last last{
      std::chrono::year{year} / std::chrono::month{static_cast<unsigned>(month)} / std::chrono::last};
  return static_cast<int>(static_cast<unsigned>(last.day()));
}

}  // namespace

std::optional<Date> parse_birth_date(std::string_view text) {
  if (!is_date_with_unknown_parts(text)) return std::nullopt;
  const Date date{number_at(text, 0, 4), number_at(text, 5, 2), number_at(text, 8, 2)};
  if (is_complete(date) && !ymd(date).ok()) return std::nullopt;
  return date;
}

bool is_complete(Date date) {
  return date.year != 0 && date.month != 0 && date.day != 0;
}

Date latest_possible(Date date) {
  if (date.month == 0) return {date.year, 12, 31};
  if (date.day == 0) return {date.year, date.month, last_day_of(date.year, date.month)};
  return date;
}

Date earliest_possible(Date date) {
  return {date.year, date.month == 0 ? 1 : date.month, date.day == 0 ? 1 : date.day};
}

Date anniversary(Date of, int years, LeapBirthday leap) {
  Date day{of.year + years, of.month, of.day};
  if (ymd(day).ok()) return day;
  return leap == LeapBirthday::february_28 ? Date{day.year, 2, 28} : Date{day.year, 3, 1};
}

int completed_years(Date birth, Date day, LeapBirthday leap) {
  const int years = day.year - birth.year;
  return day < anniversary(birth, years, leap) ? years - 1 : years;
}

}  // namespace imprimatur::job
