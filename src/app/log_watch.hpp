// Looks through the audit log that the daemon went on with at its start without reading it (audit::LogCheck):
// on a thread of its own, while cards are made. A ledger that is not what was signed is found within half a
// minute for a million jobs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "audit/publisher.hpp"
#include "base/log.hpp"

namespace imprimatur::app {

class LogWatch {
 public:
  struct Parts {
    std::unique_ptr<ledger::LedgerReader> reader;  // for the check alone
    std::unique_ptr<audit::LogCheck> check;        // none: there is nothing to look at
    // The ledger is not what was signed; called on the thread, once at most. Not for a check that fails.
    std::function<void(const Error&)> on_difference;
    Log& log;
  };
  explicit LogWatch(Parts parts);
  ~LogWatch();  // ends the thread
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

 private:
  void work();
  void tell(const Error& error);

  Parts parts_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace imprimatur::app
