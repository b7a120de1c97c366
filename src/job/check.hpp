// Port Check: a data check before anything is made (design section 4). `job` declares it; the rooms that
// know supply them (lds: MRZ; print: glyphs, fit, photo; ledger: live card of the same holder; …).
//
// Checks are pure functions of the job, today's date and what they were built with; any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "job/document.hpp"

namespace imprimatur::job {

enum class Severity { warns, blocks };

struct Finding {
  std::string code;      // "check.mrz_mismatch"
  std::string field;     // JSON pointer into the document
  std::string sentence;  // plain, without personal data: findings' codes and fields are journalled
  Severity severity = Severity::blocks;
};

struct CheckInput {
  const JobDocument& document;
  const Images& images;
  Date today;
};

class Check {
 public:
  virtual ~Check() = default;
  virtual std::string_view name() const = 0;
  virtual std::vector<Finding> examine(const CheckInput& input) const = 0;
};

using Checks = std::vector<std::shared_ptr<const Check>>;

}  // namespace imprimatur::job
