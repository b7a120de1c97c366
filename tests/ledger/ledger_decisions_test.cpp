#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::new_job;
using test_support::serial_of;
using test_support::uuid_of;

const Actor kClerk{"clerk-1", "supervisor"};

class LedgerDecisions : public test_support::LedgerBench {
 protected:
  SignedStatement statement(int number) const {
    return {uuid_of(800000 + number),
            "digest-" + std::to_string(number),
            {{"payload", "cGF5bG9hZA"}, {"signatures", json::array{}}}};
  }
  Result<AcceptedStatement> enact(int number, const Decision& decision) {
    return in_group([&] { return ledger->enact(statement(number), decision, kClerk); });
  }
  Ledger::AttemptKey issue(int number) {
    receive(new_job(number));
    const auto key = begin(number);
    steps_to_verified(key);
    EXPECT_TRUE(in_group([&] { return ledger->finish_good(key); }));
    return key;
  }
  Ledger::AttemptKey doubted(int number, bool printed) {
    receive(new_job(number));
    const auto key = begin(number);
    step(key, job::AttemptState::chip_written);
    step(key, job::AttemptState::chip_verified);
    if (printed) {
      EXPECT_TRUE(in_group([&] {
        return ledger->bind_print(key, {number, "urn:uuid:" + uuid_of(number), "printer-1"},
                                  test_support::print_evidence("urn:uuid:" + uuid_of(number)));
      }));
    }
    EXPECT_TRUE(in_group([&] { return ledger->doubt(key, "a question"); }));
    return key;
  }
  std::int64_t at(StockPlace place) const {
    const auto counts = reader()->stock().value().at(test_support::kClass);
    const auto found = counts.find(place);
    return found == counts.end() ? 0 : found->second;
  }
  void expect_balanced() const {
    for (const auto& balance : balances()) EXPECT_EQ(balance.difference(), 0);
  }
};

TEST_F(LedgerDecisions, TakeEffectTogetherWithTheirStatementOrNotAtAll) {
  stock(1, 1);
  const auto key = doubted(1, true);
  const auto before = journal().size();
  // Not verified now: neither the statement nor its effect is there.
  EXPECT_EQ(enact(1, ResolveCard{key.attempt, Resolution::good, 2, {}}).error().code, "resolve.not_verified");
  EXPECT_EQ(journal().size(), before);
  EXPECT_EQ(ledger->attempt(key.attempt).value().state, job::AttemptState::in_doubt);
  ASSERT_TRUE(enact(1, ResolveCard{key.attempt, Resolution::good, 2, {{"apdus", 80}}}));
  EXPECT_EQ(types_from(before),
            (std::vector<std::string>{"statement.accepted", "attempt.good", "job.issued"}));
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::issued);
  EXPECT_EQ(at(StockPlace::good_on_hand), 1);
  EXPECT_TRUE(ledger->attempt(key.attempt).value().evidence.contains("resolved"));
}

TEST_F(LedgerDecisions, MakeNoCardGoodThatWasNeverPrinted) {
  stock(1, 1);
  const auto key = doubted(1, false);
  EXPECT_EQ(enact(1, ResolveCard{key.attempt, Resolution::good, 2, {{"apdus", 80}}}).error().code,
            "resolve.not_printed");
  EXPECT_TRUE(enact(1, ResolveCard{key.attempt, Resolution::spoiled, 2, {}}));
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::ready);
}

