#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::new_job;
using test_support::uuid_of;

class LedgerJobs : public test_support::LedgerBench {
 protected:
  job::JobState state_of(int number) { return ledger->job(uuid_of(number)).value().state; }
  Result<Received> offer(const NewJob& job) {
    return in_group([&] { return ledger->receive_job(job); });
  }
};

TEST_F(LedgerJobs, AnswerTheSameJobAgainWithTheSameAnswer) {
  EXPECT_FALSE(offer(new_job(1)).value().already);
  const Sequence size = ledger->journal_size();
  const auto again = offer(new_job(1)).value();
  EXPECT_TRUE(again.already);
  EXPECT_EQ(again.state, job::JobState::ready);
  EXPECT_EQ(ledger->journal_size(), size);
  NewJob other = new_job(1);
  other.envelope_digest = "other";
  EXPECT_EQ(offer(other).error().code, "ledger.conflict");
  EXPECT_EQ(ledger->journal_size(), size);
}

TEST_F(LedgerJobs, StoreARefusedJobWithItsFindingsButWithoutPersonalData) {
  NewJob job = new_job(1);
  job.findings = {{"check.photo_size", "/images/face", "too small", job::Severity::blocks},
                  {"check.age", "/holder/birth_date", "unusual", job::Severity::warns}};
  EXPECT_EQ(offer(job).value().state, job::JobState::refused);
  EXPECT_EQ(types_from(1), (std::vector<std::string>{"statement.accepted", "job.refused"}));
  const auto again = offer(job).value();
  ASSERT_EQ(again.findings.size(), 2U);
  EXPECT_EQ(again.findings[0].code, "check.photo_size");
  EXPECT_EQ(again.findings[0].severity, job::Severity::blocks);
  EXPECT_EQ(again.findings[1].field, "/holder/birth_date");
  EXPECT_EQ(again.findings[1].severity, job::Severity::warns);
  EXPECT_EQ(ledger->personal(uuid_of(1)).error().code, "ledger.erased");
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"utopia-id"}); }).value());
}

TEST_F(LedgerJobs, TakeAWarningAsNoHindrance) {
  NewJob job = new_job(1);
  job.findings = {{"check.age", "/holder/birth_date", "unusual", job::Severity::warns}};
  EXPECT_EQ(offer(job).value().state, job::JobState::ready);
}

TEST_F(LedgerJobs, RefuseAnApprovalThatIsReplayedWithOtherContent) {
  receive(new_job(1));
  NewJob other = new_job(2);
  other.approval_id = new_job(1).approval_id;
  EXPECT_EQ(offer(other).error().code, "statement.replayed");
  EXPECT_EQ(ledger->job(uuid_of(2)).error().code, "ledger.no_job");
}

TEST_F(LedgerJobs, AllowOneLiveCardAHolderUnlessReplacesNamesIt) {
  receive(new_job(1));
  const auto same_holder = [](int number, std::string replaces) {
    NewJob job = new_job(number);
    job.document.holder = new_job(1).document.holder;
    job.document.replaces = std::move(replaces);
    return job;
  };
  const auto second = offer(same_holder(2, "")).value();
  EXPECT_EQ(second.state, job::JobState::refused);
  EXPECT_EQ(second.findings.back().code, "check.live_card");
  EXPECT_EQ(offer(same_holder(3, uuid_of(99))).value().state, job::JobState::refused);
  EXPECT_EQ(offer(same_holder(4, uuid_of(1))).value().state, job::JobState::ready);
  EXPECT_EQ(offer(same_holder(5, uuid_of(1))).value().state, job::JobState::refused) << "4 is live";
  EXPECT_EQ(offer(same_holder(6, uuid_of(4))).value().state, job::JobState::ready) << "1 was replaced before";
  NewJob other_product = same_holder(7, "");
  other_product.document.product = "vn-citizen";
  EXPECT_EQ(offer(other_product).value().state, job::JobState::ready);
  ASSERT_TRUE(in_group([&] { return ledger->cancel(uuid_of(6), {"op-1", "operator"}); }));
  EXPECT_EQ(offer(same_holder(8, uuid_of(4))).value().state, job::JobState::ready)
      << "a cancelled job is no card";
}

