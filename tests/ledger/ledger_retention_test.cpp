// Personal data live as short as the configuration says, and a backup dies with its day key.
#include <fstream>

#include "base/files.hpp"
#include "ledger/backup.hpp"
#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using std::chrono::hours;
using test_support::new_job;
using test_support::uuid_of;

constexpr int kManyJobs = 1000;

class LedgerRetention : public test_support::LedgerBench {
 protected:
  int erase(int issued_hours, int other_hours) {
    const Retention retention{clock.time - hours(issued_hours), clock.time - hours(other_hours)};
    const auto erased = in_group([&] { return ledger->erase_due(retention, 5000); });
    EXPECT_TRUE(erased) << erased.error().message;
    return erased ? erased.value() : -1;
  }
  bool is_kept(int number) { return ledger->personal(uuid_of(number)).has_value(); }
  Ledger::AttemptKey issue(int number) {
    receive(new_job(number));
    const auto key = begin(number);
    steps_to_verified(key);
    EXPECT_TRUE(in_group([&] { return ledger->finish_good(key); }));
    return key;
  }
  // Every file in the folder but those under `evidence`, side by side.
  std::string all_bytes() const {
    std::string all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.is_regular_file()) all += imprimatur::text_of(read_file(entry.path()).value());
    }
    return all;
  }
  void expect_no_mark(const char* when) const {
    const std::string all = all_bytes();
    EXPECT_NE(all.find(uuid_of(1)), std::string::npos) << "the search looks at the right files";
    for (const std::string& mark :
         {std::string(test_support::kMarkedName), std::string(test_support::kMarkedNumber),
          to_base64(bytes_of(std::string("JPEG-") + test_support::kMarkedName))}) {
      EXPECT_EQ(all.find(mark), std::string::npos) << when << ": " << mark;
    }
  }
};

TEST_F(LedgerRetention, ErasesIssuedCardsAfterTheirHours) {
  stock(1, 2);
  issue(1);
  clock.time += hours(10);
  issue(2);
  clock.time += hours(10);
  EXPECT_EQ(erase(24, 720), 0);
  EXPECT_EQ(erase(15, 720), 1);
  EXPECT_FALSE(is_kept(1));
  EXPECT_TRUE(is_kept(2));
  EXPECT_EQ(types_from(0).back(), "data.erased");
  EXPECT_EQ(erase(15, 720), 0) << "once";
}

TEST_F(LedgerRetention, ErasesEverythingElseThatEndedOrGotStuckAtItsLimit) {
  stock(1, 3);
  receive(new_job(1));  // failed: its card went missing
  const auto lost = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->doubt(lost, "where is it?"); }));
  receive(new_job(2));  // stays in doubt
  const auto doubted = begin(2);
  ASSERT_TRUE(in_group([&] { return ledger->doubt(doubted, "where is it?"); }));
  receive(new_job(3));
  ASSERT_TRUE(in_group([&] { return ledger->cancel(uuid_of(3), {}); }));
  receive(new_job(4));
  ASSERT_TRUE(in_group([&] { return ledger->hold(uuid_of(4), {}); }));
  receive(new_job(5));
  const auto accepted = in_group([&] {
    return ledger->accept_statement({uuid_of(77), "d", {{"payload", "x"}, {"signatures", json::array{}}}},
                                    {});
  });
  ASSERT_TRUE(in_group(
      [&] { return ledger->resolve(lost.attempt, Resolution::missing, accepted.value().sequence, 2, {}); }));
  clock.time += hours(721);
  EXPECT_EQ(erase(24, 720), 3) << "failed, cancelled, in doubt; the approvals of 4 and 5 are good";
  EXPECT_TRUE(is_kept(4));
  EXPECT_TRUE(is_kept(5));
  clock.time = parse_rfc3339("2027-03-01T00:00:00Z").value();  // the approvals have run out
  EXPECT_EQ(erase(24, 720), 2);
  EXPECT_EQ(ledger->job(uuid_of(4)).value().state, job::JobState::cancelled);
  EXPECT_EQ(ledger->job(uuid_of(5)).value().state, job::JobState::cancelled);
  EXPECT_EQ(ledger->job(uuid_of(2)).value().state, job::JobState::in_doubt);
  // Nothing can be made of it any more: resolved as spoiled it fails, whatever the remake limit.
  ASSERT_TRUE(in_group([&] {
    return ledger->resolve(doubted.attempt, Resolution::spoiled, accepted.value().sequence, 2, {});
  }));
  EXPECT_EQ(ledger->job(uuid_of(2)).value().state, job::JobState::failed);
  EXPECT_EQ(journal().back().at("data").as_object().at("reason").as_string(), "data_erased");
}

