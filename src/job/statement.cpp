#include "job/statement.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "job/document.hpp"
#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

// A statement is journalled whole, in an entry of at most 4 KB (design section 6).
constexpr std::size_t kPayloadBytesMax = 2048;

bool is_ascii_name(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}
const TextRule kAboutRule{1, 128, is_ascii_name, "an id of printable ASCII characters"};

// Members beyond these (`evidence`, `document`, `blank` …) belong to the kind; whoever acts on it reads them.
Result<Statement> read_payload(const crypto::Jws& jws) {
  constexpr const char* kCode = "statement.syntax";
  auto parsed = parse_json_object(jws.payload, {.size_max = kPayloadBytesMax, .depth_max = 4});
  if (!parsed) {
    const bool duplicate = parsed.error().code == "json.duplicate";
    return fail(duplicate ? "statement.duplicate" : kCode, parsed.error().message, "/payload");
  }
  ObjectReader reader(parsed.value(), kCode, "/payload");
  Statement statement;
  statement.kind = reader.text("statement", kMemberNameRule);
  statement.id = reader.text("id", kUuidRule);
  statement.about = reader.text(statement.kind == "approve" ? "job" : "about", kAboutRule);
  statement.reason = reader.text_or("reason", free_text(0, 500), {});
  const std::string not_after = reader.text("not_after", kTimeRule);
  if (reader.failed()) return reader.finish().error();
  TRY(auto time, parse_rfc3339(not_after));
  statement.not_after = time;
  statement.digest = to_base64url(crypto::sha256(bytes_of(jws.payload)));
  statement.payload = std::move(parsed.value());
  return statement;
}

// The person whose signature this is.
Result<std::string> verify_signature(const crypto::Jws& jws, std::size_t index, const Policy& policy,
                                     const std::string& role, WallTime now) {
  const crypto::JwsSignature& signature = jws.signatures[index];
  const std::string field = "/signatures/" + std::to_string(index);
  const auto found = policy.keys.find(signature.kid);
  if (found == policy.keys.end()) return fail("statement.unknown_key", "the policy has no such kid", field);
  const PolicyKey& key = found->second;
  if (guarded("statement.revoked_key") && key.revoked)
    return fail("statement.revoked_key", "the key was revoked", field);
  if (guarded("statement.key_validity") && (now < key.valid_from || now >= key.valid_to)) {
    return fail("statement.key_expired", "the key is not valid now", field);
  }
  if (guarded("statement.algorithm") && signature.algorithm != key.algorithm) {
    return fail("statement.algorithm", "the policy has another algorithm for this key", field);
  }
  if (guarded("statement.signature") && !crypto::verify_jws_signature(jws, signature, key.key)) {
    return fail("statement.signature", "the signature is wrong", field);
  }
  if (guarded("statement.role") && !key.roles.contains(role)) {
    return fail("statement.wrong_role", "this person has not the role " + role, field);
  }
  return key.person;
}

Error mismatch(std::string_view member) {
  return fail("approval.mismatch", "what was approved is not what was submitted", "/" + std::string(member),
              "Submit the document with the approval that was signed for it.");
}

// The text of a payload's member; empty when it is absent or null.
std::string payload_text(const Statement& statement, const char* name) {
  const json::value* value = statement.payload.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

// Whether the member is there with this text; absent or null stands for the empty text.
bool says(const Statement& statement, const char* name, std::string_view expected) {
  const json::value* value = statement.payload.if_contains(name);
  if (value != nullptr && !value->is_string() && !value->is_null()) return false;
  return payload_text(statement, name) == expected;
}

}  // namespace

Result<Statement> verify_statement(const json::object& general_jws, const Policy& policy, WallTime now) {
  TRY(auto jws, crypto::parse_jws(general_jws));
  TRY(auto statement, read_payload(jws));
  statement.jws = crypto::general_form(jws);
  const auto requirement = policy.requirements.find(statement.kind);
  if (requirement == policy.requirements.end()) {
    return fail("statement.unknown_kind", "the policy has no such kind of statement", "/payload/statement");
  }
  const Requirement& needed = requirement->second;
  for (std::size_t i = 0; i < jws.signatures.size(); ++i) {
    TRY(auto person, verify_signature(jws, i, policy, needed.role, now));
    statement.people.insert(std::move(person));
  }
  if (guarded("statement.people") && statement.people.size() < static_cast<std::size_t>(needed.people)) {
    return fail("statement.too_few_people",
                "signed by " + std::to_string(statement.people.size()) +
                    " different people, the policy asks for " + std::to_string(needed.people),
                "/signatures", "Have another person with the role " + needed.role + " sign it.");
  }
  if (guarded("statement.not_after") && now >= statement.not_after)
    return fail("statement.expired", "not_after has passed", "/payload/not_after");
  return statement;
}

Result<std::set<std::string>> people_of(const json::object& general_jws, const Policy& policy) {
  TRY(auto jws, crypto::parse_jws(general_jws));
  std::set<std::string> people;
  for (const crypto::JwsSignature& signature : jws.signatures) {
    const auto key = policy.keys.find(signature.kid);
    if (key != policy.keys.end()) people.insert(key->second.person);
  }
  return people;
}

Status check_different_people(const std::set<std::string>& signed_by, const std::set<std::string>& others) {
  for (const std::string& person : signed_by) {
    if (!others.contains(person) || !guarded("statement.different_people")) continue;
    return fail("statement.same_person", person + " has approved the job and cannot decide this too",
                "/signatures", "Have somebody sign who did not approve it.");
  }
  return ok();
}

Status match_approval(const Statement& approval, const JobDocument& document, std::string_view commitment) {
  if (guarded("approval.statement") && approval.kind != "approve") return mismatch("statement");
  if (guarded("approval.job") && approval.about != document.id) return mismatch("job");
  if (guarded("approval.kind") && !says(approval, "kind", text_of(document.kind))) return mismatch("kind");
  if (guarded("approval.product") && !says(approval, "product", document.product)) return mismatch("product");
  if (guarded("approval.replaces") && !says(approval, "replaces", document.replaces))
    return mismatch("replaces");
  if (guarded("approval.not_after") && approval.not_after != document.not_after) return mismatch("not_after");
  if (guarded("approval.commitment") && payload_text(approval, "document") != commitment) {
    return fail("approval.commitment", "the approval was signed for another document or salt", "/document",
                "Submit the document with the approval that was signed for it.");
  }
  return ok();
}

}  // namespace imprimatur::job
