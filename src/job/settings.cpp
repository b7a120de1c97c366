#include "job/settings.hpp"

#include <charconv>

namespace imprimatur::job {
namespace {

constexpr std::string_view kSettings[] = {
    "age_min",
    "date_printed",
    "dg13_outer_sequence",
    "document_code",
    "expiry_printed_without_limit",
    "issuing_authority",
    "leap_birthday",
    "mrz_expiry_without_limit",
    "mrz_layout",
    "observations",
    "renewal_ages",
    "renewal_window",
    "renewal_window_years",
    "validity_years_max",
};
constexpr std::string_view kTables[] = {"nationality_printed", "provinces", "sex_printed"};

Error bad_setting(std::string_view name, std::string sentence) {
  return fail("product.syntax", std::move(sentence), "/settings/" + std::string(name));
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::span<const std::string_view> known_settings() {
  return kSettings;
}

std::span<const std::string_view> known_tables() {
  return kTables;
}

std::string setting_or(const Product& product, std::string_view name, std::string otherwise) {
  const auto found = product.settings.find(std::string(name));
  return found == product.settings.end() ? std::move(otherwise) : found->second;
}

Result<int> number_setting(const Product& product, std::string_view name, int otherwise, int min, int max) {
  const std::string text = setting_or(product, name, std::to_string(otherwise));
  const auto value = whole_number(text);
  if (!value || *value < min || *value > max) {
    return bad_setting(name,
                       "expected a whole number from " + std::to_string(min) + " to " + std::to_string(max));
  }
  return *value;
}

Result<bool> flag_setting(const Product& product, std::string_view name, bool otherwise) {
  const std::string text = setting_or(product, name, otherwise ? "true" : "false");
  if (text == "true") return true;
  if (text == "false") return false;
  return bad_setting(name, "expected true or false as a text");
}

Result<LeapBirthday> leap_birthday(const Product& product) {
  const std::string text = setting_or(product, "leap_birthday", "28-february");
  if (text == "28-february") return LeapBirthday::february_28;
  if (text == "1-march") return LeapBirthday::march_1;
  return bad_setting("leap_birthday", "expected 28-february or 1-march");
}

Result<std::vector<int>> renewal_ages(const Product& product) {
  std::vector<int> ages;
  std::string_view left;
  const std::string text = setting_or(product, "renewal_ages", "14,25,40,60");
  left = text;
  while (!left.empty()) {
    const std::size_t comma = left.find(',');
    const auto age = whole_number(left.substr(0, comma));
    const bool ascending = age && *age <= 150 && *age > (ages.empty() ? 0 : ages.back());
    if (!ascending) return bad_setting("renewal_ages", "expected ages in ascending order, with commas");
    ages.push_back(*age);
    left.remove_prefix(comma == std::string_view::npos ? left.size() : comma + 1);
  }
  return ages;
}

Result<std::string> table_text(const Product& product, std::string_view table, const std::string& value,
                               std::string field) {
  const auto found = product.tables.find(std::string(table));
  if (found == product.tables.end()) return value;
  const auto line = found->second.find(value);
  if (line == found->second.end()) {
    return fail("content.table", "the product's table " + std::string(table) + " has no line for this value",
                std::move(field), "Correct the value, or have a line added to the product.");
  }
  return line->second;
}

}  // namespace imprimatur::job
