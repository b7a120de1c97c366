#include "job/policy.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

const People& people() {
  static const People all;
  return all;
}

// The policy of the fixture with one member of its first key set; null takes it away.
Result<Policy> with_key_member(const char* member, const json::value& value) {
  json::object policy = people().policy_json();
  json::object& key = policy.at("keys").get_array()[0].get_object();
  if (value.is_null())
    key.erase(member);
  else
    key[member] = value;
  return parse_policy(canonical_json(policy));
}

TEST(Policy, MapsKeysToPeopleAndKindsToRequirements) {
  const Policy policy = people().policy();
  ASSERT_EQ(policy.keys.size(), 8U);
  const PolicyKey& key = policy.keys.at("an-2");
  EXPECT_EQ(key.person, "an");
  EXPECT_EQ(key.algorithm, "ES256");
  EXPECT_EQ(key.roles, (std::set<std::string>{"approver"}));
  EXPECT_EQ(format_rfc3339(key.valid_to), "2027-01-01T00:00:00.000Z");
  EXPECT_FALSE(key.revoked);
  EXPECT_TRUE(policy.keys.at("lost-1").revoked);
  EXPECT_EQ(policy.requirements.at("approve").role, "approver");
  EXPECT_EQ(policy.requirements.at("approve").people, 2);
}

TEST(Policy, RefusesEveryMissingOrMalformedMemberOfAKey) {
  for (const char* member : {"kid", "alg", "jwk", "person", "roles", "valid_from", "valid_to"}) {
    const auto policy = with_key_member(member, nullptr);
    EXPECT_EQ(code_of(policy), "policy.syntax") << member;
    EXPECT_EQ(field_of(policy), std::string("/keys/0/") + member);
  }
  EXPECT_EQ(code_of(with_key_member("kid", "")), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("alg", "RS256")), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("roles", json::array{})), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("roles", json::array{1})), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("valid_to", "2027")), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("revoked", "no")), "policy.syntax");
  EXPECT_EQ(code_of(with_key_member("note", "x")), "policy.syntax");
}

TEST(Policy, RefusesKeysThatAreNone) {
  EXPECT_EQ(code_of(with_key_member("jwk", json::object{{"kty", "EC"}})), "policy.key");
  json::object off_curve = people().keys.at("an-1").public_key().jwk();
  off_curve["x"] = off_curve["y"];
  EXPECT_EQ(code_of(with_key_member("jwk", off_curve)), "policy.key");
}

TEST(Policy, RefusesAnAlgorithmThatDoesNotFitTheKey) {
  const auto policy = with_key_member("alg", "EdDSA");
  EXPECT_EQ(code_of(policy), "policy.key");
  EXPECT_EQ(field_of(policy), "/keys/0/alg");
}

TEST(Policy, RefusesAPrivateKey) {
  json::object jwk = people().keys.at("an-1").public_key().jwk();
  jwk["d"] = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
  const auto policy = with_key_member("jwk", jwk);
  EXPECT_EQ(code_of(policy), "policy.key");
  EXPECT_EQ(field_of(policy), "/keys/0/jwk");
}

TEST(Policy, RefusesOneKeyUnderTwoNamesAndOneNameForTwoKeys) {
  EXPECT_EQ(code_of(with_key_member("jwk", people().keys.at("binh-1").public_key().jwk())), "policy.key");
  EXPECT_EQ(code_of(with_key_member("kid", "binh-1")), "policy.key");
}

TEST(Policy, RefusesAValidityThatEndsBeforeItBegins) {
  EXPECT_EQ(field_of(with_key_member("valid_to", "2025-01-01T00:00:00Z")), "/keys/0/valid_to");
}

TEST(Policy, RefusesMalformedRequirementsAndDocuments) {
  const auto with = [](const char* member, const json::value& value) {
    json::object policy = people().policy_json();
    policy[member] = value;
    return parse_policy(canonical_json(policy));
  };
  EXPECT_EQ(code_of(with("version", 2)), "policy.syntax");
  EXPECT_EQ(code_of(with("keys", json::array{})), "policy.syntax");
  EXPECT_EQ(code_of(with("keys", json::array{1})), "policy.syntax");
  EXPECT_EQ(code_of(with("extra", 1)), "policy.syntax");
  const auto requirement = [&](const json::value& value) {
    return with("statements", json::object{{"approve", value}});
  };
  EXPECT_EQ(field_of(requirement(json::object{{"role", "approver"}, {"people", 0}})),
            "/statements/approve/people");
  EXPECT_EQ(field_of(requirement(json::object{{"people", 2}})), "/statements/approve/role");
  EXPECT_EQ(code_of(requirement(2)), "policy.syntax");
  EXPECT_EQ(code_of(parse_policy("{")), "policy.syntax");
  const std::string text = canonical_json(people().policy_json());
  EXPECT_EQ(code_of(parse_policy("{\"version\":1," + text.substr(1))), "policy.syntax");
}

}  // namespace
}  // namespace imprimatur::job
