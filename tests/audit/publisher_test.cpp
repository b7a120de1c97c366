#include "audit/publisher.hpp"

#include <sqlite3.h>

#include "audit/note.hpp"
#include "audit/proof.hpp"
#include "audit/tiles.hpp"
#include "audit/verify.hpp"
#include "base/files.hpp"
#include "tests/audit/vectors.hpp"
#include "tests/ledger/bench.hpp"

namespace imprimatur::audit {
namespace {

namespace fs = std::filesystem;

class Publisher : public test_support::LedgerBench {
 protected:
  void SetUp() override {
    LedgerBench::SetUp();
    committed = reader();
  }

  Result<std::unique_ptr<LogPublisher>> open() {
    return LogPublisher::open({log, test_support::kIdentity.origin, "log", outside}, *committed, vault,
                              [this](std::string_view note) -> Status {
                                if (!keep_works) return fail("ledger.store", "the disk is full");
                                return in_group([&] { return ledger->keep_checkpoint(note); });
                              });
  }
  // Entries of the journal until it has `size`.
  void grow_to(ledger::Sequence size) {
    in_group([&] {
      while (ledger->journal_size() < size) EXPECT_TRUE(ledger->device_event("up", "reader-1", "test"));
      return 0;
    });
  }
  // Opens the log and looks at everything. How many files were made anew.
  std::size_t rebuilt_by_opening() {
    const auto publisher = open().value();
    const auto own = reader();
    const auto check = publisher->check(*own);
    if (!check) return publisher->files_rebuilt();
    while (!check->go_on(1).value()) {
    }
    return publisher->files_rebuilt() + check->files_rebuilt();
  }
  std::map<fs::path, Bytes> contents() const {
    std::map<fs::path, Bytes> found;
    for (const auto& path : files()) found[path] = read_file(path).value();
    return found;
  }
  void alter_ledger(const std::string& statement) const {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, statement.c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    sqlite3_close(raw);
  }
  std::string file_text(const std::string& name) const { return read_text_file(log / name).value(); }
  void damage(const fs::path& path) const {
    auto content = read_file(path).value();
    content.at(content.size() / 2) ^= 1;
    ASSERT_TRUE(write_file(path, content));
  }
  std::vector<fs::path> files() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::recursive_directory_iterator(log)) {
      if (entry.is_regular_file()) found.push_back(entry.path());
    }
    std::sort(found.begin(), found.end());
    return found;
  }
  LogVerdict verdict(const std::optional<std::string>& since = {}) const {
    return verify_log(log, vkey, since).value();
  }

  fs::path log = folder / "log";
  fs::path outside = folder / "last-checkpoint";
  std::string vkey = text_at(tlog_vectors().at("worked_example").as_object(), "vkey");
  std::unique_ptr<ledger::LedgerReader> committed;
  bool keep_works = true;
};

TEST_F(Publisher, PublishesALogThatHoldsAtEverySizeAroundATile) {
  auto publisher = open().value();
  EXPECT_EQ(publisher->vkey(), vkey);
  for (const ledger::Sequence size : {1U, 2U, 3U, 255U, 256U, 257U, 300U, 513U}) {
    grow_to(size);
    EXPECT_EQ(publisher->publish().value(), size);
    const LogVerdict found = verdict();
    EXPECT_TRUE(found.holds()) << size << ": " << found.problems.front();
    EXPECT_EQ(found.size, size);
  }
  EXPECT_EQ(publisher->files_rebuilt(), 0U);
  EXPECT_FALSE(fs::exists(log / "tile/0/000.p")) << "partial tiles go when the full one is there";
  EXPECT_EQ(verdict().entries_by_type.at("org.imprimatur.epoch.begun.v1"), 1);
}

TEST_F(Publisher, WritesLeavesThatAreTheBytesOfTheJournal) {
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());
  TileReader tiles(log, 300);
  const auto bundle = tiles.entries(1).value();
  const auto entries = committed->journal(256, 44).value();
  ASSERT_EQ(bundle.size(), entries.size());
  for (std::size_t i = 0; i < bundle.size(); ++i) EXPECT_EQ(bundle[i], entries[i].bytes);
}

TEST_F(Publisher, SignsNothingNewWhenNothingWasAdded) {
  auto publisher = open().value();
  ASSERT_TRUE(publisher->publish());
  const int signatures = vault.signatures;
  ASSERT_TRUE(publisher->publish());
  EXPECT_EQ(vault.signatures, signatures);
}

