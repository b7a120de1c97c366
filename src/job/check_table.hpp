// The checks of this room by name. A new check is a new file with one factory, and one line in the table of
// check_table.cpp.
#pragma once

#include <functional>

#include "job/product.hpp"

namespace imprimatur::job {

using CheckResult = Result<std::shared_ptr<const Check>>;

// Error product.syntax when a setting that the check needs is wrong.
using CheckFactory = CheckResult (*)(const Product& product);

struct CheckEntry {
  std::string_view name;
  CheckFactory make;
  bool common;  // of every product; the others are named by the product
};

std::span<const CheckEntry> check_table();

// Common ones first, in the order of the table. Error product.syntax for a name that is not in the table.
Result<Checks> make_checks(const Product& product);

// A check that is a function. `examine` holds copies of what it needs.
CheckResult function_check(
    std::string_view name,
    std::function<void(const CheckInput& input, std::vector<Finding>& findings)> examine);

CheckResult make_issuer_check(const Product& product);     // check_issuer.cpp
CheckResult make_dates_check(const Product& product);      // check_dates.cpp
CheckResult make_age_check(const Product& product);        // check_age.cpp
CheckResult make_mrz_check(const Product& product);        // check_mrz.cpp
CheckResult make_images_check(const Product& product);     // check_images.cpp
CheckResult make_content_check(const Product& product);    // check_content.cpp
CheckResult make_vn_number_check(const Product& product);  // check_vn_number.cpp
CheckResult make_vn_expiry_check(const Product& product);  // check_vn_expiry.cpp

}  // namespace imprimatur::job
