// Reads of committed state for everybody but the writer: its own read-only connection, which sees whole
// groups only. One thread at a time uses a reader; several readers may exist.
#pragma once

#include <filesystem>
#include <memory>

#include "ledger/records.hpp"

namespace imprimatur::ledger {

class LedgerReader {
 public:
  // Errors ledger.missing, ledger.version.
  static Result<std::unique_ptr<LedgerReader>> open(const std::filesystem::path& file);
  ~LedgerReader();
  LedgerReader(const LedgerReader&) = delete;
  LedgerReader& operator=(const LedgerReader&) = delete;

  // All that is read until end_snapshot is of one commit, whatever the writer does meanwhile. Keep it short:
  // the write-ahead log grows as long.
  Status begin_snapshot();
  void end_snapshot();

  Result<std::vector<JobRecord>> jobs(const JobFilter& filter);
  Result<JobRecord> job(std::string_view id);  // error ledger.no_job
  Result<std::vector<AttemptRecord>> attempts(std::string_view job);
  Result<JobCounts> counts();
  Result<std::vector<UnitCount>> units();
  Result<StockCounts> stock();
  // Received blanks against the places where blanks are, by class. A difference is never rounded away.
  Result<std::vector<StockBalance>> stock_balance();
  // How often blanks were spoiled for each reason code.
  Result<std::map<std::string, std::int64_t>> spoil_reasons();
  // How many signatures each document signer's key has made, by key id.
  Result<std::map<std::string, std::int64_t>> signers();
  // Attempts that wait for two people's decision, at most `limit`.
  Result<std::vector<AttemptRecord>> in_doubt(std::size_t limit);
  // Attempts that ended as spoiled, at most `limit`, the newest first.
  Result<std::vector<AttemptRecord>> spoiled(std::size_t limit);
  Result<std::optional<BlankRecord>> blank(std::string_view serial);
  // The blank that a receipt has with this chip (hex of the CPLC, upper case).
  Result<std::optional<BlankRecord>> blank_with_chip(std::string_view chip_id);
  // Attempts that have not come to an end, those in doubt included.
  Result<std::vector<AttemptRecord>> open_attempts();
  // The newest shift, open or closed; nothing when there was none.
  Result<std::optional<ShiftSpan>> last_shift();

  // Entries from sequence `from` on, at most `limit`.
  Result<std::vector<JournalEntry>> journal(Sequence from, std::size_t limit);
  Result<Sequence> journal_size();
  Result<std::string> epoch();
  Result<std::string> source();  // urn:imprimatur:<station>
  Result<std::string> origin();  // name of the audit log
  // The last checkpoint that was signed (Ledger::keep_checkpoint).
  Result<std::optional<std::string>> kept_checkpoint();

 private:
  struct State;
  explicit LedgerReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::ledger
