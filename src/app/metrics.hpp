// What monitoring asks for, as Prometheus reads it: counts of this run from the journal's entries, and gauges
// from the ledger. No personal data: labels are states, places, steps, devices, key ids.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/clock.hpp"
#include "ledger/reader.hpp"

namespace imprimatur::app {

// What the log publisher has done last; set by the housekeeper.
struct LogProgress {
  std::uint64_t size = 0;
  WallTime published{};
};

class Metrics {
 public:
  // `signatures_max`: of one document signer.
  Metrics(std::string version, std::int64_t signatures_max);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // Every entry of this run once, in its order. Counters begin with the process, as Prometheus expects.
  void observe(std::string_view entry);
  void log_published(const LogProgress& progress);

  // Text format 0.0.4. What the ledger cannot tell is left out.
  std::string text(ledger::LedgerReader& reader, WallTime now) const;

 private:
  struct State;
  mutable std::mutex mutex_;
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::app
