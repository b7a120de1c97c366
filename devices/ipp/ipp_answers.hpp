// What a printer's answers say, as facts: functions of their input. Unknown keywords, vendor attributes
// and repeated attributes are no errors; missing required ones are (printer.answer).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "devices/ipp/ipp_message.hpp"
#include "print/printer.hpp"

namespace imprimatur::devices {

// The ID-1 card (85.60 x 53.98 mm) as the printer lists it: x may be the short or the long side.
struct CardMedia {
  int x_hundredth_mm = 0;
  int y_hundredth_mm = 0;
  bool edge_to_edge = false;  // listed with all margins 0
};

struct IppCapabilities {
  CardMedia media;
  std::vector<std::string> sides;  // sides-supported
  bool knows_copies = false;
};

// Of Get-Printer-Attributes. The printer must know the operations of a card, PDF and a medium within
// 0.2 mm of ID-1, in media-col-database (PWG 5100.7) or media-size-supported (PWG 5100.3); else
// printer.unsuitable, which says what is missing.
Result<IppCapabilities> read_capabilities(const IppMessage& answer);
// Supplies are the CUPS attributes marker-names and marker-levels, where the printer has them.
Result<print::PrinterReport> read_printer_report(const IppMessage& answer);

// Of Get-Job-Attributes with a success status. `forgotten` when the job-uuid is not the ticket's.
// impressions_completed is -1 and printer_up_time_s 0 when the printer does not say.
Result<print::PrintJobReport> read_job_report(const IppMessage& answer, const print::PrintTicket& ticket);

// The printer cannot make the product's cards: does not list `what`. Error printer.unsuitable.
Error unsuitable(std::string_view what, std::string field, std::string remedy);

// success class, RFC 8011 section 4.1.6.1
bool is_success(int status);

// The printer's refusal of `operation` as an error without its free text, which could quote the
// document: printer.busy where RFC 8011 asks to try later, else printer.refused.
Error refusal(std::string_view operation, const IppMessage& answer);

}  // namespace imprimatur::devices
