#include "app/service_manager.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace imprimatur::app {

void ServiceManager::ready() const {
  ::sd_notify(0, "READY=1\nSTATUS=the station is ready");
}

// systemd 253 and later wait for the time that goes with it (sd_notify(3), RELOADING=1).
void ServiceManager::reloading() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::string usec = std::to_string(std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000);
  ::sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + usec).c_str());
}

void ServiceManager::stopping() const {
  ::sd_notify(0, "STOPPING=1\nSTATUS=cards in the machines come to their end");
}

void ServiceManager::alive() const {
  ::sd_notify(0, "WATCHDOG=1");
}

std::optional<std::chrono::milliseconds> ServiceManager::watchdog_interval() {
  std::uint64_t usec = 0;
  if (::sd_watchdog_enabled(0, &usec) <= 0 || usec == 0) return std::nullopt;
  return std::chrono::milliseconds(std::max<std::uint64_t>(usec / 2000, 1));
}

}  // namespace imprimatur::app
