// Verification of an audit log from its files alone: what an auditor runs who trusts nothing but the log's
// public key. Shares no state with the publisher. Any thread; blocks on the disk.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/records.hpp"

namespace imprimatur::audit {

struct LogVerdict {
  ledger::Sequence size = 0;
  std::string root_hex;
  std::vector<std::string> problems;  // plain sentences with entry, tile or line; empty: the log holds
  std::map<std::string, std::int64_t> entries_by_type;
  bool holds() const { return problems.empty(); }
};

// Checkpoint's signature by `vkey`, every tile and bundle, root, gap-free sequence, form of each entry; with
// `since` (an older signed checkpoint) also that the log only grew. Every bundle is read, one at a time. What
// does not hold is a problem, at most 100 of them; an error is only what prevents looking: audit.files (there
// is no log to read), note.vkey.
Result<LogVerdict> verify_log(const std::filesystem::path& folder, std::string_view vkey,
                              const std::optional<std::string>& since = {});

// A tlog-proof (c2sp.org/tlog-proof@v1) that the entry with these bytes is in the log. Errors audit.not_there
// (the log has no such entry, or another one in its place), audit.files, audit.tile, note.*.
Result<std::string> prove_entry(const std::filesystem::path& folder, std::string_view entry_bytes);

// Whether `proof` shows that the entry with these bytes is in the log that signs with `vkey`. Errors
// audit.proof, note.*.
Status verify_entry_proof(std::string_view proof, std::string_view entry_bytes, std::string_view vkey);

}  // namespace imprimatur::audit
