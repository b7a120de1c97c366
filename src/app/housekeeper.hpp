// What follows a commit and holds nobody up: the audit log's files and checkpoint, and the progress news; and
// what the passing of time asks for. One thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace imprimatur::app {

class Housekeeper {
 public:
  struct Tasks {
    std::function<void()> publish;        // within a second of a commit (design section 6)
    std::function<void()> tell_progress;  // coalesced
    std::function<void()> tidy = {};      // erasure, room on the disk: every `tidy_every`, work or not
    std::chrono::milliseconds tidy_every{1000};
  };
  explicit Housekeeper(Tasks tasks);
  ~Housekeeper();  // stop()
  Housekeeper(const Housekeeper&) = delete;
  Housekeeper& operator=(const Housekeeper&) = delete;

  // Any thread: something was committed. Cheap.
  void wake();
  // Does what is due once more and ends the thread.
  void stop();

 private:
  void work();

  Tasks tasks_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool due_ = false;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace imprimatur::app
