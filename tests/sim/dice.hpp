// A simulated world's chance: repeatable from a seed.
#pragma once

#include <cstdint>
#include <random>

namespace imprimatur::sim {

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : engine_(seed) {}
  // 0 … bound - 1.
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
  int between(int least, int most) { return least + below(most - least + 1); }
  bool one_in(int times) { return below(times) == 0; }
  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace imprimatur::sim
