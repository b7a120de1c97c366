#include "job/policy.hpp"

#include <array>

#include "base/guard.hpp"
#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

constexpr std::size_t kPolicyBytesMax = 1U << 20;
constexpr std::size_t kKeysMax = 1000;
constexpr std::size_t kRolesMax = 16;
constexpr int kPeopleMax = 8;
constexpr const char* kSyntax = "policy.syntax";

bool is_algorithm(std::string_view text) {
  return text == "ES256" || text == "ES384" || text == "EdDSA";
}
const TextRule kAlgorithmRule{5, 5, is_algorithm, "ES256, ES384 or EdDSA"};

// The one algorithm that fits a key's type (RFC 7518 section 3.4, RFC 8037): told by both, so that a slip of
// the hand in the policy shows.
std::string_view algorithm_of(crypto::KeyType type) {
  switch (type) {
    case crypto::KeyType::ec_p256:
      return "ES256";
    case crypto::KeyType::ec_p384:
      return "ES384";
    case crypto::KeyType::ed25519:
      return "EdDSA";
    case crypto::KeyType::ec_brainpool_p256r1:
    case crypto::KeyType::ec_brainpool_p384r1:
    case crypto::KeyType::rsa:
      return {};
  }
  return {};
}

std::set<std::string> read_roles(ObjectReader& reader) {
  std::set<std::string> roles;
  for (const json::value& item : reader.array("roles", 1, kRolesMax)) {
    const auto* role = item.if_string();
    const std::string text = role == nullptr ? std::string() : std::string(role->data(), role->size());
    if (!complaint(text, kMemberNameRule).empty()) reader.refuse("roles", "expected names of roles");
    roles.insert(text);
  }
  return roles;
}

// A private member in a file that many people read is refused before anything else is (RFC 7517 section 9.2).
bool has_private_member(const json::object& jwk) {
  constexpr std::array<const char*, 3> kPrivate = {"d", "p", "k"};
  for (const char* name : kPrivate) {
    if (jwk.contains(name)) return true;
  }
  return false;
}

Result<PolicyKey> read_key(const json::object& object, const std::string& where) {
  ObjectReader reader(object, kSyntax, where);
  const std::string kid = reader.text("kid", kLabelRule);
  const std::string algorithm = reader.text("alg", kAlgorithmRule);
  const json::object& jwk = reader.object("jwk");
  const std::string person = reader.text("person", kLabelRule);
  std::set<std::string> roles = read_roles(reader);
  const std::string from = reader.text("valid_from", kTimeRule);
  const std::string to = reader.text("valid_to", kTimeRule);
  const bool revoked = reader.flag_or("revoked", false);
  TRY_STATUS(reader.finish());
  if (has_private_member(jwk)) {
    return fail("policy.key", "the key is a private one", where + "/jwk",
                "Replace this key: a private key that was written into a policy is no longer secret.");
  }
  auto key = crypto::PublicKey::from_jwk(jwk);
  if (!key) return fail("policy.key", key.error().message, where + "/jwk");
  if (algorithm_of(key.value().type()) != algorithm) {
    return fail("policy.key", "the algorithm does not fit the key", where + "/alg");
  }
  TRY(auto valid_from, parse_rfc3339(from));
  TRY(auto valid_to, parse_rfc3339(to));
  if (valid_to <= valid_from)
    return fail("policy.key", "the validity ends before it begins", where + "/valid_to");
  return PolicyKey{.kid = kid,
                   .algorithm = algorithm,
                   .key = std::move(key.value()),
                   .person = person,
                   .roles = std::move(roles),
                   .valid_from = valid_from,
                   .valid_to = valid_to,
                   .revoked = revoked};
}

Status read_keys(ObjectReader& root, Policy& policy) {
  const json::array& keys = root.array("keys", 1, kKeysMax);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::string where = "/keys/" + std::to_string(i);
    const json::object* object = keys[i].if_object();
    if (object == nullptr) return fail(kSyntax, "expected an object", where);
    TRY(auto key, read_key(*object, where));
    for (const auto& [kid, other] : policy.keys) {
      // One public key under two kids could count for two people.
      if (guarded("policy.key_once") && (kid == key.kid || other.key.spki_der() == key.key.spki_der())) {
        return fail("policy.key", "the kid or the key stands twice", where);
      }
    }
    const std::string kid = key.kid;
    policy.keys.emplace(kid, std::move(key));
  }
  return ok();
}

Status read_requirements(ObjectReader& root, Policy& policy) {
  const json::object& object = root.object("statements");
  ObjectReader statements(object, kSyntax, "/statements");
  for (const auto& member : object) {
    const std::string kind(member.key().data(), member.key().size());
    if (!complaint(kind, kMemberNameRule).empty())
      statements.refuse(kind, "not a name for a kind of statement");
    ObjectReader reader(statements.object(kind), kSyntax, statements.pointer(kind));
    const std::string role = reader.text("role", kMemberNameRule);
    const auto people = static_cast<int>(reader.number("people", 1, kPeopleMax));
    std::set<std::string> different_from;
    if (reader.has("different_from")) {
      for (const json::value& item : reader.array("different_from", 1, kRolesMax)) {
        if (item.is_string() && item.get_string() == "approve") {
          different_from.insert("approve");
        } else {
          reader.refuse("different_from", "expected kinds of statement about a job: approve");
        }
      }
    }
    statements.take(reader.finish());
    policy.requirements[kind] = {.role = role, .people = people, .different_from = std::move(different_from)};
  }
  return statements.finish();
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
  auto parsed = parse_json_object(text, {.size_max = kPolicyBytesMax, .depth_max = 8});
  if (!parsed) return fail(kSyntax, parsed.error().message);
  ObjectReader root(parsed.value(), kSyntax);
  root.number("version", 1, 1);
  Policy policy;
  const Status keys = read_keys(root, policy);
  root.take(keys);
  root.take(read_requirements(root, policy));
  TRY_STATUS(root.finish());
  return policy;
}

}  // namespace imprimatur::job
