#include "ledger/ledger.hpp"

#include <sqlite3.h>

#include <fstream>

#include "base/files.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::ledger {
namespace {

namespace fs = std::filesystem;

class LedgerLife : public test_support::LedgerBench {
 protected:
  // Database and write-ahead log as a power loss would leave them now, opened as a ledger of their own.
  Result<std::unique_ptr<Ledger>> after_power_loss() {
    const fs::path copy = folder / ("copy-" + std::to_string(++copies) + ".sqlite");
    fs::copy_file(file, copy);
    if (fs::exists(file.string() + "-wal")) fs::copy_file(file.string() + "-wal", copy.string() + "-wal");
    return Ledger::open(copy, test_support::kIdentity, {clock, random, vault});
  }
  int copies = 0;
};

TEST_F(LedgerLife, BeginsWithTheEpochAndIsNeverMadeImplicitly) {
  EXPECT_EQ(types_from(0), std::vector<std::string>{"epoch.begun"});
  EXPECT_EQ(Ledger::create(file, test_support::kIdentity, {clock, random, vault}).error().code,
            "ledger.exists");
  EXPECT_EQ(
      Ledger::open(folder / "other.sqlite", test_support::kIdentity, {clock, random, vault}).error().code,
      "ledger.missing");
  EXPECT_FALSE(fs::exists(folder / "other.sqlite"));
  EXPECT_EQ(Ledger::open(file, {"other-station", "perso.example/log-1"}, {clock, random, vault}).error().code,
            "ledger.identity");
}

TEST_F(LedgerLife, MayBeReadByItsOwnerOnly) {
  for (const char* end : {"", "-wal", "-shm"}) {
    const auto rights = fs::status(file.string() + end).permissions();
    EXPECT_EQ(rights & (fs::perms::group_all | fs::perms::others_all), fs::perms::none) << end;
  }
}

TEST_F(LedgerLife, RefusesAnotherVersionAndWhatIsNoLedger) {
  ledger.reset();
  std::fstream database(file, std::ios::in | std::ios::out | std::ios::binary);
  database.seekp(60);  // user_version in SQLite's file header
  database.write("\0\0\0\x63", 4);
  database.close();
  EXPECT_EQ(Ledger::open(file, test_support::kIdentity, {clock, random, vault}).error().code,
            "ledger.version");
  ASSERT_TRUE(write_file(file, bytes_of(std::string(8192, 'x'))));
  EXPECT_EQ(Ledger::open(file, test_support::kIdentity, {clock, random, vault}).error().code, "ledger.store");
}

TEST_F(LedgerLife, KeepsWhatWasCommittedAfterPowerLossAndNothingElse) {
  stock(1, 3);
  receive(test_support::new_job(1));
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->receive_job(test_support::new_job(2)));
  {
    auto copy = after_power_loss();
    ASSERT_TRUE(copy) << copy.error().message;
    EXPECT_TRUE(copy.value()->job(test_support::uuid_of(1)));
    EXPECT_EQ(copy.value()->job(test_support::uuid_of(2)).error().code, "ledger.no_job");
    EXPECT_EQ(copy.value()->journal_size(), 4U);
  }
  ASSERT_TRUE(ledger->commit_group());
  auto copy = after_power_loss();
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_TRUE(copy.value()->job(test_support::uuid_of(2)));
  EXPECT_EQ(copy.value()->journal_size(), ledger->journal_size());
}

TEST_F(LedgerLife, LeavesNothingOfAGroupThatWasRolledBack) {
  const Sequence before = ledger->journal_size();
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->receive_job(test_support::new_job(1)));
  ledger->roll_back_group();
  EXPECT_EQ(ledger->journal_size(), before);
  EXPECT_EQ(ledger->job(test_support::uuid_of(1)).error().code, "ledger.no_job");
  receive(test_support::new_job(1));  // its day key is there already
  EXPECT_TRUE(ledger->personal(test_support::uuid_of(1)));
}

TEST_F(LedgerLife, TakesAnOperationThatFailsOutOfTheGroupAndKeepsTheRest) {
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->receive_job(test_support::new_job(1)));
  const Sequence size = ledger->journal_size();
  vault.out_of_order = true;
  EXPECT_EQ(ledger->receive_job(test_support::new_job(2)).error().code, "vault.token");
  vault.out_of_order = false;
  EXPECT_EQ(ledger->journal_size(), size) << "no entry without its state";
  ASSERT_TRUE(ledger->receive_job(test_support::new_job(3)));
  ASSERT_TRUE(ledger->commit_group());
  EXPECT_EQ(ledger->job(test_support::uuid_of(2)).error().code, "ledger.no_job");
  const auto entries = journal();
  for (std::size_t i = 0; i < entries.size(); ++i)
    EXPECT_EQ(entries[i].at("sequence").as_string(), std::to_string(i));
  EXPECT_EQ(entries.size(), size + 2);
}

