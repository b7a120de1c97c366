// Dates are real and stand in a possible order.
#include "job/check_table.hpp"
#include "job/settings.hpp"

namespace imprimatur::job {
namespace {

void examine_birth(const CheckInput& input, std::vector<Finding>& findings) {
  const std::string field = "/holder/birth_date";
  const auto birth = parse_birth_date(input.document.holder.birth_date);
  if (!birth) {
    findings.push_back({"check.birth_date", field, "The birth date is no day of the calendar."});
    return;
  }
  if (birth->year == 0) return;
  const Date earliest = earliest_possible(*birth);
  if (earliest > input.today) {
    findings.push_back({"check.birth_date_future", field, "The birth date lies in the future."});
  } else if (earliest > input.document.document.issue_date) {
    findings.push_back({"check.birth_after_issue", field, "The birth date lies after the date of issue."});
  }
}

void examine_validity(const CheckInput& input, int years_max, std::vector<Finding>& findings) {
  const TravelDocument& document = input.document.document;
  if (document.issue_date > input.today) {
    findings.push_back({"check.issue_date_future", "/document/issue_date",
                        "The date of issue lies in the future.", Severity::warns});
  }
  if (!document.expiry_date) return;
  const std::string field = "/document/expiry_date";
  if (*document.expiry_date <= document.issue_date) {
    findings.push_back({"check.expiry_before_issue", field, "The card would expire before it is issued."});
  } else if (*document.expiry_date < input.today) {
    findings.push_back({"check.expired", field, "The card would have expired already."});
  }
  // 0: the product does not limit it.
  if (years_max > 0 &&
      *document.expiry_date > anniversary(document.issue_date, years_max, LeapBirthday::march_1)) {
    findings.push_back(
        {"check.expiry_too_late", field, "The card would be valid for longer than the product is."});
  }
}

}  // namespace

CheckResult make_dates_check(const Product& product) {
  TRY(auto years_max, number_setting(product, "validity_years_max", 0, 0, 100));
  return function_check("dates", [years_max](const CheckInput& input, std::vector<Finding>& findings) {
    examine_birth(input, findings);
    examine_validity(input, years_max, findings);
  });
}

}  // namespace imprimatur::job
