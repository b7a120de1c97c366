#include <sqlite3.h>

#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

using job::AttemptState;
using job::JobState;
using test_support::new_job;
using test_support::uuid_of;

class LedgerAttempts : public test_support::LedgerBench {
 protected:
  void SetUp() override {
    LedgerBench::SetUp();
    stock(1, 9);
    receive(new_job(1));
  }
  std::string place_of(int blank) {
    return std::string(text_of(reader()->blank(test_support::serial_of(blank)).value()->place));
  }
  void expect_balance() {
    for (const auto& balance : balances()) {
      EXPECT_EQ(balance.received, 9);
      EXPECT_EQ(balance.difference(), 0);
    }
  }
  JobState state_of(int number) { return ledger->job(uuid_of(number)).value().state; }
  Sequence statement(int number) {
    return in_group([&] {
             return ledger->accept_statement({uuid_of(number),
                                              "digest-" + std::to_string(number),
                                              {{"payload", "cGF5bG9hZA"}, {"signatures", json::array{}}}},
                                             {"sup-1", "supervisor"});
           })
        .value()
        .sequence;
  }
  Status resolve(const Ledger::AttemptKey& key, Resolution resolution, Sequence sequence,
                 int remakes_max = 2) {
    return in_group([&] {
      return ledger->resolve(key.attempt, resolution, sequence, remakes_max, {"sup-1", "supervisor"});
    });
  }
};

TEST_F(LedgerAttempts, MakeAGoodCardAndKeepTheBalanceAtEveryStep) {
  expect_balance();
  const auto key = begin(3);
  EXPECT_EQ(place_of(3), "machine");
  EXPECT_EQ(state_of(1), JobState::in_progress);
  expect_balance();
  ASSERT_TRUE(in_group([&] {
    return ledger->record_intent(key, "write", "reader-1", {{"derivations", 4}, {"profile", "p"}});
  }));
  EXPECT_EQ(in_group([&] { return ledger->finish_good(key); }).error().code, "ledger.state")
      << "not verified";
  using enum AttemptState;
  EXPECT_EQ(in_group([&] { return ledger->record_step(key, out, {}); }).error().code, "ledger.state");
  step(key, chip_written);
  const PrintBinding binding{17, "urn:uuid:1", "printer-1"};
  const auto bind = [&] {
    return in_group(
        [&] { return ledger->bind_print(key, binding, test_support::print_evidence("urn:uuid:1")); });
  };
  EXPECT_EQ(bind().error().code, "ledger.state") << "the chip is not verified";
  step(key, chip_verified);
  ASSERT_TRUE(bind());
  step(key, sent);
  EXPECT_EQ(bind().error().code, "ledger.state") << "it was sent";
  step(key, out);
  step(key, verified);
  EXPECT_EQ(in_group([&] { return ledger->record_step(key, good, {}); }).error().code, "ledger.state")
      << "a step does not end an attempt";
  expect_balance();
  ASSERT_TRUE(in_group([&] { return ledger->finish_good(key); }));
  EXPECT_EQ(place_of(3), "good_on_hand");
  EXPECT_EQ(state_of(1), JobState::issued);
  expect_balance();
  EXPECT_EQ(in_group([&] { return ledger->finish_good(key); }).error().code, "ledger.state");
  reopen();
  const auto attempt = ledger->attempt(key.attempt).value();
  EXPECT_EQ(attempt.state, good);
  EXPECT_EQ(attempt.print->job_id, 17);
  EXPECT_EQ(attempt.print->job_uuid, "urn:uuid:1");
  EXPECT_EQ(attempt.evidence.at("out").as_object().at("ms").as_int64(), 7);
  EXPECT_EQ(attempt.sequences.size(), 9U);
  const auto entries = journal();
  for (const Sequence sequence : attempt.sequences) {
    EXPECT_EQ(entries[sequence].at("data").as_object().at("blank").as_string(), test_support::serial_of(3));
  }
  EXPECT_TRUE(ledger->open_attempts().value().empty());
}

TEST_F(LedgerAttempts, RefuseBlanksThatAreUnknownUsedOrOfAnotherClass) {
  ASSERT_TRUE(in_group([&] { return ledger->receive_blanks(test_support::receipt(20, 20, "other"), {}); }));
  receive(new_job(2));
  begin(1);
  const auto claimed = claim();
  const auto begin_with = [&](int blank) {
    return in_group([&] { return ledger->begin_blank(begin_of(claimed, blank)); });
  };
  const Sequence size = ledger->journal_size();
  EXPECT_EQ(begin_with(77).error().code, "ledger.blank_unknown");
  EXPECT_EQ(begin_with(1).error().code, "ledger.blank_used");
  EXPECT_EQ(begin_with(20).error().code, "ledger.blank_class");
  ASSERT_TRUE(in_group([&] { return ledger->quarantine_blank(test_support::serial_of(5), "unreadable"); }));
  EXPECT_EQ(begin_with(5).error().code, "ledger.blank_used");
  EXPECT_EQ(ledger->journal_size(), size + 1) << "stock.moved only";
  EXPECT_EQ(state_of(2), JobState::claimed);
  EXPECT_TRUE(begin_with(2));
}