TEST_F(LedgerLife, WritesEveryEntryAsTheContractSays) {
  stock(1, 2);
  receive(test_support::new_job(1));
  const auto key = begin(1);
  steps_to_verified(key);
  ASSERT_TRUE(in_group([&] { return ledger->finish_good(key); }));
  ASSERT_TRUE(in_group([&] { return ledger->boot_stopped("test"); }));
  Sequence expected = 0;
  for (const auto& entry : stored_entries()) {
    EXPECT_EQ(entry.sequence, expected);
    EXPECT_LE(entry.bytes.size(), 4096U);
    const auto event = parse_json_object(entry.bytes).value();
    EXPECT_EQ(canonical_json(event), entry.bytes);
    EXPECT_EQ(event.size(), 8U);
    EXPECT_EQ(event.at("specversion").as_string(), "1.0");
    EXPECT_EQ(event.at("id").as_string(), ledger->epoch() + "-" + std::to_string(expected));
    EXPECT_EQ(event.at("source").as_string(), "urn:imprimatur:test-station");
    EXPECT_TRUE(std::string(event.at("type").as_string()).starts_with("org.imprimatur."));
    EXPECT_FALSE(event.at("subject").as_string().empty());
    EXPECT_EQ(event.at("time").as_string(), "2026-11-24T08:00:00.000Z");
    EXPECT_EQ(event.at("sequence").as_string(), std::to_string(expected));
    const auto& data = event.at("data").as_object();
    EXPECT_EQ(data.at("clock").as_string(), "ok");
    EXPECT_EQ(data.at("actor").as_string(), "station");
    EXPECT_FALSE(data.at("boot").as_string().empty());
    ++expected;
  }
  EXPECT_EQ(types_from(0),
            (std::vector<std::string>{"epoch.begun", "stock.received", "statement.accepted", "job.received",
                                      "attempt.begun", "attempt.step", "attempt.step", "attempt.step",
                                      "attempt.step", "attempt.step", "attempt.good", "job.issued",
                                      "boot.stopped"}));
}

TEST_F(LedgerLife, TellsWhatRanUnderWhichRulesAndHowItsDevicesWere) {
  const auto before = journal().size();
  ASSERT_TRUE(in_group([&]() -> Status {
    TRY_STATUS(ledger->boot_started({"0.1.0",
                                     "build",
                                     test_support::hash_of("configuration"),
                                     test_support::hash_of("manifest"),
                                     {{"open_attempts", 0}}}));
    TRY_STATUS(ledger->manifest_loaded({{"policy.json", test_support::hash_of("policy")}}));
    TRY_STATUS(ledger->key_changed({{"certificate", test_support::hash_of("certificate")},
                                    {"count", 1},
                                    {"key", "ds-1"},
                                    {"limit", 100},
                                    {"what", "begins"}}));
    for (const char* what : {"up", "fault", "cleared", "down"}) {
      TRY_STATUS(ledger->device_event(what, "reader-1", "a reason"));
    }
    return ledger->boot_stopped("asked to");
  }));
  EXPECT_EQ(types_from(before),
            (std::vector<std::string>{"boot.started", "manifest.loaded", "key.changed", "device.up",
                                      "device.fault", "device.cleared", "device.down", "boot.stopped"}));
  const auto entries = journal();
  EXPECT_EQ(entries.at(before).at("data").as_object().at("manifest").as_string(),
            test_support::hash_of("manifest"));
  EXPECT_EQ(entries.at(before + 1).at("data").as_object().at("files"),
            (json::object{{"policy.json", test_support::hash_of("policy")}}));
  EXPECT_EQ(entries.back().at("data").as_object().at("reason").as_string(), "asked to");
}

TEST_F(LedgerLife, NeverChangesTheBytesOfAnEntry) {
  stock(1, 2);
  receive(test_support::new_job(1));
  const auto before = stored_entries();
  const auto key = begin(1);
  ASSERT_TRUE(in_group([&] { return ledger->doubt(key, "where is it?"); }));
  reopen();
  const auto after = stored_entries();
  ASSERT_GT(after.size(), before.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i].bytes, before[i].bytes);
}

