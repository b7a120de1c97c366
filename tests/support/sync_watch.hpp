// Sees every fsync and fdatasync of the test's program, SQLite's too: functions of these names in the program
// stand before those of libc, and call the kernel themselves. So a test can tell what was on the disk when.
// Include it in one file of a program; one watch at a time, one thread.
#pragma once

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <string>

#include "base/check.hpp"

namespace imprimatur::test_support {

class SyncWatch {
 public:
  // Called after each sync, with the name that the file or folder has then.
  explicit SyncWatch(std::function<void(const std::filesystem::path&)> on_sync)
      : on_sync_(std::move(on_sync)) {
    CHECK(current() == nullptr);
    current() = this;
  }
  ~SyncWatch() { current() = nullptr; }
  SyncWatch(const SyncWatch&) = delete;
  SyncWatch& operator=(const SyncWatch&) = delete;

  static int sync(long call, int descriptor) {
    const auto outcome = static_cast<int>(::syscall(call, descriptor));
    if (outcome == 0 && current() != nullptr) {
      std::error_code unknown;
      const auto name = std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), unknown);
      if (!unknown) current()->on_sync_(name);
    }
    return outcome;
  }

 private:
  static SyncWatch*& current() {
    static SyncWatch* watch = nullptr;
    return watch;
  }
  std::function<void(const std::filesystem::path&)> on_sync_;
};

}  // namespace imprimatur::test_support

extern "C" int fsync(int descriptor) {
  return imprimatur::test_support::SyncWatch::sync(SYS_fsync, descriptor);
}
extern "C" int fdatasync(int descriptor) {
  return imprimatur::test_support::SyncWatch::sync(SYS_fdatasync, descriptor);
}
