#include "tests/sim/workers.hpp"

namespace imprimatur::sim {

WallTime SimulatedClock::now() const {
  static const WallTime begin = parse_rfc3339("2026-11-24T08:00:00Z").value();
  return begin + std::chrono::duration_cast<std::chrono::milliseconds>(elapsed_ + spent_);
}

void SimulatedWorkers::run_later(const std::string& lane, int delay_ms, station::LaneCall call) {
  const auto due = clock_.elapsed_ + std::chrono::milliseconds(delay_ms);
  events_.emplace(std::pair{due, ++added_}, Event{lane, std::move(call), {}});
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

void SimulatedWorkers::run_call(Event event) {
  clock_.spent_ = {};
  station::Report report = event.call();
  const auto ended = clock_.elapsed_ + clock_.spent_;
  clock_.spent_ = {};
  busy_until_[event.lane] = ended;
  events_.emplace(std::pair{ended, ++added_}, Event{std::move(event.lane), {}, std::move(report)});
}

void SimulatedWorkers::drop_calls() {
  events_.clear();
  busy_until_.clear();
}

void SimulatedWorkers::finish_calls_and_drop_reports() {
  for (auto& [when, event] : events_) {
    if (event.call) event.call();
  }
  drop_calls();
}

}  // namespace imprimatur::sim
