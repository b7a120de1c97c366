// Faults that a virtual card can be told to have, by command or by seed (FORMAT.md section 4). Pure data and
// functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

enum class FaultKind {
  none,
  dead,
  mute,
  slow,
  cut,
  lost_answer,
  wrong_keys,
  wrong_atr,
  stuck_memory,
  tear,
  wrong_chip_key,
  no_command,
  same_identity
};

struct Fault {
  FaultKind kind = FaultKind::none;
  std::size_t command = 1;       // mute, cut, tear, lost_answer: command number since power on, from 1
  std::size_t bytes = 0;         // cut, tear: bytes of memory that are still written
  std::size_t factor = 10;       // slow: how many times slower
  std::uint8_t instruction = 0;  // no_command: the instruction byte that the card does not know
  Bytes cplc = {};               // same_identity: what the card answers as its own
};

// "cut 7 300", "mute", "no_command D8", "none" … Error transport.syntax. `same_identity` names another card,
// which the bench looks up.
Result<Fault> parse_fault(std::string_view text);

// The fault that this blank has by chance: `per_thousand` blanks of a stock have one. The same seed and
// serial give the same fault.
Fault fault_by_seed(std::uint64_t seed, std::string_view serial, unsigned per_thousand);

}  // namespace imprimatur::devices
