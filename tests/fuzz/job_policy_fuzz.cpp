// Policies: whatever is taken has keys that belong to someone and requirements that can be met.
#include "base/check.hpp"
#include "job/policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace imprimatur;
  const auto policy = job::parse_policy(text_of(ByteView{data, size}));
  if (!policy) return 0;
  CHECK(!policy.value().keys.empty());
  for (const auto& [kid, key] : policy.value().keys) {
    CHECK(kid == key.kid && !key.person.empty() && !key.roles.empty() && key.valid_from < key.valid_to);
  }
  for (const auto& [kind, requirement] : policy.value().requirements)
    CHECK(!kind.empty() && requirement.people > 0);
  return 0;
}
