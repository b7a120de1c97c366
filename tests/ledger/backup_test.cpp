#include "ledger/backup.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.hpp"
#include "ledger/ledger.hpp"
#include "tests/ledger/bench.hpp"
#include "tests/support/sync_watch.hpp"

namespace imprimatur::ledger {
namespace {

using test_support::kIdentity;
using test_support::new_job;
using test_support::uuid_of;

class LedgerBackup : public test_support::LedgerBench {
 protected:
  std::filesystem::path copy = folder / "copy.sqlite";
};

TEST_F(LedgerBackup, IsWholeAndReadableByItsOwnerOnlyWhileTheStationWorks) {
  receive(new_job(1));
  ASSERT_TRUE(ledger->begin_group());
  ASSERT_TRUE(ledger->receive_job(new_job(2)));
  const auto made = back_up(file, copy);  // in the middle of a group
  ASSERT_TRUE(ledger->commit_group());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made.value().epoch, ledger->epoch());
  struct stat status {};
  ASSERT_EQ(::stat(copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(std::filesystem::exists(copy.string() + "-wal"));
  EXPECT_FALSE(std::filesystem::exists(copy.string() + ".part"));
  auto reader = LedgerReader::open(copy);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader.value()->journal_size().value(), made.value().size);
  EXPECT_TRUE(reader.value()->job(uuid_of(1)));
  EXPECT_EQ(reader.value()->job(uuid_of(2)).error().code, "ledger.no_job") << "it was not committed";
}

// What was synced last of the copy is all of it, and its folder after it has its name.
TEST_F(LedgerBackup, IsOnTheDiskWithItsNameBeforeItIsToldToBeThere) {
  receive(new_job(1));
  Bytes on_disk;
  bool name_is = false;
  {
    const test_support::SyncWatch watch([&](const std::filesystem::path& synced) {
      if (synced == copy.string() + ".part") on_disk = read_file(synced).value();
      if (synced == folder.path()) name_is = std::filesystem::exists(copy);
    });
    ASSERT_TRUE(back_up(file, copy));
  }
  EXPECT_EQ(on_disk, read_file(copy).value());
  EXPECT_TRUE(name_is);
}

TEST_F(LedgerBackup, ReplacesNothingAndLeavesNothingHalf) {
  ASSERT_TRUE(back_up(file, copy));
  EXPECT_EQ(back_up(file, copy).error().code, "ledger.exists");
  EXPECT_EQ(restore(copy, file).error().code, "ledger.exists");
  EXPECT_EQ(back_up(folder / "nothing.sqlite", folder / "other.sqlite").error().code, "ledger.missing");
  EXPECT_FALSE(std::filesystem::exists(folder / "other.sqlite.part"));
  EXPECT_FALSE(back_up(file, folder / "no" / "folder.sqlite"));
}

// A write-ahead log that another ledger has left would be read into the restored one.
TEST_F(LedgerBackup, IsNotRestoredBesideTheLogOfAnotherLedger) {
  ASSERT_TRUE(back_up(file, copy));
  const auto target = folder / "restored.sqlite";
  ASSERT_TRUE(write_file(target.string() + "-wal", bytes_of("left behind")));
  EXPECT_EQ(restore(copy, target).error().code, "ledger.exists");
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(LedgerBackup, IsNotRestoredWhenItIsDamaged) {
  for (int i = 1; i <= 20; ++i) receive(new_job(i));
  ASSERT_TRUE(back_up(file, copy));
  const int descriptor = ::open(copy.c_str(), O_WRONLY);
  ASSERT_GE(descriptor, 0);
  const Bytes rubbish(4096, 0x5A);
  ASSERT_EQ(::pwrite(descriptor, rubbish.data(), rubbish.size(), 4096L * 3), 4096);
  ::close(descriptor);
  const auto target = folder / "restored.sqlite";
  EXPECT_FALSE(restore(copy, target));
  EXPECT_FALSE(std::filesystem::exists(target));
}

TEST_F(LedgerBackup, IsNotMadeOfAJournalFromWhichAnEntryWasTaken) {
  receive(new_job(1));
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(raw, "DELETE FROM journal WHERE sequence = 1", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_EQ(back_up(file, copy).error().code, "ledger.damaged");
  EXPECT_FALSE(std::filesystem::exists(copy));
}

TEST_F(LedgerBackup, RestoredAsItWasGoesOn) {
  receive(new_job(1));
  ASSERT_TRUE(back_up(file, copy));
  ledger.reset();
  for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + suffix);
  ASSERT_TRUE(restore(copy, file));
  reopen();
  EXPECT_EQ(ledger->personal(uuid_of(1)).value().document_text, new_job(1).document_text);
  receive(new_job(2));
}

class LedgerEpoch : public LedgerBackup {
 protected:
  const LedgerIdentity next{"test-station", "perso.example/log-2"};
  const PastLog past{
      "perso.example/log-1", 40, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", "restored", {}, {}, {}};
  void rotate() {
    ledger.reset();
    const auto begun = Ledger::begin_new_epoch(file, next, past, {clock, random, vault});
    ASSERT_TRUE(begun) << begun.error().message;
    auto opened = Ledger::open(file, next, {clock, random, vault});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger = std::move(opened).value();
  }
};

TEST_F(LedgerEpoch, BeginsWithTheLastCheckpointOfTheOldLog) {
  const std::string old_epoch = ledger->epoch();
  const auto old_size = ledger->journal_size();
  rotate();
  EXPECT_NE(ledger->epoch(), old_epoch);
  const auto first = journal().at(0);
  EXPECT_EQ(first.at("sequence").as_string(), "0");
  EXPECT_EQ(first.at("type").as_string(), "org.imprimatur.epoch.begun.v1");
  const auto& data = first.at("data").as_object();
  EXPECT_EQ(data.at("reason").as_string(), "restored");
  EXPECT_EQ(data.at("origin").as_string(), next.origin);
  const auto& previous = data.at("previous").as_object();
  EXPECT_EQ(previous.at("origin").as_string(), "perso.example/log-1");
  EXPECT_EQ(previous.at("size").as_int64(), 40);
  EXPECT_EQ(previous.at("root").as_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(previous.at("entries_kept").as_int64(), static_cast<std::int64_t>(old_size));
  EXPECT_EQ(Ledger::open(file, kIdentity, {clock, random, vault}).error().code, "ledger.identity");
}

TEST_F(LedgerEpoch, LetsNothingGoOnByItself) {
  stock(1, 3);
  receive(new_job(1));
  const auto key = begin(1);
  receive(new_job(2));
  receive(new_job(3));
  const auto claimed = claim();
  rotate();
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::in_doubt);
  EXPECT_EQ(ledger->attempt(key.attempt).value().state, job::AttemptState::in_doubt);
  EXPECT_EQ(ledger->attempt(key.attempt).value().sequences.size(), 1U) << "of the new log";
  EXPECT_EQ(ledger->job(uuid_of(2)).value().state, job::JobState::held);
  EXPECT_EQ(ledger->job(uuid_of(3)).value().state, job::JobState::held);
  EXPECT_FALSE(in_group([&] { return ledger->claim_next({"utopia-id"}); }).value());
  EXPECT_EQ(balances().at(0).difference(), 0);
  // A person releases it after a look at the old log.
  ASSERT_TRUE(in_group([&] { return ledger->release(claimed.job, {}); }));
  EXPECT_EQ(begin(2).attempt, claimed.job + "/1");
}

TEST_F(LedgerEpoch, KnowsOldStatementsAndSaysOfWhichLogOldEntriesAre) {
  stock(1, 1);
  receive(new_job(1));
  const auto key = begin(1);
  steps_to_verified(key);
  ASSERT_TRUE(in_group([&] { return ledger->finish_good(key); }));
  const std::string old_epoch = ledger->epoch();
  rotate();
  EXPECT_EQ(ledger->job(uuid_of(1)).value().epoch, old_epoch);
  EXPECT_EQ(ledger->attempt(key.attempt).value().epoch, old_epoch);
  EXPECT_TRUE(in_group([&] { return ledger->receive_job(new_job(1)); }).value().already);
  NewJob replay = new_job(2);
  replay.approval_id = new_job(1).approval_id;
  EXPECT_EQ(in_group([&] { return ledger->receive_job(replay); }).error().code, "statement.replayed");
  receive(new_job(3));
  EXPECT_TRUE(ledger->job(uuid_of(3)).value().epoch.empty());
}

// Promise 1 over a restore: what the old log tells of a begun card is never made again.
TEST_F(LedgerEpoch, MakesNoCardAgainOfWhichTheOldLogTells) {
  stock(1, 3);
  receive(new_job(1));
  receive(new_job(2));
  PastLog told = past;
  told.jobs_begun = {uuid_of(1), uuid_of(8)};
  told.blanks_begun = {test_support::serial_of(2), "B999999"};
  told.signatures = {{"ds-UTO", 41}};
  ledger.reset();
  const auto begun = Ledger::begin_new_epoch(file, next, told, {clock, random, vault});
  ASSERT_TRUE(begun) << begun.error().message;
  ledger = Ledger::open(file, next, {clock, random, vault}).value();
  EXPECT_EQ(ledger->job(uuid_of(1)).value().state, job::JobState::cancelled);
  EXPECT_EQ(ledger->job(uuid_of(2)).value().state, job::JobState::held);
  EXPECT_EQ(ledger->blank(test_support::serial_of(2)).value().place, StockPlace::quarantine);
  EXPECT_EQ(ledger->signatures("ds-UTO").value(), 41);
  // Received after the copy: this ledger never heard of it, and does not take it again.
  EXPECT_EQ(in_group([&] { return ledger->receive_job(new_job(8)); }).error().code, "ledger.past_job");
  EXPECT_EQ(balances().at(0).difference(), 0);
}

TEST_F(LedgerEpoch, NeedsAnotherNameForTheNewLog) {
  ledger.reset();
  EXPECT_EQ(Ledger::begin_new_epoch(file, kIdentity, past, {clock, random, vault}).error().code,
            "ledger.epoch");
}

}  // namespace
}  // namespace imprimatur::ledger
