#include "job/check_table.hpp"
#include "job/vn_expiry.hpp"

namespace imprimatur::job {

Result<VnExpiryRule> vn_expiry_rule(const Product& product) {
  VnExpiryRule rule;
  TRY(auto ages, renewal_ages(product));
  rule.ages = std::move(ages);
  TRY(auto years, number_setting(product, "renewal_window_years", 2, 0, 10));
  rule.window_years = years;
  TRY(auto leap, leap_birthday(product));
  rule.leap = leap;
  const std::string window = setting_or(product, "renewal_window", "inclusive");
  if (window != "inclusive" && window != "exclusive") {
    return fail("product.syntax", "expected inclusive or exclusive", "/settings/renewal_window");
  }
  rule.window_inclusive = window == "inclusive";
  return rule;
}

std::optional<Date> vn_expiry(Date birth, Date issued, const VnExpiryRule& rule) {
  for (const int age : rule.ages) {
    const Date birthday = anniversary(birth, age, rule.leap);
    if (birthday <= issued) continue;
    const Date window = anniversary(birthday, -rule.window_years, rule.leap);
    const bool within = rule.window_inclusive ? issued >= window : issued > window;
    if (!within) return birthday;
  }
  return std::nullopt;
}

CheckResult make_vn_expiry_check(const Product& product) {
  TRY(auto rule, vn_expiry_rule(product));
  return function_check("vn-expiry", [rule](const CheckInput& input, std::vector<Finding>& findings) {
    const std::string field = "/document/expiry_date";
    const TravelDocument& document = input.document.document;
    const auto birth = parse_birth_date(input.document.holder.birth_date);
    if (!birth || birth->year == 0) {
      findings.push_back(
          {"check.vn_expiry_unknown", field, "The expiry date cannot be computed without a birth year."});
      return;
    }
    // With unknown parts the rule has to give the same for every day that is possible.
    const auto earliest = vn_expiry(earliest_possible(*birth), document.issue_date, rule);
    if (!is_complete(*birth) && (earliest || vn_expiry(latest_possible(*birth), document.issue_date, rule))) {
      findings.push_back({"check.vn_expiry_unknown", field,
                          "The known parts of the birth date do not tell the expiry date."});
    } else if (document.expiry_date != earliest) {
      findings.push_back({"check.vn_expiry", field, "The expiry date is not the one that the rule gives."});
    }
  });
}

}  // namespace imprimatur::job