TEST_F(LedgerJobs, AreHeldReleasedAndCancelledOnlyAsTheTableSays) {
  receive(new_job(1));
  const Actor actor{"op-7", "operator"};
  const auto do_it = [&](Status (Ledger::*act)(std::string_view, const Actor&)) {
    return in_group([&] { return (ledger.get()->*act)(uuid_of(1), actor); });
  };
  EXPECT_EQ(do_it(&Ledger::release).error().code, "ledger.state");
  EXPECT_TRUE(do_it(&Ledger::hold));
  EXPECT_EQ(state_of(1), job::JobState::held);
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"utopia-id"}); }).value());
  EXPECT_TRUE(do_it(&Ledger::release));
  EXPECT_TRUE(do_it(&Ledger::cancel));
  EXPECT_EQ(do_it(&Ledger::hold).error().code, "ledger.state");
  EXPECT_EQ(types_from(3), (std::vector<std::string>{"job.held", "job.released", "job.cancelled"}));
  const auto last = journal().back();
  EXPECT_EQ(last.at("data").as_object().at("actor").as_object().at("name").as_string(), "op-7");
  EXPECT_EQ(last.at("subject").as_string(), uuid_of(1));
  EXPECT_EQ(in_group([&] { return ledger->hold(uuid_of(9), actor); }).error().code, "ledger.no_job");
}

TEST_F(LedgerJobs, AreClaimedByPriorityThenByReception) {
  for (int i = 1; i <= 3; ++i) {
    NewJob job = new_job(i);
    job.document.priority = i == 3 ? 5 : 1;
    receive(job);
  }
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"vn-citizen"}); }).value());
  EXPECT_EQ(claim().job, uuid_of(3));
  EXPECT_EQ(claim().job, uuid_of(1));
  EXPECT_EQ(claim().job, uuid_of(2));
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"utopia-id"}); }).value());
}

TEST_F(LedgerJobs, GiveEveryClaimAHigherFence) {
  receive(new_job(1));
  const auto first = claim();
  EXPECT_EQ(first.fence, 1);
  ASSERT_TRUE(in_group([&] { return ledger->release_claim(first); }));
  EXPECT_EQ(state_of(1), job::JobState::ready);
  const auto second = claim();
  EXPECT_EQ(second.fence, 2);
  EXPECT_EQ(in_group([&] { return ledger->release_claim(first); }).error().code, "ledger.stale_fence");
  reopen();
  EXPECT_EQ(in_group([&] { return ledger->release_all_claims(); }).value(), 1);
  EXPECT_EQ(claim().fence, 3);
}

TEST_F(LedgerJobs, AreListedByCursorAndCounted) {
  for (int i = 1; i <= 5; ++i) receive(new_job(i));
  ASSERT_TRUE(in_group([&] { return ledger->hold(uuid_of(2), {"op-1", "operator"}); }));
  const auto first = reader()->jobs({.state = {}, .after_row = 0, .limit = 3}).value();
  ASSERT_EQ(first.size(), 3U);
  const auto rest = reader()->jobs({.state = {}, .after_row = first.back().row, .limit = 3}).value();
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest.front().id, uuid_of(4));
  EXPECT_EQ(reader()->jobs({.state = job::JobState::held, .after_row = 0, .limit = 9}).value().size(), 1U);
  EXPECT_EQ(reader()->counts().value().by_state.at(job::JobState::ready), 4);
  const auto units = reader()->units().value();
  ASSERT_EQ(units.size(), 2U);
  EXPECT_EQ(units[0].received + units[1].received, 5);
}

}  // namespace
}  // namespace imprimatur::ledger
