// The lanes of production: one thread each, which runs its calls one after the other and hands every report
// to the station's loop. Implements station::Workers.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "station/workers.hpp"

namespace imprimatur::app {

// One thread and its queue. Calls due later wait in the queue without holding up those due now.
class Lane {
 public:
  using Deliver = std::function<void(station::Report)>;
  explicit Lane(Deliver deliver) : deliver_(std::move(deliver)), thread_([this] { work(); }) {}
  // Runs what is due, drops what is not, joins.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void add(std::chrono::steady_clock::time_point due, station::LaneCall call);

 private:
  void work();

  Deliver deliver_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<std::chrono::steady_clock::time_point, station::LaneCall> calls_;
  bool stopping_ = false;
  std::thread thread_;  // last: starts when all above is there
};

class Lanes final : public station::Workers {
 public:
  // `deliver` may be called from any lane's thread.
  explicit Lanes(Lane::Deliver deliver) : deliver_(std::move(deliver)) {}

  void run(const std::string& lane, station::LaneCall call) override { run_later(lane, 0, std::move(call)); }
  void run_later(const std::string& lane, int delay_ms, station::LaneCall call) override;

  // Ends every lane after the call it is in. Afterwards nothing runs any more.
  void stop();

 private:
  Lane::Deliver deliver_;
  std::mutex mutex_;
  bool stopped_ = false;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
};

}  // namespace imprimatur::app
