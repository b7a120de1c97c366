#include "tests/sim/disk_trouble.hpp"

#include <sqlite3.h>

namespace imprimatur::sim {
namespace {

constexpr int kRoomMax = 60'000;  // a few commits
constexpr int kCallsMax = 40;

}  // namespace

std::string DiskTrouble::begin() {
  const int kind = dice_.below(3);
  met_ = false;
  refused_before_ = disk_.refused;
  if (kind == 0) {
    disk_.room = dice_.below(kRoomMax);
    return "the disk is nearly full: " + std::to_string(*disk_.room) + " bytes are left";
  }
  call_ = kind == 1 ? DiskCall::write : DiskCall::sync;
  code_ = kind == 1 ? SQLITE_IOERR_WRITE : SQLITE_IOERR_FSYNC;
  calls_left_ = dice_.between(1, kCallsMax);
  for_good_ = dice_.one_in(2);
  return std::string(kind == 1 ? "writes" : "syncs") + " fail in " + std::to_string(calls_left_) +
         " calls, " + (for_good_ ? "from then on" : "once");
}

void DiskTrouble::end() {
  disk_.room.reset();
  calls_left_ = 0;
}

int DiskTrouble::on_call(DiskCall call) {
  if (call != call_ || calls_left_ == 0 || --calls_left_ > 0) return SQLITE_OK;
  if (for_good_) calls_left_ = 1;
  met_ = true;
  return code_;
}

}  // namespace imprimatur::sim
