// Virtual time and the lanes of the simulation (design section 10). A call runs inline when it is due; what
// the devices say it took is added up, and its report comes back that much later. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "station/workers.hpp"

namespace imprimatur::sim {

class SimulatedClock final : public Clock {
 public:
  WallTime now() const override;
  SteadyTime steady() const override { return SteadyTime{} + elapsed_ + spent_; }

  // What a device's work takes, within the call that is running.
  void spend(std::chrono::microseconds time) { spent_ += time; }
  // The wall clock is set by so much, forward or back; time goes on as it does.
  void set_wall_by(std::chrono::milliseconds difference) { wall_ += difference; }
  std::chrono::milliseconds wall_difference() const { return wall_; }

  // The call that is running never comes back by itself: only `SimulatedWorkers::end_hang` ends it.
  void hang() { hangs_ = true; }

 private:
  friend class SimulatedWorkers;
  bool hangs_ = false;
  std::chrono::milliseconds wall_{0};
  std::chrono::microseconds elapsed_{0};
  std::chrono::microseconds spent_{0};
};

class SimulatedWorkers final : public station::Workers {
 public:
  explicit SimulatedWorkers(SimulatedClock& clock) : clock_(clock) {}

  void run(const std::string& lane, station::LaneCall call) override { run_later(lane, 0, std::move(call)); }
  void run_later(const std::string& lane, int delay_ms, station::LaneCall call) override;
  void run_within(const std::string& lane, int delay_ms, station::LaneCall call, Limit limit) override;

  // What the lane's call hung in is over: it comes back now.
  void end_hang(const std::string& lane);
  bool hangs(const std::string& lane) const { return hung_.contains(lane); }

  // Goes on to the next report in virtual time, running the calls that are due before it. Nothing: no call
  // is under way.
  station::Report next_report();

  // When the next call or report is due; nothing: none is.
  std::optional<SteadyTime> next_due() const;
  // Nothing is done until then.
  void wait_until(SteadyTime when);

  // A crash. Calls that were handed over have begun, or have not; their reports reach nobody.
  void drop_calls();
  void finish_calls_and_drop_reports();

 private:
  struct Event {
    std::string lane;
    station::LaneCall call;  // or
    station::Report report;
    std::optional<Limit> limit;
  };
  void run_call(Event event);
  void post(std::chrono::microseconds when, const std::string& lane, station::Report report);

  SimulatedClock& clock_;
  // By time, then in the order in which they were added.
  std::map<std::pair<std::chrono::microseconds, std::uint64_t>, Event> events_;
  std::map<std::string, std::chrono::microseconds> busy_until_;
  std::map<std::string, station::Report> hung_;  // what is to be told when they come back
  std::uint64_t added_ = 0;
};

}  // namespace imprimatur::sim
