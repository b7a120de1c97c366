// The MRZ as approved equals the one that the product's rule makes from the data.
#include "job/check_table.hpp"

namespace imprimatur::job {
namespace {

std::size_t first_difference(std::string_view left, std::string_view right) {
  std::size_t at = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at]) ++at;
  return at;
}

}  // namespace

CheckResult make_mrz_check(const Product& product) {
  return function_check("mrz", [product](const CheckInput& input, std::vector<Finding>& findings) {
    const auto computed = compose_mrz(input.document, product);
    if (!computed) {
      findings.push_back({"check.mrz_uncomputable", computed.error().field,
                          "The MRZ cannot be computed: " + computed.error().message + "."});
      return;
    }
    for (std::size_t line = 0; line < 3; ++line) {
      const std::string& approved = input.document.mrz.lines[line];
      if (approved == computed.value().lines[line]) continue;
      const std::size_t at = first_difference(approved, computed.value().lines[line]);
      findings.push_back({"check.mrz_mismatch", "/mrz/" + std::to_string(line),
                          "The approved MRZ differs from the computed one from position " +
                              std::to_string(at + 1) + " of line " + std::to_string(line + 1) + "."});
    }
  });
}

}  // namespace imprimatur::job
