#include "app/station_loop.hpp"

#include "base/guard.hpp"

namespace imprimatur::app {
namespace {

// One turn's work is bounded, so that answers do not wait for a flood behind them.
constexpr std::size_t kTurnEntriesMax = 256;

}  // namespace

StationLoop::StationLoop(TurnHooks hooks) : hooks_(std::move(hooks)), thread_([this] { work(); }) {}

StationLoop::~StationLoop() {
  stop();
}

void StationLoop::post(std::function<void()> work, std::function<void()> done) {
  {
    const std::lock_guard lock(mutex_);
    if (halted_) return;
    inbox_.push_back({std::move(work), std::move(done)});
  }
  changed_.notify_one();
}

void StationLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Status StationLoop::turn(std::vector<Entry>& entries) {
  TRY_STATUS(hooks_.begin());
  for (auto& entry : entries) entry.work();
  if (guarded("loop.commit_before_answer")) {
    TRY_STATUS(hooks_.commit());
  }
  for (auto& entry : entries) {
    if (entry.done) entry.done();
  }
  hooks_.after_commit();
  return ok();
}

void StationLoop::work() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !inbox_.empty() || !alone_.empty(); });
    if (!alone_.empty()) {
      std::vector<std::function<void()>> works;
      works.swap(alone_);
      lock.unlock();
      for (auto& work : works) work();
      works.clear();
      lock.lock();
      continue;
    }
    if (inbox_.empty()) {
      halted_ = true;  // nobody runs what comes now: who asks is told, and does not wait for ever
      return;
    }
    std::vector<Entry> entries;
    const auto count = static_cast<std::ptrdiff_t>(std::min(inbox_.size(), kTurnEntriesMax));
    std::move(inbox_.begin(), inbox_.begin() + count, std::back_inserter(entries));
    inbox_.erase(inbox_.begin(), inbox_.begin() + count);
    lock.unlock();
    const Status durable = turn(entries);
    entries.clear();
    lock.lock();
    if (durable) continue;
    halted_ = true;
    inbox_.clear();
    alone_.clear();
    lock.unlock();
    hooks_.halted(durable.error());
    return;
  }
}

}  // namespace imprimatur::app
