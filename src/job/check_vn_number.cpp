// The personal number of a Vietnamese citizen: 12 digits that tell province, century, sex and year of birth
// (Circular 59/2021/TT-BCA Art. 4; vn-cccd facts, section 1). It has no check digit, so that this is the only
// test there is. A difference is never repaired: the number or the data are wrong, and people find out which.
#include <algorithm>

#include "job/check_table.hpp"
#include "job/settings.hpp"

namespace imprimatur::job {
namespace {

constexpr std::string_view kField = "/holder/personal_number";
// Codes above this one are countries (Annex 2 of the circular), which this station has no list of.
constexpr std::string_view kLastProvince = "096";

using Provinces = std::map<std::string, std::string>;

bool is_digits(std::string_view text, std::size_t count) {
  return text.size() == count &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void examine_province(const std::string& number, const Provinces& provinces, std::vector<Finding>& findings) {
  const std::string code = number.substr(0, 3);
  if (provinces.contains(code)) return;
  if (code > kLastProvince) {
    findings.push_back({"check.vn_number_foreign", std::string(kField),
                        "The first three digits are no province; they may be a country.", Severity::warns});
  } else {
    findings.push_back(
        {"check.vn_number_province", std::string(kField), "The first three digits are no province."});
  }
}

void examine_birth(const std::string& number, const Holder& holder, std::vector<Finding>& findings) {
  const auto birth = parse_birth_date(holder.birth_date);
  if (!birth || birth->year < 1900 || birth->year > 2399) {
    findings.push_back({"check.vn_number_birth_year", std::string(kField),
                        "The number cannot be compared with the birth year."});
    return;
  }
  const int century = birth->year / 100 - 19;
  const int digit = number[3] - '0';
  if (holder.sex == "X" || digit != 2 * century + (holder.sex == "F" ? 1 : 0)) {
    findings.push_back({"check.vn_number_sex_century", std::string(kField),
                        "The fourth digit does not fit sex and century of birth."});
  }
  if ((number[4] - '0') * 10 + (number[5] - '0') != birth->year % 100) {
    findings.push_back({"check.vn_number_birth_year", std::string(kField),
                        "The fifth and sixth digit do not fit the birth year."});
  }
}

}  // namespace

CheckResult make_vn_number_check(const Product& product) {
  const auto table = product.tables.find("provinces");
  if (table == product.tables.end()) {
    return fail("product.syntax", "the check vn-number needs the table provinces", "/tables/provinces");
  }
  const Provinces provinces = table->second;
  return function_check("vn-number", [provinces](const CheckInput& input, std::vector<Finding>& findings) {
    const Holder& holder = input.document.holder;
    const std::string& number = holder.personal_number;
    if (input.document.document.number != number) {
      findings.push_back({"check.vn_document_number", "/document/number",
                          "The number of the card is the holder's personal number."});
    }
    if (!holder.previous_number.empty() && !is_digits(holder.previous_number, 9) &&
        !is_digits(holder.previous_number, 12)) {
      findings.push_back(
          {"check.vn_previous_number", "/holder/previous_number", "A previous number has 9 or 12 digits."});
    }
    if (!is_digits(number, 12)) {
      findings.push_back({"check.vn_number_form", std::string(kField), "The personal number has 12 digits."});
      return;
    }
    examine_province(number, provinces, findings);
    examine_birth(number, holder, findings);
  });
}

}  // namespace imprimatur::job
