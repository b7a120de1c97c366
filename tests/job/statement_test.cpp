#include "job/statement.hpp"

#include "job_fixture.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::job {
namespace {

const People& people() {
  static const People all;
  return all;
}

const Policy& policy() {
  static const Policy parsed = people().policy();
  return parsed;
}

json::object destroy_payload() {
  return {
      {"statement", "destroy"},  {"id", "5f0c1c9e-22d1-4f7e-8f5e-0d2a6a4f0002"}, {"about", "BLANK-000123"},
      {"reason", "chip broken"}, {"not_after", "2026-11-25T08:00:00Z"},          {"evidence", "q83vEjRWeJA"}};
}

using Kids = std::vector<std::string>;

Result<Statement> verify(const json::object& payload, const Kids& kids = {"an-1", "binh-1"}) {
  return verify_statement(people().sign(canonical_json(payload), kids), policy(), now());
}

TEST(Statement, CountsTwoPeopleWithAllThreeAlgorithms) {
  for (const Kids& kids :
       {Kids{"an-1", "binh-1"}, Kids{"giang-1", "hoa-1"}, Kids{"an-1", "hoa-1", "giang-1"}}) {
    const auto statement = verify(destroy_payload(), kids);
    ASSERT_TRUE(statement) << statement.error().code;
    EXPECT_EQ(statement.value().people.size(), kids.size());
  }
}

TEST(Statement, TellsWhatWasDecided) {
  const auto statement = verify(destroy_payload()).value();
  EXPECT_EQ(statement.kind, "destroy");
  EXPECT_EQ(statement.id, "5f0c1c9e-22d1-4f7e-8f5e-0d2a6a4f0002");
  EXPECT_EQ(statement.about, "BLANK-000123");
  EXPECT_EQ(statement.reason, "chip broken");
  EXPECT_EQ(statement.people, (std::set<std::string>{"an", "binh"}));
  EXPECT_EQ(statement.payload, destroy_payload());
}

// The digest shows a replay with other content; whoever signs, it stays.
TEST(Statement, HasADigestOfItsPayloadAlone) {
  const auto first = verify(destroy_payload()).value();
  EXPECT_EQ(verify(destroy_payload(), {"giang-1", "hoa-1"}).value().digest, first.digest);
  json::object other = destroy_payload();
  other["reason"] = "another reason";
  EXPECT_NE(verify(other).value().digest, first.digest);
  EXPECT_EQ(first.digest, to_base64url(crypto::sha256(bytes_of(canonical_json(destroy_payload())))));
}

// RFC 7515 7.2.1: other members are ignored. What nobody signed must not get into the log either.
TEST(Statement, KeepsNothingThatNoSignatureCovers) {
  const json::object signed_one = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
  json::object decorated = signed_one;
  decorated["note"] = "the holder is Anna";
  decorated["signatures"].as_array()[1].as_object()["comment"] = "Anna";
  const auto statement = verify_statement(decorated, policy(), now());
  ASSERT_TRUE(statement) << statement.error().code;
  EXPECT_EQ(statement.value().jws, signed_one);
}

TEST(Statement, RefusesAKeyThatThePolicyDoesNotHave) {
  const auto refused = verify(destroy_payload(), {"an-1", "duc-1"});
  EXPECT_EQ(code_of(refused), "statement.unknown_key");
  EXPECT_EQ(field_of(refused), "/signatures/1");
}

TEST(Statement, RefusesARevokedKey) {
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1", "lost-1"})), "statement.revoked_key");
}

TEST(Statement, RefusesAKeyOutsideItsValidity) {
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1", "old-1"})), "statement.key_expired");
  const auto early = parse_rfc3339("2025-12-31T23:59:59Z").value();
  const auto jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
  EXPECT_EQ(code_of(verify_statement(jws, policy(), early)), "statement.key_expired");
}

TEST(Statement, RefusesTwoKeysOfOnePerson) {
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1", "an-2"})), "statement.too_few_people");
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1", "an-1"})), "statement.too_few_people");
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1"})), "statement.too_few_people");
}

TEST(Statement, RefusesAPersonWithoutTheRole) {
  EXPECT_EQ(code_of(verify(destroy_payload(), {"an-1", "chi-1"})), "statement.wrong_role");
}

TEST(Statement, RefusesAnAlgorithmOtherThanThePolicys) {
  // The header is not signed over by anyone yet: alg is compared before the signature is.
  json::object jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
  const std::string header = canonical_json(json::object{{"alg", "EdDSA"}, {"kid", "an-1"}});
  jws["signatures"].get_array()[0].get_object()["protected"] = to_base64url(bytes_of(header));
  EXPECT_EQ(code_of(verify_statement(jws, policy(), now())), "statement.algorithm");
}

TEST(Statement, RefusesAnySignatureThatIsWrong) {
  json::object jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1", "hoa-1"});
  auto& signatures = jws["signatures"].get_array();
  signatures[2].get_object()["signature"] = signatures[1].get_object()["signature"];
  const auto refused = verify_statement(jws, policy(), now());
  EXPECT_EQ(code_of(refused), "statement.signature");
  EXPECT_EQ(field_of(refused), "/signatures/2");
}

TEST(Statement, RefusesAnotherPayloadUnderTheSameSignatures) {
  json::object jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
  json::object other = destroy_payload();
  other["about"] = "BLANK-000124";
  jws["payload"] = to_base64url(bytes_of(canonical_json(other)));
  EXPECT_EQ(code_of(verify_statement(jws, policy(), now())), "statement.signature");
}

TEST(Statement, RefusesAnExpiredOne) {
  json::object payload = destroy_payload();
  payload["not_after"] = format_rfc3339(now());
  EXPECT_EQ(code_of(verify(payload)), "statement.expired");
}

TEST(Statement, RefusesAKindThatThePolicyDoesNotKnow) {
  json::object payload = destroy_payload();
  payload["statement"] = "forgive";
  EXPECT_EQ(code_of(verify(payload)), "statement.unknown_kind");
}

TEST(Statement, RefusesMalformedPayloads) {
  for (const char* member : {"statement", "id", "about", "not_after"}) {
    json::object payload = destroy_payload();
    payload.erase(member);
    const auto refused = verify(payload);
    EXPECT_EQ(code_of(refused), "statement.syntax") << member;
    EXPECT_EQ(field_of(refused), std::string("/payload/") + member);
  }
  const auto sign = [](std::string_view payload) {
    return verify_statement(people().sign(payload, {"an-1", "binh-1"}), policy(), now());
  };
  EXPECT_EQ(code_of(sign("not JSON")), "statement.syntax");
  EXPECT_EQ(code_of(sign(std::string(3000, ' '))), "statement.syntax");
  const std::string text = canonical_json(destroy_payload());
  EXPECT_EQ(code_of(sign("{\"about\":\"BLANK-000124\"," + text.substr(1))), "statement.duplicate");
}

TEST(Statement, RefusesFormsThatAJwsMustNotHave) {
  const auto with_header = [](const json::object& header) {
    json::object jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
    jws["signatures"].get_array()[0].get_object()["protected"] =
        to_base64url(bytes_of(canonical_json(header)));
    return code_of(verify_statement(jws, policy(), now()));
  };
  EXPECT_EQ(with_header({{"alg", "ES256"}, {"kid", "an-1"}, {"crit", json::array{"exp"}}, {"exp", 1}}),
            "jws.crit");
  EXPECT_EQ(with_header({{"alg", "none"}, {"kid", "an-1"}}), "jws.algorithm");
  json::object jws = people().sign(canonical_json(destroy_payload()), {"an-1", "binh-1"});
  jws["signatures"].get_array()[1].get_object()["header"] = json::object{{"kid", "an-1"}};
  EXPECT_EQ(code_of(verify_statement(jws, policy(), now())), "jws.unprotected_header");
  EXPECT_EQ(code_of(verify_statement({}, policy(), now())), "jws.syntax");
}

// jws-vectors.json, own general JWS by three keys: its payload is no statement, but its keys and the altered
// signature are from outside this code.
TEST(Statement, RefusesTheAlteredSignatureOfTheVectors) {
  const json::object vectors = test_data("jws-vectors.json");
  const json::object& own = vectors.at("own").get_object();
  const auto jws = crypto::parse_jws(own.at("general").get_object()).value();
  const auto& altered = vectors.at("negative").get_array()[0].at("general").get_object();
  const auto altered_jws = crypto::parse_jws(altered).value();
  const auto& keys = own.at("signatures").get_array();
  for (std::size_t i = 0; i < keys.size(); ++i) {
    json::object jwk = keys[i].at("jwk").get_object();
    jwk.erase("d");
    const auto key = crypto::PublicKey::from_jwk(jwk).value();
    EXPECT_TRUE(crypto::verify_jws_signature(jws, jws.signatures[i], key)) << i;
    EXPECT_EQ(crypto::verify_jws_signature(altered_jws, altered_jws.signatures[i], key), i != 0) << i;
  }
  EXPECT_EQ(code_of(verify_statement(own.at("general").get_object(), policy(), now())), "statement.syntax");
}

// The jose tool makes keys and signatures that this code has no part in.
TEST(Statement, TakesWhatTheJoseToolSigned) {
  const test_support::TemporaryFolder folder;
  const std::string dir = folder.path().string();
  ASSERT_TRUE(write_file(folder / "payload", bytes_of(canonical_json(destroy_payload()))));
  json::array keys;
  for (const char* person : {"lan", "minh"}) {
    const std::string kid = std::string(person) + "-1", file = dir + "/" + person;
    const json::object make = {{"alg", "ES256"}, {"kid", kid}};
    const json::object header = {{"protected", json::object{{"alg", "ES256"}, {"kid", kid}}}};
    ASSERT_TRUE(write_file(file + ".template", bytes_of(canonical_json(make))));
    ASSERT_TRUE(write_file(file + ".header", bytes_of(canonical_json(header))));
    const auto made = test_support::run_command("jose jwk gen -i " + file + ".template -o " + file +
                                                ".jwk && jose jwk pub -i " + file + ".jwk -o " + file +
                                                ".pub && jose jws sig -I " + dir + "/payload -s " + file +
                                                ".header -k " + file + ".jwk -o " + file + ".jws");
    ASSERT_EQ(made.exit_code, 0) << made.output;
    json::object jwk = parse_json_object(read_text_file(file + ".pub").value()).value();
    keys.push_back(
        json::object{{"kid", kid},
                     {"alg", "ES256"},
                     {"jwk", json::object{{"kty", "EC"}, {"crv", "P-256"}, {"x", jwk["x"]}, {"y", jwk["y"]}}},
                     {"person", person},
                     {"roles", json::array{"approver"}},
                     {"valid_from", "2026-01-01T00:00:00Z"},
                     {"valid_to", "2027-01-01T00:00:00Z"}});
  }
  // The tool writes the flattened form; two of them over one payload are one general JWS.
  json::array signatures;
  json::value payload;
  for (const char* person : {"/lan.jws", "/minh.jws"}) {
    const json::object one = parse_json_object(read_text_file(dir + person).value()).value();
    payload = one.at("payload");
    signatures.push_back(
        json::object{{"protected", one.at("protected")}, {"signature", one.at("signature")}});
  }
  json::object jws = {{"payload", payload}, {"signatures", signatures}};
  json::object policy_json = people().policy_json();
  policy_json["keys"] = keys;
  const auto jose_policy = parse_policy(canonical_json(policy_json));
  ASSERT_TRUE(jose_policy) << jose_policy.error().message;
  const auto statement = verify_statement(jws, jose_policy.value(), now());
  ASSERT_TRUE(statement) << statement.error().code << statement.error().message;
  EXPECT_EQ(statement.value().people, (std::set<std::string>{"lan", "minh"}));
  jws["signatures"].get_array()[1] = jws["signatures"].get_array()[0];
  EXPECT_EQ(code_of(verify_statement(jws, jose_policy.value(), now())), "statement.too_few_people");
}

Statement approval(const json::object& payload) {
  return verify(payload).value();
}

TEST(DifferentPeople, DecideWhereThePolicyAsksForThem) {
  EXPECT_TRUE(check_different_people({"binh", "chi"}, {"anna", "dung"}));
  EXPECT_EQ(check_different_people({"anna", "binh"}, {"anna", "dung"}).error().code, "statement.same_person");
}

TEST(Approval, MatchesTheDocumentItWasSignedFor) {
  EXPECT_TRUE(match_approval(approval(approval_payload(citizen(), "commitment")), citizen(), "commitment"));
  JobDocument remake = citizen();
  remake.kind = JobKind::remake;
  remake.replaces = "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a0ff";
  EXPECT_TRUE(match_approval(approval(approval_payload(remake, "c")), remake, "c"));
}

TEST(Approval, RefusesADocumentThatDiffersInOneMember) {
  const auto mismatch = [](const char* member, const json::value& value) {
    json::object payload = approval_payload(citizen(), "commitment");
    payload[member] = value;
    const auto status = match_approval(approval(payload), citizen(), "commitment");
    EXPECT_EQ(code_of(status), "approval.mismatch") << member;
    EXPECT_EQ(field_of(status), std::string("/") + member);
  };
  mismatch("job", "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a002");
  mismatch("kind", "first");
  mismatch("product", "utopia-id");
  mismatch("replaces", "0b9dbf5c-91c1-4c0b-9c8e-6a5cb9a8a002");
  mismatch("replaces", 1);
  mismatch("not_after", "2026-12-25T08:00:00Z");
  json::object destroy = destroy_payload();
  EXPECT_EQ(field_of(match_approval(approval(destroy), citizen(), "commitment")), "/statement");
}

TEST(Approval, RefusesAnotherCommitment) {
  const Statement signed_one = approval(approval_payload(citizen(), "commitment"));
  EXPECT_EQ(code_of(match_approval(signed_one, citizen(), "other")), "approval.commitment");
  json::object payload = approval_payload(citizen(), "commitment");
  payload.erase("document");
  EXPECT_EQ(code_of(match_approval(approval(payload), citizen(), "commitment")), "approval.commitment");
}

}  // namespace
}  // namespace imprimatur::job