TEST_F(LedgerDecisions, DoNothingTwiceAndNothingOtherUnderOneId) {
  stock(1, 1);
  const auto before = journal().size();
  const auto key = doubted(1, true);
  ASSERT_TRUE(enact(1, ResolveCard{key.attempt, Resolution::missing, 2, {}}));
  const auto told = types_from(before);
  EXPECT_EQ(told.at(told.size() - 4), "attempt.in_doubt");
  EXPECT_EQ(told.at(told.size() - 2), "attempt.missing");
  EXPECT_EQ(told.back(), "job.failed");
  const auto size = journal().size();
  EXPECT_TRUE(enact(1, ResolveCard{key.attempt, Resolution::missing, 2, {}}).value().already);
  EXPECT_EQ(journal().size(), size);
  SignedStatement other = statement(1);
  other.digest = "another";
  EXPECT_EQ(in_group([&] {
              return ledger->enact(other, RecallCard{uuid_of(1), false}, kClerk);
            })
                .error()
                .code,
            "statement.replayed");
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::failed);
  EXPECT_EQ(at(StockPlace::missing), 1);
  expect_balanced();
}

TEST_F(LedgerDecisions, DestroyByserialWhatMayBeDestroyed) {
  stock(1, 4);
  const auto key = issue(1);
  EXPECT_EQ(enact(1, DestroyBlanks{{serial_of(1)}}).error().code, "ledger.state") << "it is a good card";
  EXPECT_EQ(at(StockPlace::good_on_hand), 1);
  const auto before = journal().size();
  ASSERT_TRUE(enact(2, DestroyBlanks{{serial_of(2), serial_of(3)}}));
  EXPECT_EQ(types_from(before), (std::vector<std::string>{"statement.accepted", "stock.destroyed"}));
  const auto data = journal().back().at("data").as_object();
  EXPECT_EQ(data.at("serials"), (json::array{"B000002..B000003"}));
  EXPECT_EQ(data.at("statement").as_int64(), static_cast<std::int64_t>(before));
  EXPECT_EQ(enact(3, DestroyBlanks{{serial_of(2)}}).error().code, "stock.place") << "twice";
  EXPECT_EQ(enact(4, DestroyBlanks{{"X9"}}).error().code, "ledger.blank_unknown");
  EXPECT_EQ(at(StockPlace::destroyed), 2);
  expect_balanced();
}

TEST_F(LedgerDecisions, RecallAGoodCardAndThenDestroyIt) {
  stock(1, 1);
  issue(1);
  ASSERT_TRUE(enact(1, RecallCard{uuid_of(1), false}));
  EXPECT_EQ(types_from(0).back(), "card.recalled");
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::recalled);
  const auto before = journal().size();
  ASSERT_TRUE(enact(2, DestroyBlanks{{serial_of(1)}}));
  EXPECT_EQ(types_from(before),
            (std::vector<std::string>{"statement.accepted", "card.destroyed", "stock.destroyed"}));
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::destroyed);
  EXPECT_EQ(at(StockPlace::destroyed), 1);
  expect_balanced();
}

TEST_F(LedgerDecisions, LoseADeliveredCard) {
  stock(1, 1);
  issue(1);
  ASSERT_TRUE(in_group([&] { return ledger->deliver(uuid_of(1), kClerk); }));
  EXPECT_EQ(types_from(0).back(), "card.delivered");
  EXPECT_EQ(at(StockPlace::delivered), 1);
  EXPECT_EQ(in_group([&] { return ledger->deliver(uuid_of(1), kClerk); }).error().code, "ledger.state");
  ASSERT_TRUE(enact(1, RecallCard{uuid_of(1), true}));
  EXPECT_EQ(types_from(0).back(), "card.missing");
  EXPECT_EQ(at(StockPlace::missing), 1);
  expect_balanced();
}

TEST_F(LedgerDecisions, KeepsProposalsOverARestart) {
  const Proposal proposal{uuid_of(1), "{\"statement\":\"destroy\"}", {}, clock.time, "clerk-1"};
  ASSERT_TRUE(in_group([&] { return ledger->keep_proposal(proposal); }));
  Proposal signed_once = proposal;
  signed_once.signatures.push_back(json::object{{"protected", "a"}, {"signature", "b"}});
  ASSERT_TRUE(in_group([&] { return ledger->keep_proposal(signed_once); }));
  reopen();
  const auto kept = ledger->proposal(uuid_of(1));
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept.value().payload, proposal.payload);
  EXPECT_EQ(kept.value().signatures, signed_once.signatures);
  EXPECT_EQ(kept.value().not_after, clock.time);
  EXPECT_EQ(ledger->proposals().value().size(), 1U);
  ASSERT_TRUE(in_group([&] { return ledger->drop_proposal(uuid_of(1)); }));
  EXPECT_EQ(ledger->proposal(uuid_of(1)).error().code, "ledger.no_proposal");
}

