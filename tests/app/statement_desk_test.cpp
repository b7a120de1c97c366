#include "app/statement_desk.hpp"

#include "crypto/jws.hpp"
#include "tests/job/job_fixture.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::app {
namespace {

using test_support::new_job;
using test_support::serial_of;
using test_support::uuid_of;

const ledger::Actor kClerk{"clerk-1", "operator"};

const job::People& people() {
  static const job::People all;
  return all;
}

// The people of the job's tests, with what two of them may decide here.
job::Policy policy_with(const json::object& resolve) {
  json::object text = people().policy_json();
  json::object statements = text.at("statements").as_object();
  statements["resolve"] = resolve;
  statements["write_off"] = json::object{{"role", "approver"}, {"people", 2}};
  statements["recall"] = json::object{{"role", "approver"}, {"people", 2}};
  text["statements"] = std::move(statements);
  return job::parse_policy(canonical_json(text)).value();
}

class StatementDeskTest : public test_support::LedgerBench {
 protected:
  void SetUp() override {
    LedgerBench::SetUp();
    policy = policy_with({{"role", "approver"}, {"people", 2}});
    stock(1, 4);
  }
  StatementDesk desk() { return StatementDesk({policy, products, *ledger, clock, random}); }
  Result<json::object> propose(const json::object& request) {
    return in_group([&] { return desk().propose(request, kClerk); });
  }
  Result<StatementDesk::Collected> sign(const json::object& proposal, const std::vector<std::string>& kids) {
    return hand_in(people().sign(std::string(proposal.at("payload").as_string()), kids));
  }
  Result<StatementDesk::Collected> hand_in(const json::object& jws) {
    return in_group([&] { return desk().collect(jws, kClerk); });
  }
  Result<json::object> enact(const json::object& proposal, const json::object& evidence = {}) {
    return in_group(
        [&] { return desk().enact(std::string(proposal.at("id").as_string()), evidence, kClerk); });
  }
  json::object destroy_one(int blank) {
    return propose({{"statement", "destroy"},
                    {"reason", "scratched"},
                    {"serials", json::array{serial_of(blank)}}})
        .value();
  }
  ledger::Ledger::AttemptKey doubted(int number) {
    ledger::NewJob job = new_job(number);
    job.approval = people().sign("{}", {"an-1", "binh-1"});
    receive(job);
    const auto key = begin(number);
    step(key, job::AttemptState::chip_written);
    step(key, job::AttemptState::chip_verified);
    EXPECT_TRUE(in_group([&] {
      return ledger->bind_print(key, {number, "urn:uuid:" + uuid_of(number), "printer-1"},
                                test_support::print_evidence("urn:uuid:" + uuid_of(number)));
    }));
    EXPECT_TRUE(in_group([&] { return ledger->doubt(key, "a question"); }));
    return key;
  }
  json::object resolve(const std::string& about, const std::string& outcome,
                       const std::string& scanned = "") {
    json::object request{
        {"statement", "resolve"}, {"reason", "looked at it"}, {"about", about}, {"outcome", outcome}};
    if (!scanned.empty()) request["scanned"] = scanned;
    return request;
  }

