// Faults that a virtual card can be told to have, by command or by seed (FORMAT.md section 4). Pure data and
// functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

enum class FaultKind { none, dead, mute, slow, cut, lost_answer, wrong_keys, wrong_atr, stuck_memory };

struct Fault {
  FaultKind kind = FaultKind::none;
  std::size_t command = 1;  // mute, cut, lost_answer: command number since power on, from 1
  std::size_t bytes = 0;    // cut: bytes of memory that are still written
  std::size_t factor = 10;  // slow: how many times slower
};

// "cut 7 300", "mute", "none" … Error transport.syntax.
Result<Fault> parse_fault(std::string_view text);

// The fault that this blank has by chance: `per_thousand` blanks of a stock have one. The same seed and
// serial give the same fault.
Fault fault_by_seed(std::uint64_t seed, std::string_view serial, unsigned per_thousand);

}  // namespace imprimatur::devices