TEST_F(LedgerLife, RefusesEntriesThatHaveNoCanonicalFormOrAreTooLarge) {
  const auto key_changed = [&](const json::object& data) {
    return in_group([&] { return ledger->key_changed(data); });
  };
  EXPECT_EQ(key_changed({{"x", 1.5}}).error().code, "ledger.entry_form");
  EXPECT_EQ(key_changed({{"x", nullptr}}).error().code, "ledger.entry_form");
  EXPECT_EQ(key_changed({{"x", json::array{std::int64_t{1} << 53}}}).error().code, "ledger.entry_form");
  EXPECT_EQ(key_changed({{"x", json::object{{"\xC4\x91", 1}}}}).error().code, "ledger.entry_form");
  EXPECT_EQ(key_changed({{"x", std::string(5000, 'x')}}).error().code, "ledger.entry_too_large");
  EXPECT_TRUE(in_group([&] { return ledger->device_event("up", "reader \xC4\x91", "test"); }));
}

TEST_F(LedgerLife, FindsAJournalFromWhichAnEntryWasTaken) {
  receive(test_support::new_job(1));
  ledger.reset();
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(handle, "DELETE FROM journal WHERE sequence = 1", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(handle);
  EXPECT_EQ(Ledger::open(file, test_support::kIdentity, {clock, random, vault}).error().code, "ledger.store");
}

TEST_F(LedgerLife, ShowsReadersWholeGroupsOnly) {
  auto other = reader();
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->receive_job(test_support::new_job(1)));
  EXPECT_EQ(other->journal_size().value(), 1U);
  EXPECT_EQ(other->job(test_support::uuid_of(1)).error().code, "ledger.no_job");
  ASSERT_TRUE(ledger->commit_group());
  EXPECT_EQ(other->journal_size().value(), 3U);
  EXPECT_TRUE(other->job(test_support::uuid_of(1)));
  EXPECT_EQ(other->epoch().value(), ledger->epoch());
  EXPECT_EQ(other->journal(1, 1).value().size(), 1U);
}

TEST_F(LedgerLife, SaysThatTheClockWentBackAndBeginsNoCardThen) {
  stock(1, 1);
  receive(test_support::new_job(1));
  reopen();
  clock.time -= std::chrono::hours(1);
  const auto claimed = claim();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }).error().code, "ledger.clock");
  ASSERT_TRUE(in_group([&] { return ledger->device_event("up", "reader-1", "test"); }));
  EXPECT_EQ(journal().back().at("data").as_object().at("clock").as_string(), "stepped");
  clock.time += std::chrono::hours(1);
  EXPECT_TRUE(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }));
}

TEST_F(LedgerLife, KnowsOverRestartsThatTheClockWentBackAndThatAPersonAnsweredForIt) {
  stock(1, 1);
  receive(test_support::new_job(1));
  clock.time -= std::chrono::hours(1);
  for (int restarts = 0; restarts < 3; ++restarts) {
    reopen();
    ASSERT_TRUE(in_group([&] { return ledger->device_event("up", "reader-1", "test"); }));
  }
  reopen();
  const auto claimed = claim();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }).error().code, "ledger.clock");
  ASSERT_TRUE(in_group([&] { return ledger->accept_clock({"binh", "supervisor"}); }));
  ASSERT_TRUE(in_group([&] { return ledger->device_event("up", "reader-1", "test"); }));
  reopen();
  EXPECT_TRUE(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }));
}

TEST_F(LedgerLife, BeginsCardsAgainWhenAPersonAnswersForTheClock) {
  stock(1, 2);
  receive(test_support::new_job(1));
  const WallTime right = clock.time;
  clock.time += std::chrono::hours(24);  // it runs ahead, and an entry is written then
  ASSERT_TRUE(in_group([&] { return ledger->device_event("up", "reader-1", "test"); }));
  clock.time = right;
  const auto claimed = claim();
  EXPECT_EQ(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }).error().code, "ledger.clock");
  ASSERT_TRUE(in_group([&] { return ledger->accept_clock({"binh", "supervisor"}); }));
  const json::object entry = journal().back();
  EXPECT_EQ(entry.at("type").as_string(), "org.imprimatur.clock.stepped.v1");
  const json::object& data = entry.at("data").as_object();
  EXPECT_EQ(data.at("by_ms").as_int64(), -24 * 3600 * 1000);
  EXPECT_EQ(data.at("newest").as_string(), format_rfc3339(right + std::chrono::hours(24)));
  EXPECT_EQ(data.at("actor").as_object().at("name").as_string(), "binh");
  EXPECT_TRUE(in_group([&] { return ledger->begin_blank(begin_of(claimed, 1)); }));
  const auto size = ledger->journal_size();
  ASSERT_TRUE(in_group([&] { return ledger->accept_clock({"binh", "supervisor"}); }));
  EXPECT_EQ(ledger->journal_size(), size) << "a clock that is right needs nobody's word";
}

}  // namespace
}  // namespace imprimatur::ledger
