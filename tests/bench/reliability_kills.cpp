#include "bench/reliability_child.hpp"
#include "bench/reliability_parts.hpp"

namespace imprimatur::bench {

Status measure_kills(int rounds, int minutes, Figures& figures) {
  TRY(auto numbers, numbers_of_command(SOURCE_DIR "/tests/e2e/kill_rounds " + std::to_string(rounds) +
                                       " 1000 " + std::to_string(minutes)));
  figures.add({"kill.rounds", numbers.at("rounds"), "count", Goal{Goal::Kind::at_least, 500}});
  figures.add({"kill.lost", numbers.at("lost") + numbers.at("other"), "count", Goal{Goal::Kind::at_most, 0}});
  figures.add({"kill.doubled", numbers.at("doubled"), "count", Goal{Goal::Kind::at_most, 0}});
  return ok();
}

}  // namespace imprimatur::bench