TEST_F(Publisher, GoesOnAfterARestart) {
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());
  const std::string older = file_text("checkpoint");
  grow_to(310);
  auto publisher = open().value();
  EXPECT_EQ(publisher->files_rebuilt(), 0U);
  EXPECT_EQ(publisher->publish().value(), 310U);
  EXPECT_TRUE(verdict(older).holds());
}

TEST_F(Publisher, GoesOnFromItsFilesAtEverySizeAroundATile) {
  std::string older;
  for (const ledger::Sequence size : {1U, 2U, 255U, 256U, 257U, 511U, 512U, 513U, 768U, 769U}) {
    grow_to(size);
    const auto publisher = open().value();
    EXPECT_EQ(publisher->publish().value(), size);
    EXPECT_EQ(publisher->files_rebuilt(), 0U) << size;
    const LogVerdict found = older.empty() ? verdict() : verdict(older);
    EXPECT_TRUE(found.holds()) << size << ": " << found.problems.front();
    older = file_text("checkpoint");
  }
  EXPECT_EQ(rebuilt_by_opening(), 0U);
}

TEST_F(Publisher, ReadsOnlyTheNewestEntriesWhenItsFilesAreThere) {
  const auto own = reader();
  grow_to(700);
  auto publisher = open().value();
  EXPECT_EQ(publisher->check(*own), nullptr) << "all was read";
  ASSERT_TRUE(publisher->publish());
  publisher = open().value();
  const auto check = publisher->check(*own);
  ASSERT_NE(check, nullptr);
  int steps = 0;
  while (!check->go_on(1).value()) ++steps;
  EXPECT_EQ(steps, 5) << "three bundles, twice";
  EXPECT_EQ(check->files_rebuilt(), 0U);
}

// An entry far behind the newest ones: the log is gone on with at first, and the check finds it.
TEST_F(Publisher, FindsEntriesThatWereChangedSinceTheyWereSigned) {
  grow_to(700);
  ASSERT_TRUE(open().value()->publish());
  const auto before = contents();
  alter_ledger(
      "UPDATE journal SET entry = CAST(replace(entry, 'reader-1', 'reader-2') AS BLOB) WHERE sequence = 3");
  const auto publisher = open();
  ASSERT_TRUE(publisher) << publisher.error().message;
  const auto own = reader();
  const auto check = publisher.value()->check(*own);
  Result<bool> done = false;
  for (int i = 0; i < 10 && done && !done.value(); ++i) done = check->go_on(1);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, "audit.forked");
  EXPECT_EQ(contents(), before) << "the log's files are the evidence of what it was";
}

TEST_F(Publisher, RebuildsEveryLostOrDamagedFile) {
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());
  const auto before = contents();
  ASSERT_EQ(before.size(), 6U);  // checkpoint, two tiles and two bundles, one tile above
  for (const auto& [path, content] : before) {
    if (path.filename() == "checkpoint") continue;
    damage(path);
    EXPECT_FALSE(verdict().holds()) << path;
    EXPECT_EQ(rebuilt_by_opening(), 1U) << path;
    EXPECT_EQ(read_file(path).value(), content);
    fs::remove(path);
    EXPECT_EQ(rebuilt_by_opening(), 1U) << path;
    EXPECT_EQ(read_file(path).value(), content);
  }
  EXPECT_TRUE(verdict().holds());
  fs::remove_all(log);
  ASSERT_TRUE(open().value()->publish());
  for (const auto& [path, content] : before) EXPECT_EQ(read_file(path).value(), content) << path;
}

TEST_F(Publisher, KeepsTheCheckpointInTheLedgerAndOutsideBeforeItIsPublic) {
  auto publisher = open().value();
  ASSERT_TRUE(publisher->publish());
  EXPECT_EQ(ledger->kept_checkpoint().value(), file_text("checkpoint"));
  EXPECT_EQ(read_text_file(outside).value(), file_text("checkpoint"));
  const std::string before = file_text("checkpoint");
  grow_to(5);
  keep_works = false;
  EXPECT_EQ(publisher->publish().error().code, "ledger.store");
  EXPECT_EQ(file_text("checkpoint"), before) << "what the ledger could not keep is not published";
  EXPECT_EQ(read_text_file(outside).value(), before);
  keep_works = true;
  EXPECT_EQ(publisher->publish().value(), 5U);
  EXPECT_TRUE(verdict(before).holds());
}

