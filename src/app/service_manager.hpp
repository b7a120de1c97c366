// What systemd is told (sd_notify(3)) and how often it wants to hear that the station lives. Does nothing
// when the daemon was not started by it.
#pragma once

#include <chrono>
#include <optional>

namespace imprimatur::app {

class ServiceManager {
 public:
  void ready() const;
  void reloading() const;
  void stopping() const;
  void alive() const;
  // Half of the watchdog's time; nothing when there is none.
  static std::optional<std::chrono::milliseconds> watchdog_interval();
};

}  // namespace imprimatur::app
