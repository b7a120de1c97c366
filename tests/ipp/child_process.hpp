// A program that a test starts and that never outlives it: it is killed by its pid at the latest with the
// object, and by the kernel when the test dies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace imprimatur::tests {

class ChildProcess {
 public:
  // arguments[0] is looked up in PATH; `environment` is added to ours as NAME=VALUE.
  explicit ChildProcess(const std::vector<std::string>& arguments,
                        const std::vector<std::string>& environment = {});
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }
  // What it wrote to stdout and stderr until `text` was in it. False when it ended or time was up before.
  bool wait_for_output(const std::string& text, std::chrono::milliseconds time_max);
  // Reads its output until it ends. Its exit code, or -1 when time was up or a signal ended it.
  int wait_for_exit(std::chrono::milliseconds time_max);
  void signal(int number) const;
  const std::string& output() const { return output_; }

 private:
  bool read_some(std::chrono::steady_clock::time_point until);
  int reap();

  pid_t pid_ = -1;
  int output_pipe_ = -1;
  bool reaped_ = false;
  std::string output_;
};

// A TCP port of 127.0.0.1 that was free a moment ago.
int free_port();

}  // namespace imprimatur::tests
