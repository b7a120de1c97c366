// Port Printer: one card printer, told a card at a time. The facts it reports are evidence; what they
// prove is decided by `judge_print` (print/outcome.hpp) after the table of the design.
//
// One thread a printer (its lane). Calls block, each at most about the device's own time limit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::print {

struct PrintRequest {
  std::string job_name;  // attempt id; never personal data: job names land in printers' logs
  int sides = 2;         // 1 or 2
};

// What binds our attempt to the printer's job. Persisted before a byte of the card is sent.
struct PrintTicket {
  std::int32_t job_id = 0;
  std::string job_uuid;  // "urn:uuid:…"
};

enum class PrintJobState { waiting, held, processing, stopped, canceled, aborted, completed, forgotten };

// The printer's word on one job. `forgotten`: the printer no longer knows job-uuid, or the id belongs to
// another uuid.
struct PrintJobReport {
  PrintJobState state = PrintJobState::waiting;
  std::string job_uuid;                // as the printer gave it; empty when forgotten
  std::vector<std::string> reasons;    // job-state-reasons
  int impressions_completed = 0;       // sides printed
  std::int64_t printer_up_time_s = 0;  // goes back when the printer restarted
};

// A ribbon, film or cleaning roller, as the printer tells it.
struct Supply {
  std::string name;
  int percent =
      -2;  // left; below 0: the printer does not say (PWG 5100.9: -1 other, -2 unknown, -3 some left)
};

struct PrinterReport {
  enum class State { idle, processing, stopped } state = State::idle;
  bool accepting = false;
  std::vector<std::string> reasons;  // printer-state-reasons with their suffix
  std::int64_t up_time_s = 0;
  std::vector<Supply> supplies;
  int jobs = 0;  // that have not ended, whoever sent them; 0 too when the printer does not say
};

// What the product asks of any printer, besides PDF on a card of the size ID-1.
struct PrintNeeds {
  int sides = 2;  // 1 or 2
};

class Printer {
 public:
  virtual ~Printer() = default;
  virtual std::string name() const = 0;

  // Errors printer.unreachable, printer.refused.
  virtual Result<PrinterReport> report() = 0;

  // Reads anew what the printer can do and compares. Errors printer.unsuitable (it cannot make such cards as
  // it is set up; says what is missing and the remedy), printer.unreachable, printer.refused, printer.answer.
  virtual Status check(const PrintNeeds& needs) = 0;

  // Reserves a job with the printer and sends no card: Validate-Job, then Create-Job with fidelity
  // (RFC 8011 4.2.3, 4.2.4). Errors printer.refused, printer.unsuitable, printer.busy (Happened::no: nothing
  // is there), printer.unreachable (Happened::unknown when Create-Job may have been taken: such a job has no
  // document and times out).
  virtual Result<PrintTicket> create(const PrintRequest& request) = 0;

  // Send-Document with last-document. An error with Happened::unknown means that the card may be printed:
  // poll, never send again.
  virtual Status send(const PrintTicket& ticket, ByteView pdf) = 0;

  // Get-Job-Attributes by job-id, bound to job-uuid. Error printer.unreachable: ask again.
  virtual Result<PrintJobReport> poll(const PrintTicket& ticket) = 0;

  // Cancel-Job. A cancelled job may still have printed.
  virtual Status cancel(const PrintTicket& ticket) = 0;
};

}  // namespace imprimatur::print
