// Copies of a ledger: made while the station works, and put back when its disk was lost.
//
// A copy holds what the ledger holds: personal data under keys of the vault. Day keys that the vault has
// destroyed since open nothing of it any more, so copies die with them; the vault's own token is therefore
// never copied with its day keys. Any thread; each call has a connection of its own.
#pragma once

#include <filesystem>

#include "ledger/records.hpp"

namespace imprimatur::ledger {

struct BackupReport {
  std::string epoch;
  std::string origin;
  Sequence size = 0;  // entries of the journal
};

// A whole and checked copy of one moment, readable by its owner only; made under a temporary name, synced,
// then renamed. Errors ledger.missing, ledger.version, ledger.exists (the copy is there already),
// ledger.store, ledger.damaged.
Result<BackupReport> back_up(const std::filesystem::path& ledger, const std::filesystem::path& copy);

// The other way, for a station that is stopped. Never over a ledger that is there (error ledger.exists): that
// one is moved away by a person. The audit log notices a copy that is older than what was signed
// (audit.forked).
Result<BackupReport> restore(const std::filesystem::path& copy, const std::filesystem::path& ledger);

}  // namespace imprimatur::ledger
