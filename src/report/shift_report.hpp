// The shift report: what a supervisor signs at the end of a shift. Every figure is read from the ledger at
// one size of the journal, which the report names, so that it can be traced to the signed log. No personal
// data.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "ledger/reader.hpp"
#include "print/font_set.hpp"

namespace imprimatur::report {

struct ShiftReport {
  std::string station;  // urn:imprimatur:<station>
  std::string log_origin;
  std::string epoch;
  ledger::Sequence log_size = 0;  // entries of the journal that the figures are of
  std::string from, until;        // times of the first and the last of them, RFC 3339
  ledger::JobCounts jobs;
  std::vector<ledger::UnitCount> units;
  ledger::StockCounts stock;
  std::map<std::string, std::int64_t> spoil_reasons;
  std::vector<ledger::AttemptRecord> in_doubt;  // at most kDoubtsMax are told one by one
};
inline constexpr std::size_t kDoubtsMax = 40;

// Errors of the ledger; report.empty when it has no entries.
Result<ShiftReport> collect_shift(ledger::LedgerReader& reader);

// RFC 4180, UTF-8, columns section,name,detail,count.
std::string shift_csv(const ShiftReport& report);

// A4. `fonts` are the pinned ones, `folder` where their built files lie. Errors report.text (a name has a
// letter that the font lacks), report.pdf.
Result<Bytes> shift_pdf(const ShiftReport& report, const print::FontSet& fonts,
                        const std::filesystem::path& folder);

}  // namespace imprimatur::report
