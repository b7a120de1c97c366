// Who may decide what: the policy maps each key to a person, and each kind of statement to the people it
// needs (design section 4). Data (policy.json, described in keys/FORMAT.md), loaded only from a signed
// manifest.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/keys.hpp"

namespace imprimatur::job {

struct PolicyKey {
  std::string kid;
  std::string algorithm;  // ES256, ES384, EdDSA
  crypto::PublicKey key;
  std::string person;  // pseudonym
  std::set<std::string> roles;
  WallTime valid_from;
  WallTime valid_to;
  bool revoked = false;
};

// `people` different people, each with `role`, none of whom signed the statements of the kinds in
// `different_from` about the same job.
struct Requirement {
  std::string role;
  int people = 2;
  std::set<std::string> different_from = {};
};

struct Policy {
  std::map<std::string, PolicyKey> keys;            // by kid
  std::map<std::string, Requirement> requirements;  // by statement kind
};

// Errors policy.syntax, policy.key with the JSON pointer.
Result<Policy> parse_policy(std::string_view text);

}  // namespace imprimatur::job
