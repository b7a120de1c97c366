#include "app/housekeeper.hpp"

#include <chrono>

namespace imprimatur::app {
namespace {

// Many commits make one round: progress is for eyes, and a checkpoint a second is enough.
constexpr std::chrono::milliseconds kRound{100};

}  // namespace

Housekeeper::Housekeeper(Tasks tasks) : tasks_(std::move(tasks)), thread_([this] { work(); }) {}

Housekeeper::~Housekeeper() {
  stop();
}

void Housekeeper::wake() {
  {
    const std::lock_guard lock(mutex_);
    due_ = true;
  }
  changed_.notify_one();
}

void Housekeeper::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::work() {
  std::unique_lock lock(mutex_);
  auto next_tidy = std::chrono::steady_clock::now() + tasks_.tidy_every;
  for (bool last = false; !last;) {
    changed_.wait_until(lock, next_tidy, [this] { return due_ || stopping_; });
    changed_.wait_for(lock, kRound, [this] { return stopping_; });
    const bool due = due_ || stopping_;
    due_ = false;
    // Read before the round: what was committed before stop() is in the round that follows it.
    last = stopping_;
    lock.unlock();
    if (due) {
      tasks_.publish();
      tasks_.tell_progress();
    }
    if (!last && std::chrono::steady_clock::now() >= next_tidy) {
      if (tasks_.tidy) tasks_.tidy();
      next_tidy = std::chrono::steady_clock::now() + tasks_.tidy_every;
    }
    lock.lock();
  }
}

}  // namespace imprimatur::app
