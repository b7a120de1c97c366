// What goes wrong with printers and the face reader of a simulated day beside single cards: a printer stands
// still until a person has looked after it, or cannot be reached; the face reader sees nothing, or not what
// is there. Chosen by a seed of its own, so that days without it stay what they were.
#pragma once

#include <string>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {

class LineTrouble {
 public:
  // Borrows the world.
  LineTrouble(std::uint64_t seed, World& world) : dice_(seed), world_(world) {}

  // The next trouble, in words. Several may be there at once.
  std::string begin();
  // A person has looked after the line: printers go on where they were.
  void end();
  Dice& dice() { return dice_; }

 private:
  std::string stop(int printer);
  std::string disconnect(int printer);
  std::string blind();

  Dice dice_;
  World& world_;
};

}  // namespace imprimatur::sim
