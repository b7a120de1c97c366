// A printer reached directly over IPP (RFC 8010, RFC 8011), never through a spooler: a spooler says
// "completed" for a printer that died in mid card.
//
// Each call is one to four HTTP requests, each on a connection of its own, so that a connection that the
// printer closed in the meantime cannot be taken for a lost answer. No request is ever repeated here. A
// call blocks for at most (connect_timeout + answer_timeout) a request, and any one silence is limited
// to answer_timeout; call it on the printer's own thread. Sends no personal data but the document.
//
// Errors: printer.unreachable (no connection, no answer; Happened::unknown when the request had begun to
// leave), printer.refused (the printer said no), printer.busy (later), printer.unsuitable (as it is set up,
// it cannot make such a card), printer.answer (it answered with something that is not IPP or lacks what RFC
// 8011 requires; Happened::unknown likewise).
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "print/printer.hpp"

namespace imprimatur::devices {

// The edge about which the card turns between front and back (RFC 8011 section 5.2.8).
enum class DuplexTurn { long_edge, short_edge };

struct IppPrinterSettings {
  std::string name;  // as the operator knows it: "card-1"
  std::string uri;   // ipp://HOST:PORT/PATH; HOST an address or localhost (a name would wait for DNS)
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds answer_timeout{15'000};  // from the begin of a request to its whole answer
  DuplexTurn duplex_turn = DuplexTurn::short_edge;
  std::string user = "station";  // requesting-user-name: never a person's
};

// Does not connect. Error printer.uri when the URI is not an ipp one. The clock must outlive the printer.
Result<std::unique_ptr<print::Printer>> open_ipp_printer(IppPrinterSettings settings, const Clock& clock);

}  // namespace imprimatur::devices
