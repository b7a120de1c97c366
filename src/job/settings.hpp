// A product's settings and tables as values. Bad ones are found when the product is loaded, since its checks
// and patterns are made then.
#pragma once

#include <span>

#include "job/calendar.hpp"
#include "job/product.hpp"

namespace imprimatur::job {

// Every setting that there is (templates/products/FORMAT.md says what each means): a name that is not here is
// a slip, and refused.
std::span<const std::string_view> known_settings();
std::span<const std::string_view> known_tables();

std::string setting_or(const Product& product, std::string_view name, std::string otherwise);

// Errors product.syntax with the pointer of the setting.
Result<int> number_setting(const Product& product, std::string_view name, int otherwise, int min, int max);
Result<bool> flag_setting(const Product& product, std::string_view name, bool otherwise);
Result<LeapBirthday> leap_birthday(const Product& product);     // "28-february" (default) or "1-march"
Result<std::vector<int>> renewal_ages(const Product& product);  // "14,25,40,60": ascending

// The text for `value`: from the table, or the value itself when the product has no such table. Error
// content.table with `field` when the table has no such line.
Result<std::string> table_text(const Product& product, std::string_view table, const std::string& value,
                               std::string field);

}  // namespace imprimatur::job
