#include "job/intake.hpp"

#include <algorithm>

namespace imprimatur::job {

bool ExaminedJob::blocked() const {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.severity == Severity::blocks; });
}

Result<ExaminedJob> examine_envelope(std::string_view envelope_text, const IntakeRules& rules, WallTime now) {
  ExaminedJob job;
  TRY(auto envelope, parse_envelope(envelope_text));
  job.envelope = std::move(envelope);
  // Who signed comes first: what nobody approved is not read any further.
  TRY(auto approval, verify_statement(job.envelope.approval, rules.policy, now));
  job.approval = std::move(approval);
  TRY(auto document, parse_document(job.envelope.document_text));
  job.document = std::move(document);
  TRY_STATUS(match_approval(job.approval, job.document,
                            document_commitment(job.envelope.salt, job.envelope.document_text)));
  const auto product = rules.products.find(job.document.product);
  const auto checks = rules.checks.find(job.document.product);
  if (product == rules.products.end() || checks == rules.checks.end()) {
    return fail("product.unknown", "this station has no product of this name", "/document/product",
                "Load a manifest that has it, or submit the job to a station that makes this product.");
  }
  const CheckInput input{job.document, job.envelope.images, date_of(now)};
  for (const auto& check : checks->second) {
    for (Finding& finding : check->examine(input)) {
      const auto severity = product->second.severities.find(finding.code);
      if (severity != product->second.severities.end()) finding.severity = severity->second;
      job.findings.push_back(std::move(finding));
    }
  }
  return job;
}

}  // namespace imprimatur::job
