// Ages and anniversaries, with the two questions that a calendar leaves open told by the caller. Pure
// functions; any thread.
#pragma once

#include <optional>
#include <string_view>

#include "base/clock.hpp"

namespace imprimatur::job {

// Where the birthday of someone born on 29 February falls in an ordinary year.
enum class LeapBirthday { february_28, march_1 };

// A birth date as documents write it, 00 for what is not known. Nothing when it is no possible date: a
// complete one must be a day of the calendar.
std::optional<Date> parse_birth_date(std::string_view text);
bool is_complete(Date date);

// The latest and the earliest day that the known parts allow; the year must be known.
Date latest_possible(Date date);
Date earliest_possible(Date date);

// The same day `years` later (or earlier, below 0).
Date anniversary(Date of, int years, LeapBirthday leap);

// Completed years from `birth` to `day`; below 0 when `day` is before.
int completed_years(Date birth, Date day, LeapBirthday leap);

}  // namespace imprimatur::job
