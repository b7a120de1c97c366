#include "app/lanes.hpp"

namespace imprimatur::app {
namespace {

// Overdue calls are looked for so often. A limit is seconds or minutes: this much later is no matter.
constexpr std::chrono::milliseconds kWatchInterval{100};

}  // namespace

struct Lane::Shared {
  struct Entry {
    station::LaneCall call;
    std::optional<station::Workers::Limit> limit;
  };

  explicit Shared(Deliver to) : deliver(std::move(to)) {}
  // The thread: until it is told to stop and nothing is due, or until its abandoned call returns.
  void work();
  // Runs one call; false when the lane was abandoned meanwhile.
  bool run_one(std::unique_lock<std::mutex>& lock, Entry entry);

  Deliver deliver;
  std::mutex mutex;
  std::condition_variable changed;
  std::multimap<Time, Entry> calls;
  std::optional<Time> deadline;                  // of the call that runs
  std::optional<station::Workers::Limit> limit;  // of the call that runs
  bool stopping = false;
  bool abandoned = false;
  bool ended = false;
};

bool Lane::Shared::run_one(std::unique_lock<std::mutex>& lock, Entry entry) {
  limit = std::move(entry.limit);
  if (limit) deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit->after_ms);
  lock.unlock();
  station::Report report = entry.call();
  entry.call = {};  // what it holds dies here, on the lane's thread
  lock.lock();
  deadline.reset();
  const bool in_time = !abandoned;
  if (!in_time) report = limit ? std::move(limit->returned) : station::Report();
  limit.reset();
  lock.unlock();
  if (report) deliver(std::move(report));
  lock.lock();
  return in_time;
}

void Lane::Shared::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    const auto first = calls.begin();
    const bool due = first != calls.end() && first->first <= std::chrono::steady_clock::now();
    if (!due && stopping) break;
    if (first == calls.end()) {
      changed.wait(lock);
      continue;
    }
    if (!due) {
      changed.wait_until(lock, first->first);
      continue;
    }
    Entry entry = std::move(first->second);
    calls.erase(first);
    if (!run_one(lock, std::move(entry))) break;
  }
  ended = true;
  changed.notify_all();
}

Lane::Lane(Deliver deliver, std::shared_ptr<std::atomic<int>> left_behind)
    : shared_(std::make_shared<Shared>(std::move(deliver))),
      left_behind_(std::move(left_behind)),
      thread_([shared = shared_, left = left_behind_] {
        shared->work();
        const std::lock_guard lock(shared->mutex);
        if (shared->abandoned) left->fetch_sub(1);
      }) {}

Lane::~Lane() {
  if (thread_.joinable()) end({});
}

void Lane::add(Time due, station::LaneCall call, std::optional<station::Workers::Limit> limit) {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->calls.emplace(due, Shared::Entry{std::move(call), std::move(limit)});
  }
  shared_->changed.notify_all();
}

// With the shared mutex held.
void Lane::leave_behind() {
  shared_->abandoned = true;
  shared_->calls.clear();
  left_behind_->fetch_add(1);
  thread_.detach();
}

bool Lane::abandon_if_overdue(Time now) {
  station::Report overdue;
  {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->deadline || now < *shared_->deadline) return false;
    overdue = std::move(shared_->limit->overdue);
    leave_behind();
  }
  if (overdue) shared_->deliver(std::move(overdue));
  return true;
}

bool Lane::end(std::optional<Time> until) {
  std::unique_lock lock(shared_->mutex);
  shared_->stopping = true;
  shared_->changed.notify_all();
  const auto ended = [this] { return shared_->ended; };
  if (until && !shared_->changed.wait_until(lock, *until, ended)) {
    leave_behind();
    return false;
  }
  lock.unlock();
  thread_.join();
  return true;
}

Lanes::Lanes(Lane::Deliver deliver) : deliver_(std::move(deliver)), watchdog_([this] { watch(); }) {}

Lanes::~Lanes() {
  stop();
}

void Lanes::run_later(const std::string& lane, int delay_ms, station::LaneCall call) {
  add(lane, delay_ms, std::move(call), {});
}

void Lanes::run_within(const std::string& lane, int delay_ms, station::LaneCall call, Limit limit) {
  add(lane, delay_ms, std::move(call), std::move(limit));
}

void Lanes::add(const std::string& lane, int delay_ms, station::LaneCall call, std::optional<Limit> limit) {
  const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(delay_ms);
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  auto& thread = lanes_[lane];
  if (!thread) thread = std::make_unique<Lane>(deliver_, left_behind_);
  thread->add(due, std::move(call), std::move(limit));
}

// The watchdog's thread: overdue lanes are taken off the map, so that the next call of the name gets a new
// thread.
void Lanes::watch() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, kWatchInterval, [this] { return stopped_; })) {
    const auto now = std::chrono::steady_clock::now();
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
      lane = lane->second->abandon_if_overdue(now) ? lanes_.erase(lane) : std::next(lane);
    }
  }
}

int Lanes::stop(std::chrono::milliseconds patience) {
  std::map<std::string, std::unique_ptr<Lane>> ending;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    ending.swap(lanes_);
  }
  changed_.notify_all();
  if (watchdog_.joinable()) watchdog_.join();
  const auto until = std::chrono::steady_clock::now() + patience;
  for (const auto& [name, lane] : ending) lane->end(until);
  return abandoned();
}

}  // namespace imprimatur::app
