// A day of production that a seed chooses: readers and printers, jobs and blanks, what people do, and what
// goes wrong with chips, printers, transport, readers, clock, disk and power. It runs in virtual time, checks
// the promises after every turn, and ends when the operators have cleared everything up. The same seed makes
// the same day.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace imprimatur::sim {

struct SeededOptions {
  bool real_chips = false;   // the real chip code on virtual cards: slower by far
  bool disk_faults = false;  // the disk is full for a while, or its writes and syncs fail
  bool line_stops = false;   // printers stand still or cannot be reached, the face reader fails
};

struct SeededResult {
  std::vector<std::string> broken;  // promises, in words; empty when all held
  std::string trace;                // what happened, line by line
  std::string journal_digest;
  std::chrono::seconds lasted{};  // virtual
  int turns = 0, issued = 0, spoiled = 0, doubts = 0, crashes = 0;
  int disk_stops = 0;  // how often the disk has stopped the station, or kept it from starting
};

SeededResult run_seed(std::uint64_t seed, const SeededOptions& options);

}  // namespace imprimatur::sim