TEST_F(LedgerRetention, ErasesNothingByAClockThatWentBack) {
  stock(1, 1);
  issue(1);
  clock.time += hours(100);
  receive(new_job(2));
  clock.time -= hours(50);
  EXPECT_EQ(erase(1, 1), 0);
}

TEST_F(LedgerRetention, AThousandMarkedJobsLeaveNoMarkInAnyFileAtAnyTime) {
  stock(1, kManyJobs);
  std::vector<Ledger::AttemptKey> keys;
  ASSERT_TRUE(ledger->begin_group());
  for (int i = 1; i <= kManyJobs; ++i) {
    ASSERT_TRUE(ledger->receive_job(new_job(i)));
    if (i % 100 != 0) continue;
    ASSERT_TRUE(ledger->commit_group());
    expect_no_mark("while jobs come in");
    ASSERT_TRUE(ledger->begin_group());
  }
  for (int i = 1; i <= kManyJobs; ++i) {
    const auto claimed = ledger->claim_next({"utopia-id"}).value();
    const auto attempt = ledger->begin_blank(begin_of(*claimed, i));
    const Ledger::AttemptKey key{attempt.value().id, claimed->fence};
    using enum job::AttemptState;
    for (const auto state : {chip_written, chip_verified, sent, out, verified})
      ASSERT_TRUE(ledger->record_step(key, state, test_support::step_evidence(state)));
    ASSERT_TRUE(ledger->finish_good(key));
  }
  ASSERT_TRUE(ledger->commit_group());
  expect_no_mark("when all are issued");
  clock.time += hours(25);
  EXPECT_EQ(erase(24, 720), kManyJobs);
  EXPECT_EQ(ledger->destroy_day_keys().value(), 1);
  expect_no_mark("when all are erased");
  EXPECT_FALSE(vault.has_key("day-2026-11-24").value());
}

TEST_F(LedgerRetention, ABackupThatWasMadeBeforeTheErasureNoLongerDecrypts) {
  stock(1, 1);
  issue(1);
  const auto copy = folder / "copy.sqlite";
  ASSERT_TRUE(back_up(file, copy));
  {  // as it is, the backup opens
    auto backup = Ledger::open(copy, test_support::kIdentity, {clock, random, vault});
    ASSERT_TRUE(backup);
    EXPECT_EQ(backup.value()->personal(uuid_of(1)).value().document_text, new_job(1).document_text);
  }
  clock.time += hours(25);
  EXPECT_EQ(erase(24, 720), 1);
  ASSERT_EQ(ledger->destroy_day_keys().value(), 1);
  auto backup = Ledger::open(copy, test_support::kIdentity, {clock, random, vault});
  ASSERT_TRUE(backup);
  EXPECT_EQ(backup.value()->personal(uuid_of(1)).error().code, "vault.no_key");
  // What was approved is provable from the journal alone: the statement is there whole.
  const auto approval = journal().at(ledger->job(uuid_of(1)).value().approval);
  EXPECT_EQ(approval.at("data").as_object().at("jws").as_object(), new_job(1).approval);
}

}  // namespace
}  // namespace imprimatur::ledger
