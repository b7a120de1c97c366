// A folder of its own for one test, with a short path (Unix sockets), removed afterwards.
#pragma once

#include <filesystem>

namespace imprimatur::tests {

class ScratchFolder {
 public:
  ScratchFolder();
  ~ScratchFolder();
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Files below a folder, in no order.
std::size_t count_files(const std::filesystem::path& folder);

}  // namespace imprimatur::tests
