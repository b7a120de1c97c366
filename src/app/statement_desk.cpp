#include "app/statement_desk.hpp"

#include <algorithm>

#include "app/statement_kinds.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "crypto/jws.hpp"

namespace imprimatur::app {
namespace {

constexpr std::int64_t kHoursUsual = 8;
constexpr std::int64_t kHoursMax = 168;
constexpr std::size_t kReasonBytesMin = 4;

json::object jws_of(const ledger::Proposal& proposal) {
  return {{"payload", to_base64url(bytes_of(proposal.payload))}, {"signatures", proposal.signatures}};
}

// Evidence is named by its hash: what the signers saw is what the decision rests on.
std::string hash_of(const json::object& evidence) {
  return to_base64url(crypto::sha256(bytes_of(canonical_json(evidence))));
}

Result<json::object> payload_of(const ledger::Proposal& proposal) {
  return parse_json_object(proposal.payload);
}

Result<std::string> text_in(const json::object& payload, std::string_view name) {
  return member_text(payload, name);
}

ledger::SignedStatement signed_statement(const ledger::Proposal& proposal) {
  return {proposal.id, to_base64url(crypto::sha256(bytes_of(proposal.payload))), jws_of(proposal)};
}

}  // namespace

Result<json::object> StatementDesk::propose(const json::object& request, const ledger::Actor& actor) {
  TRY_STATUS(drop_expired());
  TRY(auto kind, text_in(request, "statement"));
  TRY(auto reason, member_text_or(request, "reason", ""));
  if (reason.size() < kReasonBytesMin) {
    return fail("statement.syntax", "a decision needs its reason in words", "/reason");
  }
  const auto* hours_given = request.if_contains("hours");
  const std::int64_t hours = hours_given == nullptr    ? kHoursUsual
                             : hours_given->is_int64() ? hours_given->get_int64()
                                                       : 0;
  if (hours < 1 || hours > kHoursMax) return fail("statement.syntax", "expected 1 to 168 hours", "/hours");
  if (!parts_.policy.requirements.contains(kind)) {
    return fail("statement.unknown_kind", "the policy has no such kind of statement", "/statement");
  }
  TRY_STATUS(check_room());
  TRY(auto read, read_kind(kind, request, parts_.ledger));
  json::object payload = std::move(read.members);
  payload["statement"] = kind;
  payload["about"] = read.about;
  payload["id"] = make_uuid(parts_.random);
  payload["reason"] = reason;
  const WallTime not_after = parts_.clock.now() + std::chrono::hours(hours);
  payload["not_after"] = format_rfc3339(not_after);
  TRY(auto evidence, evidence_of(payload));
  payload["evidence"] = hash_of(evidence);
  ledger::Proposal proposal{
      std::string(payload.at("id").as_string()), canonical_json(payload), {}, not_after, actor.name};
  TRY_STATUS(parts_.ledger.keep_proposal(proposal));
  return shown(proposal);
}

Result<StatementDesk::Collected> StatementDesk::collect(const json::object& jws, const ledger::Actor& actor) {
  TRY(auto parsed, crypto::parse_jws(jws));
  TRY(auto payload, parse_json_object(parsed.payload));
  TRY(auto id, text_in(payload, "id"));
  auto known = parts_.ledger.proposal(id);
  if (!known && known.error().code != "ledger.no_proposal") return known.error();
  ledger::Proposal proposal;
  if (known) {
    proposal = std::move(known).value();
    if (guarded("desk.replayed") && proposal.payload != parsed.payload) {
      return fail("statement.replayed", "a statement with this id and other content waits already", "/id");
    }
  } else {
    TRY(auto not_after_text, text_in(payload, "not_after"));
    TRY(auto not_after, parse_rfc3339(not_after_text));
    TRY(auto kind, text_in(payload, "statement"));
    TRY_STATUS(kind_decision(kind, payload, {}, 0, parts_.ledger));  // one that the desk can do anything with
    TRY_STATUS(check_room());
    proposal = {id, parsed.payload, {}, not_after, actor.name};
  }
  // New signatures are tried with those that are there: a bad one must not spoil the good ones.
  const json::object added = crypto::general_form(parsed);
  ledger::Proposal tried = proposal;
  for (const json::value& signature : added.at("signatures").as_array()) {
    // Who signs twice is there once: the header names the key.
    const auto same = std::find_if(
        tried.signatures.begin(), tried.signatures.end(), [&signature](const json::value& there) {
          return there.as_object().at("protected") == signature.as_object().at("protected");
        });
    if (same == tried.signatures.end()) {
      tried.signatures.push_back(signature);
    } else {
      *same = signature;
    }
  }
  auto verified = verify(tried);
  // Who has too few signatures and no time left gets no more.
  if (!verified && verified.error().code == "statement.too_few_people" &&
      parts_.clock.now() >= tried.not_after) {
    verified = fail("statement.expired", "not_after has passed", "/payload/not_after");
  }
  Collected collected;
  collected.complete = verified.has_value();
  if (!verified && verified.error().code != "statement.too_few_people") {
    if (verified.error().code == "statement.expired") {
      TRY_STATUS(parts_.ledger.drop_proposal(id));
    }
    const auto noted = parts_.ledger.refuse_statement(signed_statement(tried), verified.error().code, actor);
    if (!noted && noted.error().code != "ledger.entry_too_large") return noted.error();
    return verified.error();
  }
  TRY_STATUS(parts_.ledger.keep_proposal(tried));
  TRY(collected.answer, shown(tried));
  if (!collected.complete) return collected;
  const std::string attempt = kind_to_verify(std::string(payload.at("statement").as_string()), payload);
  if (!attempt.empty()) collected.to_verify = attempt;
  return collected;
}

Result<json::object> StatementDesk::enact(std::string_view id, const json::object& evidence,
                                          const ledger::Actor& actor) {
  TRY(auto proposal, parts_.ledger.proposal(id));
  TRY(auto statement, verify(proposal));
  if (guarded("desk.different_people")) {
    TRY_STATUS(check_people(statement));
  }
  TRY(auto shown_now, evidence_of(statement.payload));
  TRY(auto shown_then, member_text_or(statement.payload, "evidence", ""));
  if (guarded("desk.evidence") && shown_then != hash_of(shown_now)) {
    return fail("statement.evidence_changed",
                "what the statement is about is no longer as the signers saw it", "/evidence",
                "Look again, and propose anew.");
  }
  TRY(auto job_id, kind_job(statement.kind, statement.payload, parts_.ledger));
  int remakes_max = 0;
  if (!job_id.empty()) {
    TRY(auto job, parts_.ledger.job(job_id));
    const auto product = parts_.products.find(job.product);
    if (product != parts_.products.end()) remakes_max = product->second.remakes_max;
  }
  TRY(auto decision, kind_decision(statement.kind, statement.payload, evidence, remakes_max, parts_.ledger));
  TRY(auto accepted, parts_.ledger.enact(signed_statement(proposal), decision, actor));
  json::array people;
  for (const std::string& person : statement.people) people.emplace_back(person);
  return json::object{{"id", proposal.id},
                      {"people", std::move(people)},
                      {"sequence", accepted.sequence},
                      {"state", "in_effect"},
                      {"statement", statement.kind}};
}

Result<json::array> StatementDesk::waiting() {
  TRY_STATUS(drop_expired());
  TRY(auto proposals, parts_.ledger.proposals());
  json::array list;
  for (const auto& proposal : proposals) {
    auto one = shown(proposal);
    if (one) {
      list.push_back(std::move(one).value());
    } else {  // what it is about is gone: it is shown, and cannot take effect
      list.push_back(
          json::object{{"id", proposal.id}, {"payload", proposal.payload}, {"trouble", one.error().code}});
    }
  }
  return list;
}

Result<json::object> StatementDesk::shown(const ledger::Proposal& proposal) {
  TRY(auto payload, payload_of(proposal));
  TRY(auto kind, text_in(payload, "statement"));
  TRY(auto evidence, evidence_of(payload));
  const auto requirement = parts_.policy.requirements.find(kind);
  if (requirement == parts_.policy.requirements.end()) {
    return fail("statement.unknown_kind", "the policy has no such kind of statement", "/statement");
  }
  std::set<std::string> signers;
  if (!proposal.signatures.empty()) {
    TRY(signers, job::people_of(jws_of(proposal), parts_.policy));
  }
  json::array people;
  for (const std::string& person : signers) people.emplace_back(person);
  const auto missing = requirement->second.people - static_cast<int>(signers.size());
  return json::object{{"evidence", std::move(evidence)},
                      {"id", proposal.id},
                      {"missing", std::max(missing, 0)},
                      {"not_after", format_rfc3339(proposal.not_after)},
                      {"payload", proposal.payload},
                      {"people", std::move(people)},
                      {"proposed_by", proposal.actor},
                      {"role", requirement->second.role},
                      {"state", "waiting"},
                      {"statement", kind}};
}

Result<json::object> StatementDesk::evidence_of(const json::object& payload) {
  TRY(auto kind, text_in(payload, "statement"));
  return kind_evidence(kind, payload, parts_.ledger);
}

Result<job::Statement> StatementDesk::verify(const ledger::Proposal& proposal) {
  return job::verify_statement(jws_of(proposal), parts_.policy, parts_.clock.now());
}

Status StatementDesk::check_people(const job::Statement& statement) {
  const auto requirement = parts_.policy.requirements.find(statement.kind);
  if (requirement == parts_.policy.requirements.end() || requirement->second.different_from.empty())
    return ok();
  TRY(auto job_id, kind_job(statement.kind, statement.payload, parts_.ledger));
  if (job_id.empty()) return ok();
  TRY(auto job, parts_.ledger.job(job_id));
  TRY(auto approval, parts_.ledger.approval_of(job));
  TRY(auto approvers, job::people_of(approval, parts_.policy));
  return job::check_different_people(statement.people, approvers);
}

Status StatementDesk::check_room() {
  TRY(auto waiting, parts_.ledger.proposals());
  if (waiting.size() < ledger::kProposalsMax) return ok();
  return fail("statement.too_many", "too many statements wait for signatures", {},
              "Sign those, or let them run out.");
}

Status StatementDesk::drop_expired() {
  TRY(auto proposals, parts_.ledger.proposals());
  for (const auto& proposal : proposals) {
    if (parts_.clock.now() < proposal.not_after) continue;
    TRY_STATUS(parts_.ledger.refuse_statement(signed_statement(proposal), "statement.expired", {}));
    TRY_STATUS(parts_.ledger.drop_proposal(proposal.id));
  }
  return ok();
}

}  // namespace imprimatur::app
