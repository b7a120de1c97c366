// What the passing of time asks of the station: erasing personal data that are due, and looking whether there
// is room on the disk. Called by the housekeeper; everything that changes the ledger runs in the station's
// loop.
#pragma once

#include <atomic>
#include <functional>

#include "app/config.hpp"
#include "app/station_loop.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "ledger/ledger.hpp"

namespace imprimatur::app {

class Tidying {
 public:
  struct Parts {
    const Config& config;
    StationLoop& loop;
    ledger::Ledger& ledger;              // in the loop's turns only
    std::function<void(bool)> set_room;  // in a turn: whether there is room, when that has changed
    const Clock& clock;
    Log& log;
  };
  explicit Tidying(Parts parts)
      : parts_(std::move(parts)), began_at_(parts_.clock.now()), began_(parts_.clock.steady()) {}

  // One round: room now, erasure at most once a minute.
  void round();

  // Erases all that is due now and then the day keys that nothing needs any more. How many jobs. Errors
  // station.halted, station.clock (the wall clock ran ahead of the steady one since this was made: what is
  // erased or cancelled by a wrong date does not come back), vault.*, ledger.*; what could not be done is
  // done in a later call.
  Result<int> erase();

  // Any thread: false when the disk of the work folder has less room than the configuration asks for.
  bool has_room() const { return room_; }

 private:
  void look_for_room();
  Status check_clock() const;

  Parts parts_;
  const WallTime began_at_;
  const SteadyTime began_;
  std::atomic<bool> room_{true};
  bool told_ = true;
  SteadyTime next_erasure_{};
  std::string tidied_on_;  // date of the last call that did all
};

}  // namespace imprimatur::app