  job::Policy policy;
  std::map<std::string, job::Product> products;
};

TEST_F(StatementDeskTest, AnswersExactlyWhatIsToBeSignedWithTheHashOfTheEvidence) {
  const auto shown = destroy_one(1);
  const auto payload = parse_json_object(std::string(shown.at("payload").as_string())).value();
  EXPECT_EQ(payload.at("statement").as_string(), "destroy");
  EXPECT_EQ(payload.at("serials"), (json::array{serial_of(1)}));
  EXPECT_EQ(payload.at("not_after").as_string(), "2026-11-24T16:00:00.000Z") << "eight hours";
  EXPECT_EQ(payload.at("evidence").as_string(),
            to_base64url(crypto::sha256(bytes_of(canonical_json(shown.at("evidence"))))));
  EXPECT_EQ(shown.at("missing").as_int64(), 2);
}

TEST_F(StatementDeskTest, CollectsSignaturesOverARestartAndThenTakesEffect) {
  const auto shown = destroy_one(1);
  const auto first = sign(shown, {"an-1"});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first.value().complete);
  EXPECT_EQ(first.value().answer.at("missing").as_int64(), 1);
  EXPECT_EQ(first.value().answer.at("people"), (json::array{"an"}));
  reopen();
  EXPECT_EQ(enact(shown).error().code, "statement.too_few_people");
  EXPECT_EQ(ledger->blank(serial_of(1)).value().place, ledger::StockPlace::line);
  ASSERT_TRUE(sign(shown, {"binh-1"}).value().complete);
  const auto effect = enact(shown);
  ASSERT_TRUE(effect) << effect.error().message;
  EXPECT_EQ(effect.value().at("state").as_string(), "in_effect");
  EXPECT_EQ(ledger->blank(serial_of(1)).value().place, ledger::StockPlace::destroyed);
  // The JWS stands in the journal whole: whoever has the policy verifies it from the log alone.
  const auto entry = journal().at(effect.value().at("sequence").to_number<std::size_t>());
  const auto jws = entry.at("data").as_object().at("jws").as_object();
  EXPECT_EQ(job::verify_statement(jws, policy, clock.time).value().people,
            (std::set<std::string>{"an", "binh"}));
  EXPECT_TRUE(in_group([&] { return desk().waiting(); }).value().empty());
}

TEST_F(StatementDeskTest, CountsTwoKeysOfOnePersonOnce) {
  const auto shown = destroy_one(1);
  EXPECT_FALSE(sign(shown, {"an-1", "an-2"}).value().complete);
  EXPECT_FALSE(sign(shown, {"an-1"}).value().complete) << "the same signature again";
}

// ECDSA signatures of one key differ each time: they must not fill the sixteen places that a JWS has.
TEST_F(StatementDeskTest, LetsAPersonSignAgainWithoutCrowdingOutTheOthers) {
  const auto shown = destroy_one(1);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(sign(shown, {"an-1"}).value().complete);
  EXPECT_TRUE(sign(shown, {"binh-1"}).value().complete);
}

TEST_F(StatementDeskTest, RefusesABadSignatureAndKeepsTheGoodOnes) {
  const auto shown = destroy_one(1);
  ASSERT_TRUE(sign(shown, {"an-1"}));
  EXPECT_EQ(sign(shown, {"chi-1"}).error().code, "statement.wrong_role");
  EXPECT_EQ(sign(shown, {"lost-1"}).error().code, "statement.revoked_key");
  EXPECT_EQ(sign(shown, {"duc-1"}).error().code, "statement.unknown_key");
  EXPECT_EQ(types_from(0).back(), "statement.refused");
  EXPECT_EQ(journal().back().at("data").as_object().at("code").as_string(), "statement.unknown_key");
  EXPECT_TRUE(sign(shown, {"binh-1"}).value().complete) << "an's signature is still there";
}

TEST_F(StatementDeskTest, DropsWhatRanOut) {
  const auto shown = destroy_one(1);
  ASSERT_TRUE(sign(shown, {"an-1"}));
  clock.time += std::chrono::hours(8);
  EXPECT_EQ(sign(shown, {"an-1", "binh-1"}).error().code, "statement.expired");
  EXPECT_EQ(sign(shown, {"binh-1"}).error().code, "statement.expired");
  EXPECT_EQ(ledger->blank(serial_of(1)).value().place, ledger::StockPlace::line);
  destroy_one(2);
  clock.time += std::chrono::hours(9);
  EXPECT_TRUE(in_group([&] { return desk().waiting(); }).value().empty());
  EXPECT_EQ(journal().back().at("data").as_object().at("code").as_string(), "statement.expired");
}

TEST_F(StatementDeskTest, DoesNothingWhenTheEvidenceIsNoLongerWhatTheSignersSaw) {
  const auto shown = destroy_one(1);
  ASSERT_TRUE(sign(shown, {"an-1", "binh-1"}).value().complete);
  ASSERT_TRUE(
      in_group([&] { return ledger->move_blanks({serial_of(1)}, ledger::StockPlace::vault, "", kClerk); }));
  EXPECT_EQ(enact(shown).error().code, "statement.evidence_changed");
  EXPECT_EQ(ledger->blank(serial_of(1)).value().place, ledger::StockPlace::vault);
}

