// Made-up approved jobs for demonstrations, tests and benches: fictional holders with drawn portraits,
// approved by the people of a test ceremony. Everything but the signatures follows from the seed.
//
// Vietnamese citizen cards have names with every letter of the alphabet, numbers that fit, ages from 14 to
// 90, some long addresses, some previous numbers, some cards without an expiry date, some fingerprints (noise
// in their place); the others are cards of ICAO's specimen state Utopia, most with a signature.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/keys.hpp"
#include "job/envelope.hpp"

namespace imprimatur::app {

struct SampleOptions {
  int count = 24;  // 1 to 100,000
  std::uint64_t seed = 1;
  std::filesystem::path out;        // make_samples: folder, made if it is not there
  std::filesystem::path keys;       // of the ceremony: policy.json and people/*.pem
  std::filesystem::path templates;  // has products/
  // Sample n is of product n modulo the size of this list.
  std::vector<std::string> products = {"vn-citizen", "vn-citizen", "vn-citizen", "utopia-id"};
  WallTime now;
};

struct Sample {
  std::string job_id;
  std::string envelope;  // JSON, as submitted
};

// A person of the ceremony with the key to sign with.
struct Approver {
  std::string kid;
  crypto::PrivateKey key;
};

// As many different people as the policy of the ceremony asks for. Error sample.keys, and those of the
// policy.
Result<std::vector<Approver>> load_approvers(const SampleOptions& options);

// The envelope of a document and its images, whose hashes are put into it, approved by all of these.
Sample seal_sample(Random& random, job::JobDocument document, job::Images images,
                   const std::vector<Approver>& approvers);

// Hands over one sample at a time and stops at the first error. Errors sample.count, sample.keys (no two
// people in `keys` who may approve), sample.product (nothing is known about such holders), and those of
// files, policy and products.
Status each_sample(const SampleOptions& options, const std::function<Status(const Sample&)>& take);

// Writes OUT/<job id>.json for each sample. The signatures differ from run to run.
Status make_samples(const SampleOptions& options);

}  // namespace imprimatur::app
