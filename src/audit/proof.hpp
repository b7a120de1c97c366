// Proof files (C2SP tlog-proof): index, audit path and signed checkpoint in one text. Pure functions; any
// thread.
#pragma once

#include <string>
#include <string_view>

#include "audit/merkle.hpp"

namespace imprimatur::audit {

struct EntryProof {
  std::uint64_t index = 0;
  Proof path;
  std::string checkpoint;  // the signed note, with its cosignatures
};

std::string write_proof(const EntryProof& proof);
// Error audit.proof. The optional `extra` line is read over.
Result<EntryProof> parse_proof(std::string_view text);

}  // namespace imprimatur::audit