TEST_F(StatementDeskTest, JournalsNothingThatNoSignatureCovers) {
  const auto shown = destroy_one(1);
  json::object jws = people().sign(std::string(shown.at("payload").as_string()), {"an-1", "binh-1"});
  jws["note"] = test_support::kMarkedName;
  jws["signatures"].as_array()[0].as_object()["comment"] = test_support::kMarkedName;
  ASSERT_TRUE(hand_in(jws).value().complete);
  ASSERT_TRUE(enact(shown));
  std::string entries;
  for (const auto& entry : stored_entries()) entries += entry.bytes;
  EXPECT_NE(entries.find("statement.accepted"), std::string::npos);
  EXPECT_EQ(entries.find(test_support::kMarkedName), std::string::npos);
}

TEST_F(StatementDeskTest, TakesAStatementThatWasSignedElsewhere) {
  const json::object evidence{
      {"blanks", json::array{json::object{{"place", "line"}, {"serial", serial_of(1)}}}},
      {"places", json::object{{"test-blank line", 1}}}};
  const json::object payload{
      {"about", serial_of(1)}, {"evidence", to_base64url(crypto::sha256(bytes_of(canonical_json(evidence))))},
      {"id", uuid_of(4711)},   {"not_after", "2026-11-25T08:00:00Z"},
      {"reason", "scratched"}, {"serials", json::array{serial_of(1)}},
      {"statement", "destroy"}};
  ASSERT_TRUE(hand_in(people().sign(canonical_json(payload), {"an-1", "binh-1"})).value().complete);
  EXPECT_TRUE(enact({{"id", uuid_of(4711)}}));
  json::object other = payload;
  other["serials"] = json::array{serial_of(2)};
  const auto replay = hand_in(people().sign(canonical_json(other), {"an-1", "binh-1"}));
  const std::string code = replay ? enact({{"id", uuid_of(4711)}}).error().code : replay.error().code;
  EXPECT_TRUE(code == "statement.replayed" || code == "statement.evidence_changed") << code;
  EXPECT_EQ(ledger->blank(serial_of(2)).value().place, ledger::StockPlace::line);
}

TEST_F(StatementDeskTest, MakesACardGoodOnlyWithAVerificationNow) {
  const auto key = doubted(1);
  const auto shown = propose(resolve(key.attempt, "good")).value();
  const auto signed_by_two = sign(shown, {"an-1", "binh-1"});
  EXPECT_EQ(signed_by_two.value().to_verify, key.attempt);
  EXPECT_EQ(enact(shown).error().code, "resolve.not_verified");
  EXPECT_EQ(ledger->attempt(key.attempt).value().state, job::AttemptState::in_doubt);
  EXPECT_TRUE(enact(shown, {{"apdus", 80}}));
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::issued);
}

TEST_F(StatementDeskTest, CallsACardSpoiledOnlyWhenItsSerialWasScanned) {
  const auto key = doubted(1);
  EXPECT_EQ(propose(resolve(key.attempt, "spoiled")).error().code, "resolve.not_scanned");
  EXPECT_EQ(propose(resolve(key.attempt, "spoiled", serial_of(2))).error().code, "resolve.not_scanned");
  const auto shown = propose(resolve(serial_of(1), "spoiled", serial_of(1))).value();
  ASSERT_TRUE(sign(shown, {"an-1", "binh-1"}).value().complete);
  ASSERT_TRUE(enact(shown));
  EXPECT_EQ(ledger->attempt(key.attempt).value().state, job::AttemptState::spoiled);
  EXPECT_EQ(propose(resolve(key.attempt, "missing")).error().code, "ledger.state") << "decided already";
}

