// The holder is old enough at the date of issue (setting age_min, in years; absent: any age).
#include "job/check_table.hpp"
#include "job/settings.hpp"

namespace imprimatur::job {

CheckResult make_age_check(const Product& product) {
  TRY(auto age_min, number_setting(product, "age_min", 0, 0, 120));
  TRY(auto leap, leap_birthday(product));
  return function_check("age", [age_min, leap](const CheckInput& input, std::vector<Finding>& findings) {
    const auto birth = parse_birth_date(input.document.holder.birth_date);
    if (age_min == 0 || !birth) return;
    const Date issued = input.document.document.issue_date;
    if (birth->year == 0 || (completed_years(earliest_possible(*birth), issued, leap) >= age_min &&
                             completed_years(latest_possible(*birth), issued, leap) < age_min)) {
      findings.push_back({"check.age_unknown", "/holder/birth_date",
                          "The known parts of the birth date do not tell whether the holder is old enough."});
    } else if (completed_years(earliest_possible(*birth), issued, leap) < age_min) {
      findings.push_back(
          {"check.age", "/holder/birth_date",
           "The holder is younger than " + std::to_string(age_min) + " at the date of issue."});
    }
  });
}

}  // namespace imprimatur::job
