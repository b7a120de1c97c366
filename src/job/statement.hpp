// A statement: the one way in which people decide (design section 4). Signed as JWS general JSON by as many
// different people as the policy asks for; two kids of one person count once.
#pragma once

#include "base/json.hpp"
#include "job/policy.hpp"

namespace imprimatur::job {

struct Statement {
  std::string kind;   // approve, resolve, destroy, write_off, recall, reload
  std::string id;     // UUID
  std::string about;  // what it decides: job id, blank serial, …  (`job` for approve)
  std::string reason;
  WallTime not_after;
  json::object payload;          // whole
  json::object jws;              // as it is journalled: without members that no signature covers
  std::set<std::string> people;  // pseudonyms whose signatures counted
  std::string digest;  // SHA-256 of the payload text, base64url: replay with other content shows here
};

// Verifies form, every signature, validity, roles and the number of different people at `now`.
// Errors, each its own code: jws.* (form), statement.unknown_key, statement.revoked_key,
// statement.key_expired, statement.algorithm, statement.signature, statement.wrong_role,
// statement.too_few_people, statement.unknown_kind, statement.syntax, statement.duplicate (a member twice),
// statement.expired. One bad signature refuses all. The payload has at most 2,048 bytes.
Result<Statement> verify_statement(const json::object& general_jws, const Policy& policy, WallTime now);

// The people whose keys signed, as the policy names them; kids that it does not know are left out. Verifies
// nothing: for statements that were accepted before. Errors jws.*.
Result<std::set<std::string>> people_of(const json::object& general_jws, const Policy& policy);

// That none of `signed_by` is one of `others`, for whom the policy asks that they are different people. Error
// statement.same_person.
Status check_different_people(const std::set<std::string>& signed_by, const std::set<std::string>& others);

// The approval of a job: a statement `approve` whose job, kind, product, replaces, not_after and document
// commitment must equal the envelope's, so that there is one date after which the job may not begin. Errors
// approval.mismatch with field, approval.commitment.
Status match_approval(const Statement& approval, const struct JobDocument& document,
                      std::string_view commitment);

}  // namespace imprimatur::job