// Made elsewhere: signed well, by two, with the evidence as it is; and with the serial of no card, or of
// another.
TEST_F(StatementDeskTest, TakesNoForeignWordForACardThatWasNotScanned) {
  const auto key = doubted(1);
  const auto evidence =
      std::string(parse_json_object(
                      std::string(propose(resolve(key.attempt, "missing")).value().at("payload").as_string()))
                      .value()
                      .at("evidence")
                      .as_string());
  int number = 4711;
  const auto hand_in_spoiled = [&](const std::string& blank, const std::string& scanned) {
    const json::object payload{{"about", key.attempt},
                               {"blank", blank},
                               {"evidence", evidence},
                               {"id", uuid_of(++number)},
                               {"not_after", "2026-11-25T08:00:00Z"},
                               {"outcome", "spoiled"},
                               {"reason", "looked at it"},
                               {"scanned", scanned},
                               {"statement", "resolve"}};
    return hand_in(people().sign(canonical_json(payload), {"an-1", "binh-1"}));
  };
  EXPECT_EQ(hand_in_spoiled(serial_of(1), "").error().code, "resolve.not_scanned");
  EXPECT_EQ(hand_in_spoiled(serial_of(2), serial_of(2)).error().code, "resolve.not_scanned");
  EXPECT_TRUE(hand_in_spoiled(serial_of(1), serial_of(1)).value().complete);
  EXPECT_TRUE(enact({{"id", uuid_of(number)}}));
  EXPECT_EQ(ledger->attempt(key.attempt).value().state, job::AttemptState::spoiled);
}

// What the first has signed is what the others sign: the text that waits is not exchanged for another.
TEST_F(StatementDeskTest, AddsNoSignatureToAnotherTextUnderTheSameId) {
  const auto shown = destroy_one(1);
  ASSERT_TRUE(sign(shown, {"an-1"}));
  auto other = parse_json_object(std::string(shown.at("payload").as_string())).value();
  other["serials"] = json::array{serial_of(2)};
  EXPECT_EQ(hand_in(people().sign(canonical_json(other), {"binh-1"})).error().code, "statement.replayed");
  EXPECT_EQ(in_group([&] { return desk().waiting(); }).value().at(0).as_object().at("payload"),
            shown.at("payload"));
}

TEST_F(StatementDeskTest, LetsNoApproverResolveWhereThePolicySaysSo) {
  policy = policy_with({{"role", "approver"}, {"people", 2}, {"different_from", json::array{"approve"}}});
  const auto key = doubted(1);  // approved by an and binh
  const auto shown = propose(resolve(key.attempt, "missing")).value();
  ASSERT_TRUE(sign(shown, {"an-1", "giang-1"}).value().complete);
  EXPECT_EQ(enact(shown).error().code, "statement.same_person");
  const auto again = propose(resolve(key.attempt, "missing")).value();
  ASSERT_TRUE(sign(again, {"hoa-1", "giang-1"}).value().complete);
  EXPECT_TRUE(enact(again));
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::failed);
}

TEST_F(StatementDeskTest, RefusesProposalsThatSayTooLittle) {
  const auto code = [&](const json::object& request) { return propose(request).error().code; };
  EXPECT_EQ(code({{"statement", "destroy"}, {"serials", json::array{serial_of(1)}}}), "statement.syntax")
      << "no reason";
  EXPECT_EQ(code({{"statement", "destroy"}, {"reason", "scratched"}, {"serials", json::array{}}}),
            "statement.syntax");
  EXPECT_EQ(code({{"statement", "destroy"}, {"reason", "scratched"}, {"serials", json::array{"X9"}}}),
            "ledger.blank_unknown");
  EXPECT_EQ(code({{"statement", "approve"}, {"reason", "anything"}}), "statement.unknown_kind");
  EXPECT_EQ(code({{"statement", "promote"}, {"reason", "anything"}}), "statement.unknown_kind");
  EXPECT_EQ(code({{"statement", "destroy"},
                  {"reason", "scratched"},
                  {"hours", 0},
                  {"serials", json::array{serial_of(1)}}}),
            "statement.syntax");
  EXPECT_EQ(code(resolve("nothing/1", "good")), "ledger.no_attempt");
  EXPECT_EQ(code({{"statement", "recall"}, {"reason", "defective"}, {"about", uuid_of(9)}}), "ledger.no_job");
  EXPECT_EQ(code({{"statement", "write_off"},
                  {"reason", "not found"},
                  {"serials", json::array{serial_of(1)}},
                  {"place", "moon"},
                  {"class", "c"}}),
            "statement.syntax");
}

}  // namespace
}  // namespace imprimatur::app
