// The kinds of statement: what each must say, what evidence is shown with it, and what it does in the ledger.
#pragma once

#include "ledger/ledger.hpp"

namespace imprimatur::app {

// Members of a proposal beyond `statement`, `about`, `reason` and `hours`, checked and in the form that is
// signed; and what it is about. Errors statement.syntax with the JSON pointer, statement.unknown_kind.
struct KindMembers {
  std::string about;
  json::object members;
};
Result<KindMembers> read_kind(const std::string& kind, const json::object& request, ledger::Ledger& ledger);

// What the signers are shown, from the ledger as it is now. No personal data. Errors of the ledger.
Result<json::object> kind_evidence(const std::string& kind, const json::object& payload,
                                   ledger::Ledger& ledger);

// The job that is decided about; empty when it is about stock.
Result<std::string> kind_job(const std::string& kind, const json::object& payload, ledger::Ledger& ledger);

// What it does. `verification` is evidence of the chip, read now. `remakes_max` as the job's product says.
// Errors statement.syntax, ledger.no_attempt, resolve.not_scanned (the serial that was scanned is not the
// card's).
Result<ledger::Decision> kind_decision(const std::string& kind, const json::object& payload,
                                       const json::object& verification, int remakes_max,
                                       ledger::Ledger& ledger);

// The attempt whose chip has to be read before it takes effect; empty when none.
std::string kind_to_verify(const std::string& kind, const json::object& payload);

}  // namespace imprimatur::app
