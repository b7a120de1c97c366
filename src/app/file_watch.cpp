#include "app/file_watch.hpp"

#include <sys/stat.h>

namespace imprimatur::app {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileWatch::FileWatch(std::vector<std::filesystem::path> files)
    : files_(std::move(files)), known_(identities()), last_(known_) {}

bool FileWatch::look() {
  std::vector<Identity> now = identities();
  const bool settled = now == last_;
  last_ = std::move(now);
  if (!settled || last_ == known_) return false;
  known_ = last_;
  return true;
}

std::vector<FileWatch::Identity> FileWatch::identities() const {
  std::vector<Identity> list;
  for (const auto& file : files_) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
      list.emplace_back();
    } else {
      list.emplace_back(std::in_place, found.st_dev, found.st_ino, found.st_size, nanoseconds(found.st_mtim),
                        nanoseconds(found.st_ctim));
    }
  }
  return list;
}

}  // namespace imprimatur::app
