// The statement desk: where several people decide together (design section 4). Somebody proposes; the desk
// answers exactly what has to be signed, with the hash of the evidence that it shows; people sign one after
// the other; when the policy is met the statement takes effect, in one transaction with its journal entry.
// Proposals and signatures are in the ledger, so a restart loses none of them.
//
// Every method runs in a turn of the station's loop and takes part in its group.
#pragma once

#include <map>
#include <optional>

#include "app/loading.hpp"
#include "base/random.hpp"
#include "ledger/ledger.hpp"

namespace imprimatur::app {

class StatementDesk {
 public:
  // All borrowed.
  struct Parts {
    const job::Policy& policy;
    const std::map<std::string, job::Product>& products;
    ledger::Ledger& ledger;
    const Clock& clock;
    Random& random;
  };
  explicit StatementDesk(Parts parts) : parts_(parts) {}

  // `{"statement": kind, "about": …, "reason": …, "hours": 1 to 168}` and the kind's own members: `outcome`
  // (good, spoiled, missing) and `scanned` (a serial) of resolve; `serials` of destroy; `class`, `place` and
  // `serials` of write_off; `lost` of recall. Answers the proposal as `shown` does. Errors statement.syntax,
  // statement.unknown_kind, and those of the effect as far as they can be told now.
  Result<json::object> propose(const json::object& request, const ledger::Actor& actor);

  // What a signature led to.
  struct Collected {
    json::object answer;
    bool complete = false;                 // enough have signed: `enact` is next
    std::optional<std::string> to_verify;  // attempt whose chip has to be read before that
  };
  // Adds the signatures of a JWS. One that is bad is refused and journalled, and those before it stay. Errors
  // jws.*, statement.*: statement.expired drops the proposal.
  Result<Collected> collect(const json::object& jws, const ledger::Actor& actor);

  // Lets a complete statement take effect. `evidence` is of the chip's verification now, empty when none was
  // needed. Errors statement.evidence_changed and those of Ledger::enact; then it waits on.
  Result<json::object> enact(std::string_view id, const json::object& evidence, const ledger::Actor& actor);

  // All that wait, each with payload, evidence, who has signed and what is missing; drops what ran out.
  Result<json::array> waiting();

 private:
  Result<json::object> shown(const ledger::Proposal& proposal);
  Result<json::object> evidence_of(const json::object& payload);
  Result<ledger::Decision> decision_of(const json::object& payload, const json::object& evidence);
  Result<ledger::Proposal> proposal_for(const json::object& jws, const job::Statement& read,
                                        const ledger::Actor& actor);
  Result<job::Statement> verify(const ledger::Proposal& proposal);
  Status check_people(const job::Statement& statement);
  Status check_room();
  Status drop_expired();

  Parts parts_;
};

}  // namespace imprimatur::app
