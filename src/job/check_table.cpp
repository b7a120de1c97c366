#include "job/check_table.hpp"

#include <algorithm>

namespace imprimatur::job {
namespace {

constexpr CheckEntry kChecks[] = {
    {"issuer", make_issuer_check, true},
    {"dates", make_dates_check, true},
    {"age", make_age_check, true},
    {"mrz", make_mrz_check, true},
    {"images", make_images_check, true},
    {"content", make_content_check, true},
    {"vn-number", make_vn_number_check, false},
    {"vn-expiry", make_vn_expiry_check, false},
};

class FunctionCheck final : public Check {
 public:
  using Examine = std::function<void(const CheckInput& input, std::vector<Finding>& findings)>;
  FunctionCheck(std::string_view name, Examine examine) : name_(name), examine_(std::move(examine)) {}

  std::string_view name() const override { return name_; }
  std::vector<Finding> examine(const CheckInput& input) const override {
    std::vector<Finding> findings;
    examine_(input, findings);
    return findings;
  }

 private:
  std::string name_;
  Examine examine_;
};

}  // namespace

std::span<const CheckEntry> check_table() {
  return kChecks;
}

CheckResult function_check(
    std::string_view name,
    std::function<void(const CheckInput& input, std::vector<Finding>& findings)> examine) {
  return std::shared_ptr<const Check>(std::make_shared<FunctionCheck>(name, std::move(examine)));
}

Result<Checks> make_checks(const Product& product) {
  Checks checks;
  for (const CheckEntry& entry : kChecks) {
    if (!entry.common) continue;
    TRY(auto check, entry.make(product));
    checks.push_back(std::move(check));
  }
  for (std::size_t i = 0; i < product.checks.size(); ++i) {
    const auto entry = std::find_if(std::begin(kChecks), std::end(kChecks),
                                    [&](const CheckEntry& line) { return line.name == product.checks[i]; });
    if (entry == std::end(kChecks) || entry->common) {
      return fail("product.syntax", "there is no product check of this name", "/checks/" + std::to_string(i));
    }
    TRY(auto check, entry->make(product));
    checks.push_back(std::move(check));
  }
  return checks;
}

}  // namespace imprimatur::job
