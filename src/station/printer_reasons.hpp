// What a printer says of itself, as what it means to the line: the keywords of printer-state-reasons (RFC
// 8011 section 5.4.12, PWG 5100.9) in a table that a person can read, each with how bad it is and the
// operator's next step. Functions of their input; any thread; nothing fails: a keyword that is in no table is
// shown as it is.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "print/printer.hpp"

namespace imprimatur::station {

enum class PrinterCan {
  go,    // nothing to do
  warn,  // prints; somebody should do something soon
  wait,  // prints nothing now: something is missing, or it takes its time; it goes on by itself afterwards
  stop,  // prints nothing, and a card may be in it that a person has to take out
};

struct ReasonRule {
  std::string_view keyword;  // without the suffix
  PrinterCan can;            // when the printer says it as an error, or stands still
  std::string_view next_step;
};
std::span<const ReasonRule> reason_rules();

struct PrinterFinding {
  std::string reason;  // keyword without its suffix, or an error's code
  PrinterCan can = PrinterCan::go;
  std::string next_step;
  bool operator==(const PrinterFinding&) const = default;
};

struct PrinterCondition {
  std::string state;                     // "idle", "processing", "stopped", "unreachable", "unsuitable"
  std::vector<PrinterFinding> findings;  // the worst first
  std::vector<print::Supply> supplies;
  std::int64_t up_time_s = 0;

  PrinterCan can() const { return findings.empty() ? PrinterCan::go : findings.front().can; }
  bool may_print() const { return can() == PrinterCan::go || can() == PrinterCan::warn; }
  std::string why() const;  // reasons for which it may not print, "media-empty, cover-open"
};

// The table applied. A suffix softens (-warning: warn at most, -report: nothing) while the printer works; one
// that stands still means what it says. A printer that stands still or takes no jobs without a reason that we
// know may not print either, nor one that has more jobs than `own_jobs`, which may be ours: what waits in it
// would be printed onto the next card.
PrinterCondition judge_printer(const print::PrinterReport& report, int own_jobs);

// The same for a printer that could not be asked, or that cannot make the cards (Printer::report, check).
PrinterCondition judge_printer(const Error& error);

std::string_view text_of(PrinterCan can);

}  // namespace imprimatur::station
