// The lanes of production: one thread each, which runs its calls one after the other and hands every report
// to the station's loop. Implements station::Workers.
//
// A call that is overdue cannot be ended: it hangs in pcscd or in a driver, and libpcsclite lets no other
// thread near its context. Its thread is left behind (detached) and ends by itself when the call returns, if
// it ever does; all that the thread needs of this file it owns together with the lane. What the call itself
// uses must live as long: while `abandoned()` is not 0, devices are not destroyed (app/daemon.cpp).
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "station/workers.hpp"

namespace imprimatur::app {

// One thread and its queue. Calls due later wait in the queue without holding up those due now.
class Lane {
 public:
  using Deliver = std::function<void(station::Report)>;
  using Time = std::chrono::steady_clock::time_point;
  // What the thread shares with those that watch it.
  struct Shared;

  // `left_behind`: counts the threads that were abandoned and have not ended.
  Lane(Deliver deliver, std::shared_ptr<std::atomic<int>> left_behind);
  // Ends it as `end` does, without limit, if that was not done.
  ~Lane();
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  void add(Time due, station::LaneCall call, std::optional<station::Workers::Limit> limit = {});

  // Abandons the lane if its call is overdue at `now`, delivering what its limit says. True: it is abandoned.
  bool abandon_if_overdue(Time now);

  // Runs what is due, drops what is not, and waits for the thread, at most until `until`. False: it is still
  // in a call and was abandoned.
  bool end(std::optional<Time> until);

 private:
  void leave_behind();

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<std::atomic<int>> left_behind_;
  std::thread thread_;  // last: starts when all above is there
};

class Lanes final : public station::Workers {
 public:
  // `deliver` may be called from any lane's thread.
  explicit Lanes(Lane::Deliver deliver);
  ~Lanes() override;
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  void run(const std::string& lane, station::LaneCall call) override { run_later(lane, 0, std::move(call)); }
  void run_later(const std::string& lane, int delay_ms, station::LaneCall call) override;
  void run_within(const std::string& lane, int delay_ms, station::LaneCall call, Limit limit) override;

  // Ends every lane after the call it is in; those that have not come back within `patience` are abandoned.
  // Afterwards nothing is begun any more. How many threads are left behind, now and from before.
  int stop(std::chrono::milliseconds patience = std::chrono::minutes(5));

  // Threads that hang in a call. Any thread.
  int abandoned() const { return left_behind_->load(); }

 private:
  void add(const std::string& lane, int delay_ms, station::LaneCall call, std::optional<Limit> limit);
  void watch();

  Lane::Deliver deliver_;
  std::shared_ptr<std::atomic<int>> left_behind_ = std::make_shared<std::atomic<int>>(0);
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;
  std::map<std::string, std::unique_ptr<Lane>> lanes_;
  std::thread watchdog_;
};

}  // namespace imprimatur::app
