// One body on the line, from the hopper until it lies in output or reject. Private to the station's own
// files.
#pragma once

#include "station/station.hpp"

namespace imprimatur::station {

// Code of what recovery records: no step went wrong, a run was cut off.
inline constexpr std::string_view kRestarted = "station.restarted";

// Of a printer whose state is not known yet, or not any more.
inline constexpr std::string_view kNotAsked = "printer.not_asked";

// Code of a reader whose call did not come back.
inline constexpr std::string_view kHung = "reader.hung";

struct Station::Card {
  ledger::JobClaim claim;
  std::shared_ptr<const ProductLine> line;
  std::shared_ptr<CardWork> work;        // prepared while the body is on its way
  bool prepared = false;                 // the work is there, or:
  std::string prepare_error;             // code of why it never will
  std::optional<TaskResult> identified;  // waits for the work
  std::string attempt;                   // id; empty until begin_blank
  std::string body;                      // the transport's name
  Step step = Step::take;
  Place place;
  Place target;  // device that was given to it and is on its way to
  BoundPrint print;
  std::string reject_reason;     // intended
  json::object reread_evidence;  // of the chip, until the face was read too
  bool in_doubt = false;
  int tries = 0;           // of the same step
  int retry_delay_ms = 0;  // before the step is begun again: its reader was not there

  ledger::Ledger::AttemptKey key() const { return {attempt, claim.fence}; }
};

}  // namespace imprimatur::station