TEST_F(Publisher, SurvivesAVaultThatFailsOrSaysSoAfterItHasSigned) {
  auto publisher = open().value();
  ASSERT_TRUE(publisher->publish());
  const std::string before = file_text("checkpoint");
  grow_to(5);
  vault.signs_nonsense = true;
  EXPECT_EQ(publisher->publish().error().code, "note.own_signature");
  vault.signs_nonsense = false;
  vault.after_signing_fails = true;
  EXPECT_EQ(publisher->publish().error().happened, Happened::unknown);
  vault.after_signing_fails = false;
  EXPECT_EQ(file_text("checkpoint"), before);
  grow_to(6);
  EXPECT_EQ(publisher->publish().value(), 6U);
  EXPECT_TRUE(verdict(before).holds());
}

TEST_F(Publisher, RefusesToForkTheLogOfARestoredBackup) {
  grow_to(5);
  ASSERT_TRUE(open().value()->publish());
  committed.reset();
  ledger.reset();
  const auto backup = folder / "backup.sqlite";
  fs::copy_file(file, backup);
  reopen();
  committed = reader();
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());

  committed.reset();
  ledger.reset();
  fs::remove(file.string() + "-wal");
  fs::copy_file(backup, file, fs::copy_options::overwrite_existing);
  reopen();
  committed = reader();
  EXPECT_EQ(open().error().code, "audit.forked") << "the journal is shorter than what was signed";
  const auto before = contents();
  grow_to(310);  // with another full bundle
  EXPECT_EQ(open().error().code, "audit.forked") << "the journal went another way";
  EXPECT_EQ(contents(), before) << "the log's files are the evidence of what it lacks";
  fs::remove_all(log);
  EXPECT_EQ(open().error().code, "audit.forked") << "the checkpoint outside is enough";
}

TEST_F(Publisher, RefusesACheckpointThatSomebodyAltered) {
  ASSERT_TRUE(open().value()->publish());
  std::string note = file_text("checkpoint");
  note[note.find("\n1\n") + 1] = '2';
  ASSERT_TRUE(write_file(log / "checkpoint", bytes_of(note)));
  EXPECT_EQ(open().error().code, "note.signature");
}

// The log's own key has signed it, under the log's own name: what it says is of another log all the same.
TEST_F(Publisher, RefusesACheckpointThatSpeaksOfAnotherLog) {
  const auto key = make_note_key(test_support::kIdentity.origin, vault.public_key("log").value()).value();
  const auto sign = [this](ByteView text) { return vault.sign_message("log", text); };
  ASSERT_TRUE(open().value()->publish());
  Checkpoint checkpoint = parse_checkpoint(parse_note(file_text("checkpoint")).value().text).value();
  checkpoint.origin = "perso.example/another-log";
  const auto note = sign_note(checkpoint.text(), key, sign).value();
  ASSERT_TRUE(write_file(outside, bytes_of(note)));
  EXPECT_EQ(open().error().code, "audit.forked");
}

TEST_F(Publisher, MakesNoLogOfAJournalWithAGap) {
  auto publisher = open().value();
  grow_to(6);
  alter_ledger("DELETE FROM journal WHERE sequence = 3");
  EXPECT_EQ(publisher->publish().error().code, "audit.journal");
  EXPECT_FALSE(fs::exists(log / "checkpoint"));
}

TEST_F(Publisher, SaysWhenItCannotWrite) {
  ASSERT_TRUE(write_file(folder / "log", bytes_of("a file stands where the folder should")));
  EXPECT_EQ(open().error().code, "file.make_folder");
}

TEST_F(Publisher, IsVerifiedByAProgramWeDidNotWrite) {
  grow_to(700);
  auto publisher = open().value();
  ASSERT_TRUE(publisher->publish());
  grow_to(777);
  ASSERT_TRUE(publisher->publish());
  ASSERT_TRUE(write_file(folder / "log.vkey", bytes_of(publisher->vkey() + "\n")));
  const std::string command =
      std::string(INDEPENDENT_VERIFIER) + " " + log.string() + " " + (folder / "log.vkey").string();
  const auto good = test_support::run_command(command);
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_NE(good.output.find("777 entries"), std::string::npos) << good.output;
  for (const char* name :
       {"checkpoint", "tile/0/001", "tile/0/003.p/9", "tile/1/000.p/3", "tile/entries/002"}) {
    const auto content = read_file(log / name).value();
    damage(log / name);
    const auto bad = test_support::run_command(command);
    EXPECT_EQ(bad.exit_code, 1) << name << ": " << bad.output;
    ASSERT_TRUE(write_file(log / name, content));
  }
}

