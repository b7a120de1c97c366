// The daemon: everything wired together, started and stopped in the right order.
#pragma once

#include <chrono>
#include <memory>

#include "app/config.hpp"
#include "base/log.hpp"

namespace imprimatur::app {

class Daemon {
 public:
  // Loads, opens devices and ledger (made when the work folder has none yet and `create` allows it), takes up
  // what the last run left, and listens. Errors say what to put right; nothing is left running.
  struct StartOptions {
    bool create = false;
    // After a restore: the old audit log is moved aside and a new one begins under the configuration's
    // log_origin, quoting the old one's last checkpoint.
    bool new_epoch = false;
  };
  static Result<std::unique_ptr<Daemon>> start(const Config& config, StartOptions options, Log& log);
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // No new cards; waits until those in the machines are done, at most `seconds`; closes everything. False
  // when cards were left in the machines: the next start takes them up.
  bool stop(int seconds);

  // True when the ledger could not record and the station halted by itself.
  bool halted() const;

  // Whether the station's loop comes to its turns: one is asked for and waited for, so long.
  bool alive(std::chrono::seconds patience);

  // Reads the certificates of the TCP port again, and journals that. What cannot be used is logged, and
  // changes nothing.
  void reload_certificates();

  // Threads that hang in a call to a reader. While there are any, the process must be ended without running
  // destructors of static objects (std::_Exit): after `stop` all is recorded.
  int hung_calls() const;

 private:
  struct State;
  explicit Daemon(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::app
