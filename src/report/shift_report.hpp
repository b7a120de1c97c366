// The shift report: what a supervisor signs at the end of a shift. Every figure is read from the ledger in
// one snapshot, so at one size of the journal, which the report names together with the last signed
// checkpoint; cards that are told one by one name their own journal entries. So each can be traced to the
// signed log. No personal data.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "audit/note.hpp"
#include "ledger/reader.hpp"
#include "print/font_set.hpp"

namespace imprimatur::report {

struct ShiftReport {
  std::string station;  // urn:imprimatur:<station>
  std::string log_origin;
  std::string epoch;
  ledger::Sequence log_size = 0;                // entries of the journal that the figures are of
  std::string from, until;                      // times of the first and the last of them, RFC 3339
  std::optional<audit::Checkpoint> checkpoint;  // the last that was signed
  std::optional<ledger::ShiftSpan> shift;       // the newest
  ledger::JobCounts jobs;
  std::vector<ledger::UnitCount> units;
  std::vector<ledger::StockBalance> stock;
  std::map<std::string, std::int64_t> spoil_reasons;
  std::vector<ledger::AttemptRecord>
      spoiled;  // the newest, at most kCardsMax; jobs.blanks_spoiled counts all
  std::vector<ledger::AttemptRecord> in_doubt;  // at most kCardsMax; jobs.blanks_in_doubt counts all
};
inline constexpr std::size_t kCardsMax = 100;

// Whether every blank that was received is in one place.
bool is_balanced(const ShiftReport& report);

// Errors of the ledger; report.empty when it has no entries; note.* when its checkpoint cannot be read.
Result<ShiftReport> collect_shift(ledger::LedgerReader& reader);

// "2026-10-24 22:00 +02:00 to 2026-10-25 22:00 +01:00, 25 h 00 min, Europe/Madrid", or until when it is open.
// Error report.time_zone.
Result<std::string> shift_period(const ledger::ShiftSpan& span);

// RFC 4180, UTF-8, columns section,name,detail,count,entries; the last names the journal entries.
std::string shift_csv(const ShiftReport& report);

// A4, in the pinned fonts. Errors report.text (a name has a letter that the font lacks, or does not fit),
// report.fonts, report.pages, print.pdf.
Result<Bytes> shift_pdf(const ShiftReport& report, const print::FontSet& fonts);

}  // namespace imprimatur::report
