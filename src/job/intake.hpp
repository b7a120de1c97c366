// Intake: everything that is verified about a submitted job before the ledger is asked. Pure CPU work; any
// thread; keeps nothing.
#pragma once

#include "job/envelope.hpp"
#include "job/product.hpp"
#include "job/statement.hpp"

namespace imprimatur::job {

struct ExaminedJob {
  Envelope envelope;
  JobDocument document;
  Statement approval;
  std::vector<Finding> findings;  // any that blocks makes a stored `refused`
  bool blocked() const;
};

struct IntakeRules {
  const Policy& policy;
  const std::map<std::string, Product>& products;
  const std::map<std::string, Checks>& checks;  // by product name: common, the product's own and other rooms'
};

// Form, signatures, commitment, schema: an error, answered 4xx and not stored (codes of the functions it
// uses; product.unknown). Data checks: findings.
Result<ExaminedJob> examine_envelope(std::string_view envelope_text, const IntakeRules& rules, WallTime now);

}  // namespace imprimatur::job
