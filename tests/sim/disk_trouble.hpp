// What goes wrong with the disk of a simulated day: it is full, its writes fail or its syncs do, once or
// until somebody has mended it. Chosen by a seed of its own, so that days without it stay what they were.
#pragma once

#include <string>

#include "tests/sim/dice.hpp"
#include "tests/sim/disk.hpp"

namespace imprimatur::sim {

class DiskTrouble {
 public:
  // Borrows the disk.
  DiskTrouble(std::uint64_t seed, SimulatedDisk& disk) : dice_(seed), disk_(disk) {}

  // The next trouble, in words.
  std::string begin();
  // A person has made room, or put in another disk with what was on this one.
  void end();
  // What the call answers: 0, or a code of SQLite's.
  int on_call(DiskCall call);
  // Whether a call has failed since the trouble that began last.
  bool was_met() const { return met_ || disk_.refused > refused_before_; }
  Dice& dice() { return dice_; }

 private:
  Dice dice_;
  SimulatedDisk& disk_;
  DiskCall call_ = DiskCall::write;
  int code_ = 0;
  int calls_left_ = 0;  // until the one that fails; 0: none does
  bool for_good_ = false;
  bool met_ = false;
  std::uint64_t refused_before_ = 0;
};

}  // namespace imprimatur::sim
