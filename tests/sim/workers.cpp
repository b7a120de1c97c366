#include "tests/sim/workers.hpp"

#include <utility>

namespace imprimatur::sim {

WallTime SimulatedClock::now() const {
  static const WallTime begin = parse_rfc3339("2026-11-24T08:00:00Z").value();
  return begin + wall_ + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_ + spent_);
}

void SimulatedWorkers::run_later(const std::string& lane, int delay_ms, station::LaneCall call) {
  const auto due = clock_.elapsed_ + std::chrono::milliseconds(delay_ms);
  events_.emplace(std::pair{due, ++added_}, Event{lane, std::move(call), {}, {}});
}

void SimulatedWorkers::run_within(const std::string& lane, int delay_ms, station::LaneCall call,
                                  Limit limit) {
  const auto due = clock_.elapsed_ + std::chrono::milliseconds(delay_ms);
  events_.emplace(std::pair{due, ++added_}, Event{lane, std::move(call), {}, std::move(limit)});
}

void SimulatedWorkers::post(std::chrono::microseconds when, const std::string& lane, station::Report report) {
  events_.emplace(std::pair{when, ++added_}, Event{lane, {}, std::move(report), {}});
}

void SimulatedWorkers::end_hang(const std::string& lane) {
  auto ended = hung_.extract(lane);
  if (!ended.empty()) post(clock_.elapsed_ + clock_.spent_, lane, std::move(ended.mapped()));
}

station::Report SimulatedWorkers::next_report() {
  while (!events_.empty()) {
    auto node = events_.extract(events_.begin());
    clock_.elapsed_ = std::max(clock_.elapsed_, node.key().first);
    if (node.mapped().report) return std::move(node.mapped().report);
    const auto free = busy_until_[node.mapped().lane];
    if (free > clock_.elapsed_) {
      node.key().first = free;
      events_.insert(std::move(node));
      continue;
    }
    run_call(std::move(node.mapped()));
  }
  return {};
}

std::optional<SteadyTime> SimulatedWorkers::next_due() const {
  if (events_.empty()) return {};
  return SteadyTime{} + events_.begin()->first.first;
}

void SimulatedWorkers::wait_until(SteadyTime when) {
  clock_.elapsed_ =
      std::max(clock_.elapsed_, std::chrono::duration_cast<std::chrono::microseconds>(when - SteadyTime{}));
}

void SimulatedWorkers::run_call(Event event) {
  clock_.spent_ = {};
  clock_.hangs_ = false;
  station::Report report = event.call();
  const auto ended = clock_.elapsed_ + clock_.spent_;
  const bool hangs = std::exchange(clock_.hangs_, false);
  clock_.spent_ = {};
  if (!event.limit) {
    busy_until_[event.lane] = ended;
    return post(ended, event.lane, std::move(report));
  }
  const auto limit = clock_.elapsed_ + std::chrono::milliseconds(event.limit->after_ms);
  if (!hangs && ended <= limit) {
    busy_until_[event.lane] = ended;
    return post(ended, event.lane, std::move(report));
  }
  // Overdue: the lane is abandoned, a new one takes its name at once.
  busy_until_.erase(event.lane);
  post(limit, event.lane, std::move(event.limit->overdue));
  if (hangs) {
    hung_[event.lane] = std::move(event.limit->returned);
  } else {
    post(ended, event.lane, std::move(event.limit->returned));
  }
}

void SimulatedWorkers::drop_calls() {
  events_.clear();
  busy_until_.clear();
  hung_.clear();
}

void SimulatedWorkers::finish_calls_and_drop_reports() {
  for (auto& [when, event] : events_) {
    if (event.call) event.call();
  }
  drop_calls();
}

}  // namespace imprimatur::sim
