// Publishes the audit log: derives tiles, entry bundles and checkpoints (C2SP tlog-tiles) from the journal.
// The files are derived: rebuilt from the ledger whenever they are missing or differ, but only from one that
// begins with what was signed: otherwise the files are the evidence of what it lacks.
//
// One thread uses a publisher: the one that also may use the `LedgerReader` given to it. The same goes for a
// check.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "crypto/key_vault.hpp"
#include "ledger/reader.hpp"

namespace imprimatur::audit {

struct PublisherOptions {
  std::filesystem::path folder;   // checkpoint, tile/…, tile/entries/…
  std::string origin;             // name of the log and of its key
  std::string key_label = "log";  // Ed25519, in the vault
  std::filesystem::path
      last_checkpoint;  // kept outside the database: a restored backup cannot fork the log in silence
};

// Goes through the entries that a publisher has taken up from its files without reading them: first whether
// the journal begins with what was signed; then every full file is held against the journal.
class LogCheck {
 public:
  ~LogCheck();
  LogCheck(const LogCheck&) = delete;
  LogCheck& operator=(const LogCheck&) = delete;

  // The next so many bundles of 256 entries; twice over all, about two seconds for a million entries. True:
  // all are done. Errors audit.forked, audit.journal: the ledger is not the one that was signed; audit.files.
  Result<bool> go_on(std::size_t bundles);
  // Files that were missing or differed, and were written again from the ledger.
  std::size_t files_rebuilt() const;

 private:
  friend class LogPublisher;
  struct State;
  explicit LogCheck(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class LogPublisher {
 public:
  // Checks the checkpoints kept outside, in the ledger and in the folder against the journal. Where the
  // folder's own one, its newest files and the journal's newest entries agree, it goes on from there at once,
  // and `check` looks at the rest. Otherwise it reads the whole journal, about a second for a million
  // entries, and rebuilds what is missing or differs. `keep` makes a checkpoint durable in the ledger before
  // it is published (Ledger::keep_checkpoint in a group). It is called by `publish` on its thread. Errors
  // audit.forked (a checkpoint that was signed is no prefix of this journal: a backup was restored),
  // audit.journal (a sequence is missing), audit.files, note.*, vault.*.
  static Result<std::unique_ptr<LogPublisher>> open(const PublisherOptions& options,
                                                    ledger::LedgerReader& reader, crypto::KeyVault& vault,
                                                    std::function<Status(std::string_view note)> keep);
  ~LogPublisher();
  LogPublisher(const LogPublisher&) = delete;
  LogPublisher& operator=(const LogPublisher&) = delete;

  // What is left to look at of what was taken up unread; nothing: all was read. `reader` is for it alone.
  std::unique_ptr<LogCheck> check(ledger::LedgerReader& reader) const;

  // Adds what was committed since, writes the tiles, signs and publishes a checkpoint when the log has grown.
  // The size that is published now. An error leaves the older checkpoint in force; calling again goes on.
  // Errors audit.journal, audit.files, note.own_signature, vault.*, and what `keep` answers.
  Result<ledger::Sequence> publish();

  // Files that were missing or differed when the log was opened, and were written again from the ledger.
  std::size_t files_rebuilt() const;
  // The log's public key for verifiers: name+keyid+base64.
  std::string vkey() const;

 private:
  friend struct LogCheck::State;
  struct State;
  explicit LogPublisher(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::audit