TEST_F(LedgerAttempts, RefuseAClaimThatIsNotTheNewestAndAnApprovalThatRanOut) {
  auto claimed = claim();
  ASSERT_TRUE(in_group([&] { return ledger->release_claim(claimed); }));
  const auto newer = claim();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }).error().code,
            "ledger.stale_fence");
  clock.time = parse_rfc3339("2027-01-01T00:00:01Z").value();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(newer, 1)); }).error().code,
            "ledger.not_after");
  EXPECT_EQ(place_of(1), "line");
}

TEST_F(LedgerAttempts, AnswerEveryOperationWithAStaleFenceByDestroyThisCard) {
  auto key = begin(1);
  step(key, AttemptState::chip_written);
  --key.fence;
  const auto code_of = [&](auto operation) {
    const auto status = in_group(operation);
    EXPECT_NE(status.error().remedy.find("Destroy"), std::string::npos);
    return status.error().code;
  };
  EXPECT_EQ(code_of([&] { return ledger->record_step(key, AttemptState::chip_verified, {}); }),
            "ledger.stale_fence");
  EXPECT_EQ(code_of([&] { return ledger->record_intent(key, "write", "reader-1", {}); }),
            "ledger.stale_fence");
  EXPECT_EQ(code_of([&] { return ledger->finish_good(key); }), "ledger.stale_fence");
  EXPECT_EQ(code_of([&] { return ledger->finish_spoiled(key, "r", 2); }), "ledger.stale_fence");
  EXPECT_EQ(code_of([&] { return ledger->doubt(key, "q"); }), "ledger.stale_fence");
  EXPECT_EQ(code_of([&] { return ledger->intend_reject(key, "r"); }), "ledger.stale_fence");
  EXPECT_EQ(code_of([&] {
              return ledger->bind_print(key, {1, "u", "printer-1"}, {});
            }),
            "ledger.stale_fence");
}

TEST_F(LedgerAttempts, ActOnlyUnderTheClaimThatBeganThem) {
  const auto first = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(first, "chip.dead", 2); }));
  const auto second = begin(2);
  const auto intent_of = [&](const std::string& attempt, std::int64_t fence) {
    return in_group([&] {
      return ledger->record_intent({attempt, fence}, "write", "reader-1",
                                   {{"derivations", 4}, {"profile", "p"}});
    });
  };
  EXPECT_EQ(intent_of(first.attempt, first.fence).error().code, "ledger.stale_fence")
      << "another claim followed";
  EXPECT_EQ(intent_of(first.attempt, second.fence).error().code, "ledger.stale_fence")
      << "of another attempt";
  EXPECT_TRUE(intent_of(second.attempt, second.fence));
}

// Whatever the stock's table says: by hand, since no program would put it back.
TEST_F(LedgerAttempts, BeginNoBlankTwiceThoughItCountsAsUnused) {
  receive(new_job(2));
  begin(1);
  ledger.reset();
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "UPDATE blanks SET place = 'line'", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  reopen();
  const auto claimed = claim();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }).error().code,
            "ledger.blank_used");
}

TEST_F(LedgerAttempts, RemakeSpoiledCardsUpToTheLimit) {
  for (int number = 1; number <= 3; ++number) {
    const auto key = begin(number);
    EXPECT_EQ(key.attempt, uuid_of(1) + "/" + std::to_string(number));
    ASSERT_TRUE(in_group([&] { return ledger->intend_reject(key, "chip.dead"); }));
    EXPECT_EQ(ledger->attempt(key.attempt).value().reject_reason, "chip.dead");
    ASSERT_TRUE(in_group([&] { return ledger->finish_spoiled(key, "chip.dead", 2); }));
    EXPECT_EQ(place_of(number), "spoiled");
    EXPECT_EQ(state_of(1), number < 3 ? JobState::ready : JobState::failed);
    expect_balance();
  }
  EXPECT_EQ(types_from(0).back(), "job.failed");
  EXPECT_EQ(ledger->attempt(uuid_of(1) + "/3").value().reject_reason, "chip.dead");
  EXPECT_EQ(reader()->counts().value().blanks_spoiled, 3);
  EXPECT_EQ(reader()->attempts(uuid_of(1)).value().size(), 3U);
}