TEST_F(LedgerDecisions, AHolderNeverHasTwoLiveCardsUnlessTheNewOneNamesTheOld) {
  stock(1, 3);
  issue(1);
  const auto second = [&](int number, const std::string& replaces) {
    NewJob job = new_job(1);
    job.document.id = uuid_of(number);
    job.document.replaces = replaces;
    job.envelope_digest = test_support::digest_of("second " + std::to_string(number));
    job.approval_id = uuid_of(900000 + number);
    return in_group([&] { return ledger->receive_job(job); }).value().state;
  };
  EXPECT_EQ(second(2, ""), job::JobState::refused);
  EXPECT_EQ(second(3, uuid_of(1)), job::JobState::ready);
  EXPECT_EQ(second(4, uuid_of(1)), job::JobState::refused) << "a second heir of the same card";
  ASSERT_TRUE(enact(1, RecallCard{uuid_of(1), false}));
  EXPECT_EQ(second(5, ""), job::JobState::refused) << "job 3 is live";
}

TEST_F(LedgerDecisions, NobodyReplacesTheCardOfAnotherHolder) {
  stock(1, 1);
  issue(1);
  NewJob job = new_job(2);
  job.document.replaces = uuid_of(1);
  const auto received = in_group([&] { return ledger->receive_job(job); });
  EXPECT_EQ(received.value().state, job::JobState::refused);
  EXPECT_EQ(received.value().findings.at(0).code, "check.replaces_other");
  NewJob of_another_station = new_job(3);
  of_another_station.document.replaces = uuid_of(77);
  EXPECT_EQ(in_group([&] { return ledger->receive_job(of_another_station); }).value().state,
            job::JobState::ready);
}

TEST_F(LedgerDecisions, ASpoiledCardOfARemakeKeepsTheApproval) {
  stock(1, 3);
  receive(new_job(1));
  const auto approval = ledger->job(uuid_of(1)).value().approval;
  for (int blank = 1; blank <= 3; ++blank) {
    const auto key = begin(blank);
    EXPECT_EQ(in_group([&] { return ledger->finish_spoiled(key, "chip.write", 2); }).has_value(), true);
    EXPECT_EQ(ledger->job(uuid_of(1)).value().approval, approval);
    EXPECT_EQ(ledger->job(uuid_of(1)).value().state,
              blank == 3 ? job::JobState::failed : job::JobState::ready);
    EXPECT_EQ(in_group([&] { return ledger->finish_good(key); }).error().code, "ledger.state");
  }
  EXPECT_EQ(reader()->spoil_reasons().value().at("chip.write"), 3);
  EXPECT_EQ(at(StockPlace::spoiled), 3);
  expect_balanced();
}

TEST_F(LedgerDecisions, ALateResultOfAnOldFenceIsToldToDestroyTheCard) {
  stock(1, 2);
  receive(new_job(1));
  const auto old = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(old, "chip.write", 2); }));
  const auto now = begin(2);
  const auto late = in_group([&] { return ledger->finish_good(old); });
  EXPECT_EQ(late.error().code, "ledger.stale_fence");
  EXPECT_NE(late.error().remedy.find("Destroy this card"), std::string::npos);
  EXPECT_EQ(ledger->attempt(now.attempt).value().state, job::AttemptState::begun);
}

}  // namespace
}  // namespace imprimatur::ledger
