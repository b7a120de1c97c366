// Is this job for this product at all: issuer, document code, and what it replaces.
#include "job/check_table.hpp"
#include "job/settings.hpp"

namespace imprimatur::job {

CheckResult make_issuer_check(const Product& product) {
  const std::string issuer = product.issuer;
  const std::string document_code = setting_or(product, "document_code", {});
  return function_check("issuer", [issuer, document_code](const CheckInput& input,
                                                          std::vector<Finding>& findings) {
    const JobDocument& document = input.document;
    if (document.document.issuer != issuer) {
      findings.push_back({"check.issuer", "/document/issuer", "The issuer is not the one of the product."});
    }
    if (!document_code.empty() && document.document.type != document_code) {
      findings.push_back(
          {"check.document_code", "/document/type", "The document code is not the product's."});
    }
    if (document.kind == JobKind::first && !document.replaces.empty()) {
      findings.push_back({"check.replaces_unexpected", "/replaces", "A first card replaces no other."});
    }
    if (document.kind == JobKind::remake && document.replaces.empty()) {
      findings.push_back(
          {"check.replaces_missing", "/replaces", "A remake names the job of the card it replaces."});
    }
  });
}

}  // namespace imprimatur::job
