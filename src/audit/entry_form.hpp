// The form that every entry of a log has (CloudEvents 1.0, canonical JSON): what a verifier checks of entries
// that it did not write. Private to the audit room.
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "ledger/records.hpp"

namespace imprimatur::audit {

// Checks entries in their order. Error audit.entry with the member that is wrong.
class EntryForm {
 public:
  Status check(ledger::Sequence sequence, std::string_view bytes);
  const std::map<std::string, std::int64_t>& by_type() const { return by_type_; }

 private:
  std::string epoch_;   // of the first entry
  std::string source_;  // of the first entry
  std::map<std::string, std::int64_t> by_type_;
};

// The sequence that an entry says it has. Error audit.entry.
Result<ledger::Sequence> sequence_of(std::string_view bytes);

}  // namespace imprimatur::audit
