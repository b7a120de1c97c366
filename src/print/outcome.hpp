// What the printer's word proves about one card: the table of the design (IPP card printing, "What the
// printer's word proves") as data. A function of its input; any thread; does not fail.
//
// It is asked with every answer of Printer::poll until the outcome is something else than `wait`. The
// elapsed time is that between the begin of Send-Document and this answer: for a poll after a crash, when
// nobody saw the job complete, pass the time since the recorded begin.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "print/printer.hpp"

namespace imprimatur::print {

enum class PrintOutcome {
  out,               // the card is printed and out of the machine
  same_blank_again,  // nothing touched the card: the same blank may be tried again
  spoiled,           // something may be on the card: it goes to the reject
  unknown,           // in doubt: freeze the slot; a transport counter, a scan or a person decides
  wait,              // not decided yet: poll again
};

struct PrintEvidence {
  PrintJobReport report;                       // what the printer says now
  PrintTicket ticket;                          // what was persisted before the document was sent
  int sides_asked = 2;                         // 1 or 2
  std::chrono::milliseconds elapsed{0};        // from the begin of Send-Document to the report
  std::chrono::milliseconds card_time_min{0};  // no card can be printed and moved sooner than this
  std::int64_t up_time_before_s = 0;  // the printer's up-time as reported before the document was sent
  bool never_left_hopper = false;     // the transport or the operator confirms it
};

struct PrintVerdict {
  PrintOutcome outcome = PrintOutcome::unknown;
  std::string_view rule;  // stable word for records: which row of the table decided
};

// The first row of the table that fits; there is always one. A printer that does not say how many
// impressions it made (a negative number) has proved neither "all" nor "none".
PrintVerdict judge_print(const PrintEvidence& evidence);

// Stable word: "out", "same_blank_again", "spoiled", "unknown", "wait".
std::string_view print_outcome_name(PrintOutcome outcome);

}  // namespace imprimatur::print
