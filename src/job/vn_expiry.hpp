// When a Vietnamese citizen card expires: at the next of certain birthdays, or the one after when it is
// issued shortly before (Law 26/2023/QH15 Art. 21; vn-cccd facts, section 3).
#pragma once

#include <optional>

#include "job/settings.hpp"

namespace imprimatur::job {

// The three things that the published texts leave open are settings of the product.
struct VnExpiryRule {
  std::vector<int> ages;         // renewal_ages
  int window_years = 2;          // renewal_window_years
  bool window_inclusive = true;  // renewal_window "inclusive" or "exclusive": the day itself counts
  LeapBirthday leap = LeapBirthday::february_28;
};

// Error product.syntax with the pointer of the setting.
Result<VnExpiryRule> vn_expiry_rule(const Product& product);

// Nothing: without limit. `birth` must be complete.
std::optional<Date> vn_expiry(Date birth, Date issued, const VnExpiryRule& rule);

}  // namespace imprimatur::job
