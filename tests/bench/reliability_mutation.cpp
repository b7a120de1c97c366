#include "bench/reliability_child.hpp"
#include "bench/reliability_parts.hpp"

namespace imprimatur::bench {

Status measure_mutation(Figures& figures) {
  TRY(auto numbers, numbers_of_command(SOURCE_DIR "/tools/mutate --json -"));
  figures.add({"mutation.tried", numbers.at("tried"), "count", {}});
  figures.add({"mutation.survived", numbers.at("survived"), "count", Goal{Goal::Kind::at_most, 0}});
  return ok();
}

}  // namespace imprimatur::bench