TEST_F(LedgerAttempts, FreezeACardInDoubtUntilAStatementResolvesIt) {
  const auto key = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->doubt(key, "write: no answer"); }));
  EXPECT_EQ(state_of(1), JobState::in_doubt);
  EXPECT_EQ(place_of(1), "in_doubt");
  expect_balance();
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"utopia-id"}); }).value());
  EXPECT_EQ(in_group([&] { return ledger->finish_spoiled(key, "r", 0); }).error().code, "ledger.state");
  EXPECT_EQ(in_group([&] { return ledger->finish_good(key); }).error().code, "ledger.state");
  EXPECT_EQ(in_group([&] { return ledger->cancel(uuid_of(1), {}); }).error().code, "ledger.state");
  EXPECT_EQ(resolve(key, Resolution::spoiled, 0).error().code, "ledger.no_statement");
  const Sequence decided = statement(500);
  ASSERT_TRUE(resolve(key, Resolution::spoiled, decided));
  EXPECT_EQ(place_of(1), "spoiled");
  EXPECT_EQ(state_of(1), JobState::ready);
  EXPECT_EQ(journal().back().at("data").as_object().at("statement").as_int64(),
            static_cast<std::int64_t>(decided));
  EXPECT_EQ(resolve(key, Resolution::good, decided).error().code, "ledger.state") << "resolved once";
  expect_balance();
}

TEST_F(LedgerAttempts, ResolveToGoodMissingOrOverTheLimit) {
  receive(new_job(2));
  receive(new_job(3));
  const Sequence decided = statement(500);
  const auto doubtful = [&](int blank) {
    const auto key = begin(blank);
    EXPECT_TRUE(in_group([&] { return ledger->doubt(key, "q"); }));
    return key;
  };
  ASSERT_TRUE(resolve(doubtful(1), Resolution::good, decided));
  EXPECT_EQ(state_of(1), JobState::issued);
  EXPECT_EQ(place_of(1), "good_on_hand");
  ASSERT_TRUE(resolve(doubtful(2), Resolution::missing, decided));
  EXPECT_EQ(state_of(2), JobState::failed);
  EXPECT_EQ(place_of(2), "missing");
  ASSERT_TRUE(resolve(doubtful(3), Resolution::spoiled, decided, 0));
  EXPECT_EQ(state_of(3), JobState::failed);
  expect_balance();
  EXPECT_EQ(types_from(journal().size() - 2), (std::vector<std::string>{"attempt.spoiled", "job.failed"}));
}

TEST_F(LedgerAttempts, GoOnFromDoubtWhenEvidenceShowsWhereTheCardIs) {
  const auto key = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->doubt(key, "write: no answer"); }));
  step(key, AttemptState::chip_written);
  EXPECT_EQ(state_of(1), JobState::in_progress);
  EXPECT_EQ(place_of(1), "machine");
  EXPECT_TRUE(ledger->attempt(key.attempt).value().question.empty());
}

TEST_F(LedgerAttempts, StatementsAreAcceptedOnce) {
  const SignedStatement signed_one{
      uuid_of(500), "digest", {{"payload", "cGF5bG9hZA"}, {"signatures", json::array{}}}};
  const Actor actor{"sup-1", "supervisor"};
  const auto first = in_group([&] { return ledger->accept_statement(signed_one, actor); }).value();
  EXPECT_FALSE(first.already);
  const auto again = in_group([&] { return ledger->accept_statement(signed_one, actor); }).value();
  EXPECT_TRUE(again.already);
  EXPECT_EQ(again.sequence, first.sequence);
  SignedStatement other = signed_one;
  other.digest = "other";
  EXPECT_EQ(in_group([&] { return ledger->accept_statement(other, actor); }).error().code,
            "statement.replayed");
  ASSERT_TRUE(in_group([&] { return ledger->refuse_statement(other, "statement.replayed", actor); }));
  EXPECT_EQ(types_from(0).back(), "statement.refused");
}

TEST_F(LedgerAttempts, CountSignaturesBeforeTheyAreMadeAndStopAtTheLimit) {
  const auto count = [&] { return in_group([&] { return ledger->count_signature("ds-1", 2); }); };
  EXPECT_EQ(count().value(), 1);
  reopen();
  EXPECT_EQ(count().value(), 2);
  EXPECT_EQ(count().error().code, "ledger.signer_limit");
  EXPECT_EQ(in_group([&] { return ledger->count_signature("ds-1", 9); }).value(), 3)
      << "a refused one is not counted";
}

