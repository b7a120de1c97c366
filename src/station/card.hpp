// One body on the line, from the hopper until it lies in output or reject. Private to the station's own
// files.
#pragma once

#include "station/station.hpp"

namespace imprimatur::station {

// Code of what recovery records: no step went wrong, a run was cut off.
inline constexpr std::string_view kRestarted = "station.restarted";

struct Station::Card {
  ledger::JobClaim claim;
  std::shared_ptr<const ProductLine> line;
  std::shared_ptr<CardWork> work;  // from begin_blank on
  std::string attempt;             // id; empty until begin_blank
  std::string body;                // the transport's name
  Step step = Step::take;
  Place place;
  Place target;  // device that was given to it and is on its way to
  print::PrintTicket ticket;
  std::string reject_reason;  // intended
  bool in_doubt = false;
  int tries = 0;  // of the same step

  ledger::Ledger::AttemptKey key() const { return {attempt, claim.fence}; }
};

}  // namespace imprimatur::station
