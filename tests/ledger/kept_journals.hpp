// Journals that tests have written, for tests/e2e/entry_checks: with IMPRIMATUR_JOURNALS in the environment
// each ledger of a test leaves its entries there, one a line, in a file of its own.
#pragma once

#include <cstdlib>
#include <fstream>

#include "ledger/reader.hpp"

namespace imprimatur::test_support {

inline void keep_journal(const std::filesystem::path& ledger_file) {
  const char* folder = std::getenv("IMPRIMATUR_JOURNALS");
  if (folder == nullptr || !std::filesystem::exists(ledger_file)) return;
  auto reader = ledger::LedgerReader::open(ledger_file);
  if (!reader) return;  // left as no ledger: by a test of that
  static int count = 0;
  std::ofstream file(std::filesystem::path(folder) / ("journal-" + std::to_string(count++) + ".ndjson"));
  constexpr std::size_t kEntriesMax = 100000;
  const auto entries = reader.value()->journal(0, kEntriesMax);
  if (!entries) return;
  for (const auto& entry : entries.value()) file << entry.bytes << "\n";
}

}  // namespace imprimatur::test_support
