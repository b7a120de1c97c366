#include "app/lanes.hpp"

namespace imprimatur::app {

Lane::~Lane() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Lane::add(std::chrono::steady_clock::time_point due, station::LaneCall call) {
  {
    const std::lock_guard lock(mutex_);
    calls_.emplace(due, std::move(call));
  }
  changed_.notify_all();
}

void Lane::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto first = calls_.begin();
    const bool due = first != calls_.end() && first->first <= std::chrono::steady_clock::now();
    if (!due && stopping_) return;
    if (first == calls_.end()) {
      changed_.wait(lock);
      continue;
    }
    if (!due) {
      changed_.wait_until(lock, first->first);
      continue;
    }
    const station::LaneCall call = std::move(first->second);
    calls_.erase(first);
    lock.unlock();
    deliver_(call());
    lock.lock();
  }
}

void Lanes::run_later(const std::string& lane, int delay_ms, station::LaneCall call) {
  const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(delay_ms);
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  auto& thread = lanes_[lane];
  if (!thread) thread = std::make_unique<Lane>(deliver_);
  thread->add(due, std::move(call));
}

void Lanes::stop() {
  std::map<std::string, std::unique_ptr<Lane>> ending;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    ending.swap(lanes_);
  }
  ending.clear();
}

}  // namespace imprimatur::app