// The counter is put back by hand, as a table that was restored alone would be.
TEST_F(LedgerAttempts, RefuseASignatureCounterBelowTheJournal) {
  receive(new_job(2));
  const auto key = begin(1);
  for (int i = 1; i <= 3; ++i) {
    ASSERT_TRUE(in_group([&] {
      const auto count = ledger->count_signature("ds-1", 100);
      return ledger->record_intent(key, "sign", "ds-1", {{"count", count.value()}});
    }));
  }
  EXPECT_EQ(ledger->signatures("ds-1").value(), 3);
  EXPECT_EQ(ledger->signatures("ds-2").value(), 0);
  EXPECT_TRUE(ledger->check_signature_counters());
  const auto set_counter = [&](const char* sql) {
    ledger.reset();
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(database);
    reopen();
  };
  for (const char* sql : {"UPDATE signers SET count = 2", "DELETE FROM signers"}) {
    set_counter(sql);
    const auto checked = ledger->check_signature_counters();
    ASSERT_FALSE(checked) << sql;
    EXPECT_EQ(checked.error().code, "ledger.signer_counter");
    EXPECT_EQ(checked.error().field, "ds-1");
    EXPECT_FALSE(checked.error().remedy.empty());
  }
  set_counter("INSERT INTO signers VALUES ('ds-1', 4)");
  EXPECT_TRUE(ledger->check_signature_counters()) << "signed and not on record is the other way round";
}

// The guards of the database itself: what no program, not even a wrong one, can write.
TEST_F(LedgerAttempts, AreGuardedByTheDatabaseItself) {
  receive(new_job(2));
  const auto key = begin(1);
  step(key, AttemptState::chip_written);
  step(key, AttemptState::chip_verified);
  ASSERT_TRUE(in_group([&] {
    return ledger->bind_print(key, {1, "urn:uuid:1", "printer-1"},
                              test_support::print_evidence("urn:uuid:1"));
  }));
  const auto code_of = [&](const std::string& values) {
    const std::string sql =
        "INSERT INTO attempts (id, job, number, fence, blank, class, line, state, print_job_uuid) "
        "VALUES (" +
        values + ")";
    sqlite3* raw = nullptr;
    EXPECT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    sqlite3_exec(raw, "PRAGMA foreign_keys = ON", nullptr, nullptr, nullptr);
    const int outcome = sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr);
    sqlite3_close(raw);
    return outcome;
  };
  const std::string job1 = "'" + uuid_of(1) + "'";
  const std::string job2 = "'" + uuid_of(2) + "'";
  EXPECT_EQ(code_of("'a', " + job1 + ", 2, 1, 'B000002', 'c', 'l', 'begun', NULL"), SQLITE_CONSTRAINT)
      << "a second open attempt of a job";
  EXPECT_EQ(code_of("'a', " + job1 + ", 2, 1, 'B000002', 'c', 'l', 'good', NULL"), SQLITE_CONSTRAINT)
      << "a good card beside an open one";
  EXPECT_EQ(code_of("'a', " + job2 + ", 1, 1, 'B000001', 'c', 'l', 'spoiled', NULL"), SQLITE_CONSTRAINT)
      << "a second attempt with the same blank";
  EXPECT_EQ(code_of("'a', " + job2 + ", 1, 1, 'B000002', 'c', 'l', 'begun', 'urn:uuid:1'"), SQLITE_CONSTRAINT)
      << "a second attempt of the same print job";
  EXPECT_EQ(code_of("'a', " + job2 + ", 1, 1, 'B999999', 'c', 'l', 'begun', NULL"), SQLITE_CONSTRAINT)
      << "a blank that was never received";
  EXPECT_EQ(code_of("'a', 'nobody', 1, 1, 'B000002', 'c', 'l', 'begun', NULL"), SQLITE_CONSTRAINT)
      << "a job that is not there";
  EXPECT_EQ(code_of("'a', " + job2 + ", 1, 1, 'B000002', 'c', 'l', 'begun', NULL"), SQLITE_OK);
}

TEST_F(LedgerAttempts, RefuseAPrintJobThatBelongsToAnotherAttempt) {
  receive(new_job(2));
  for (int blank = 1; blank <= 2; ++blank) {
    const auto key = begin(blank);
    step(key, AttemptState::chip_written);
    step(key, AttemptState::chip_verified);
    const auto bound = in_group([&] {
      return ledger->bind_print(key, {blank, "urn:uuid:1", "printer-1"},
                                test_support::print_evidence("urn:uuid:1"));
    });
    EXPECT_EQ(bound.has_value(), blank == 1);
    if (!bound) {
      EXPECT_EQ(bound.error().code, "ledger.constraint");
      EXPECT_FALSE(ledger->attempt(key.attempt).value().print);
    }
  }
}

TEST_F(LedgerAttempts, AreFoundOpenAfterARestart) {
  const auto key = begin(1);
  reopen();
  const auto open = ledger->open_attempts().value();
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].id, key.attempt);
  EXPECT_EQ(open[0].blank, test_support::serial_of(1));
  step(key, AttemptState::chip_written);
}

}  // namespace
}  // namespace imprimatur::ledger
