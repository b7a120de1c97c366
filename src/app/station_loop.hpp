// The station's own thread. Everything that changes the ledger runs here, in turns: what has come in by then
// is run as one group, made durable by one commit, and only then do its effects leave: calls on the lanes,
// answers to clients, news to subscribers (design section 2, promise 2).
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "station/workers.hpp"

namespace imprimatur::app {

// What a turn needs from the station and its ledger.
struct TurnHooks {
  std::function<Status()> begin;       // an error: cannot go on
  std::function<Status()> commit;      // an error: nothing of the turn is durable; the loop halts
  std::function<void()> after_commit;  // starts what the turn decided, tells who waits for news
  // The store failed, and why: called once, on the loop's thread.
  std::function<void(const Error& cause)> halted;
};

class StationLoop {
 public:
  explicit StationLoop(TurnHooks hooks);
  ~StationLoop();  // stop()
  StationLoop(const StationLoop&) = delete;
  StationLoop& operator=(const StationLoop&) = delete;

  // Any thread. `done`, when given, runs after the commit of the turn that ran `work`. Dropped when the loop
  // has stopped or halted.
  void post(std::function<void()> work, std::function<void()> done = {});

  // Any thread but the loop's. Runs `work` in a turn and gives its answer once that is durable; an answer
  // is never given for a turn that was not committed (then, and after stop, broken_promise is thrown as
  // std::future_error).
  template <class Answer>
  Answer ask(std::function<Answer()> work) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto answer = std::make_shared<std::optional<Answer>>();
    auto future = promise->get_future();
    post([answer, work = std::move(work)] { answer->emplace(work()); },
         [answer, promise] { promise->set_value(std::move(**answer)); });
    promise.reset();
    return future.get();
  }

  // Any thread but the loop's. Runs `work` on the loop's thread between two turns, outside of a group: for
  // what may only follow a commit. Thrown as by `ask`.
  template <class Answer>
  Answer ask_alone(std::function<Answer()> work) {
    auto promise = std::make_shared<std::promise<Answer>>();
    auto future = promise->get_future();
    {
      const std::lock_guard lock(mutex_);
      if (!halted_) alone_.push_back([promise, work = std::move(work)] { promise->set_value(work()); });
    }
    promise.reset();
    changed_.notify_one();
    return future.get();
  }

  // Runs the turns that are due and ends the thread.
  void stop();

 private:
  struct Entry {
    std::function<void()> work;
    std::function<void()> done;
  };
  void work();
  Status turn(std::vector<Entry>& entries);

  TurnHooks hooks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> inbox_;
  std::vector<std::function<void()>> alone_;
  bool stopping_ = false;
  bool halted_ = false;
  std::thread thread_;
};

}  // namespace imprimatur::app