// -- verify.hpp on a log that a publisher made -----------------------------------------------------------

TEST_F(Publisher, VerifierNamesWhatDoesNotHold) {
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());
  const auto problem_after_damage = [&](const char* name) {
    const auto content = read_file(log / name).value();
    damage(log / name);
    const auto problems = verdict().problems;
    EXPECT_TRUE(write_file(log / name, content));
    return problems.empty() ? std::string() : problems.front();
  };
  EXPECT_TRUE(problem_after_damage("tile/0/000").starts_with("audit.tile: tile/0/000"));
  EXPECT_TRUE(problem_after_damage("tile/1/000.p/1").starts_with("audit.tile: tile/1/000.p/1"));
  EXPECT_FALSE(problem_after_damage("tile/entries/001.p/44").empty());
  EXPECT_FALSE(problem_after_damage("checkpoint").empty());
  EXPECT_TRUE(verdict().holds());
  EXPECT_EQ(verify_log(folder / "nothing", vkey).error().code, "audit.files");
  EXPECT_EQ(verify_log(log, "not a key").error().code, "note.vkey");
}

TEST_F(Publisher, VerifierSeesThatEntriesBeforeAnOlderCheckpointWereChanged) {
  grow_to(5);
  ASSERT_TRUE(open().value()->publish());
  const std::string older = file_text("checkpoint");
  const Checkpoint real = parse_checkpoint(parse_note(older).value().text).value();
  Checkpoint other = real;
  other.root[0] ^= 1;
  const NoteKey key = parse_vkey(vkey).value();
  const auto sign = [this](ByteView text) { return vault.sign_message("log", text); };
  EXPECT_TRUE(verdict(older).holds());
  const auto rewritten = verdict(sign_note(other.text(), key, sign).value());
  ASSERT_FALSE(rewritten.holds());
  EXPECT_TRUE(rewritten.problems.front().starts_with("audit.rewritten"));
  Checkpoint larger = real;
  larger.size = 6;
  EXPECT_TRUE(
      verdict(sign_note(larger.text(), key, sign).value()).problems.front().starts_with("audit.shrunk"));
  EXPECT_FALSE(verdict("nonsense").holds());
}

TEST_F(Publisher, ProvesEveryEventToWhoHasOnlyTheKey) {
  grow_to(300);
  ASSERT_TRUE(open().value()->publish());
  for (const ledger::Sequence sequence : {0U, 1U, 255U, 256U, 299U}) {
    const std::string entry = committed->journal(sequence, 1).value().front().bytes;
    const auto proof = prove_entry(log, entry);
    ASSERT_TRUE(proof) << proof.error().message;
    EXPECT_TRUE(verify_entry_proof(proof.value(), entry, vkey));
    std::string altered = entry;
    altered[altered.size() - 3] ^= 1;
    EXPECT_EQ(verify_entry_proof(proof.value(), altered, vkey).error().code, "audit.proof");
  }
  std::string never_said = committed->journal(7, 1).value().front().bytes;
  never_said.replace(never_said.find("reader-1"), 8, "reader-2");
  EXPECT_EQ(prove_entry(log, never_said).error().code, "audit.not_there");
  EXPECT_EQ(prove_entry(log, "not an event").error().code, "audit.entry");
}

TEST(ProofFile, IsThatOfTheWorkedExample) {
  const auto worked = tlog_vectors().at("worked_example").as_object();
  const std::string text = text_at(worked, "tlog_proof");
  const auto proof = parse_proof(text);
  ASSERT_TRUE(proof) << proof.error().message;
  EXPECT_EQ(proof.value().index, 5U);
  EXPECT_EQ(proof.value().checkpoint, text_at(worked, "cosigned_note"));
  EXPECT_EQ(write_proof(proof.value()), text);
  const std::string entry = text_at(worked.at("entries").as_array().at(5).as_object(), "utf8");
  EXPECT_TRUE(verify_entry_proof(text, entry, text_at(worked, "vkey")));
  EXPECT_FALSE(verify_entry_proof(text, entry + " ", text_at(worked, "vkey")));
  for (const char* broken :
       {"", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 05\n\nx",
        "c2sp.org/tlog-proof@v1\nindex 5\nAAAA\n\nx", "c2sp.org/tlog-proof@v2\nindex 5\n\nx"}) {
    EXPECT_EQ(parse_proof(broken).error().code, "audit.proof") << broken;
  }
}

}  // namespace
}  // namespace imprimatur::audit
