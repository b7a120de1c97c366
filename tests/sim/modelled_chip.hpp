// A chip that is told by its times and outcomes only, in the place of the station's chip steps: a card takes
// microseconds instead of milliseconds, so that thousands of days of production can be played. What goes
// wrong is drawn from the world's dice.
#pragma once

#include "station/chip_tasks.hpp"
#include "tests/sim/dice.hpp"
#include "tests/sim/machine.hpp"

namespace imprimatur::sim {

// How often a step of a chip goes wrong, in a thousand.
struct ChipTrouble {
  int no_answer = 0;  // nothing has happened, or all of it, and nobody knows
  int torn = 0;       // writing ends in the middle
  int mute = 0;       // … and the chip answers nothing any more
  int hang = 0;       // the call never comes back
  int slow = 0;       // it comes back later than it may
  int bad = 0;        // the inspection finds something
};

class ModelledChipStation final : public station::ChipStation {
 public:
  // All borrowed. `on_write` is called before anything reaches a chip.
  struct Around {
    SimulatedReader& reader;
    SimulatedTransport& transport;
    SimulatedClock& clock;
    Dice& dice;
    const ChipTrouble& trouble;
    const std::function<void(Body&)>& on_write;
  };
  ModelledChipStation(Around around, crypto::KeyVault& vault, Random& random,
                      const std::vector<crypto::Certificate>& anchors)
      : ChipStation(around.reader, vault, random, around.clock, anchors), around_(around) {}

  station::TaskResult identify(const chip::ChipProfile& profile) override;
  station::TaskResult write(station::CardWork& work) override;
  station::TaskResult inspect(station::CardWork& work) override;
  station::TaskResult look(station::CardWork& work) override;
  station::TaskResult reread(station::CardWork& work) override;
  station::TaskResult probe() override;
  void release() override {}

 private:
  // The body in the reader, or why there is no connection to it.
  Body* connect(station::TaskResult& trouble);
  Body* connect_to(const station::CardWork& work, station::TaskResult& trouble);
  bool draw(int in_a_thousand) { return around_.dice.below(1000) < in_a_thousand; }
  station::TaskResult read(station::CardWork& work);
  Around around_;
};

}  // namespace imprimatur::sim
