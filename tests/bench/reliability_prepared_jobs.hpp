// The campaign's jobs: as many as one likes, each of another fictional citizen, approved by two people, 20 KB
// with a portrait of 12 KB. They are varied from some hundred drawn samples, since a portrait takes longer to
// draw than a card to make.
//
// Any number of threads may ask for jobs; each job is made of its number alone (but for its signatures).
#pragma once

#include <filesystem>

#include "app/sample.hpp"
#include "job/product.hpp"

namespace imprimatur::bench {

class PreparedJobs {
 public:
  // `keys`: of the test ceremony. Errors of samples, policy and product.
  static Result<PreparedJobs> create(const std::filesystem::path& keys, WallTime now);

  // The envelope of job `number`, 0 to 999,999.
  Result<std::string> envelope(int number) const;

 private:
  struct Model {
    job::JobDocument document;
    job::Images images;
  };
  PreparedJobs(job::Product product, std::vector<app::Approver> approvers)
      : product_(std::move(product)), approvers_(std::move(approvers)) {}

  job::Product product_;
  std::vector<app::Approver> approvers_;
  std::vector<Model> models_;
};

}  // namespace imprimatur::bench
