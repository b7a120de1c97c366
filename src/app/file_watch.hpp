// Tells when files were written or replaced, by what the file system says of them and not by their content.
// One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <tuple>
#include <vector>

namespace imprimatur::app {

class FileWatch {
 public:
  // As the files are now counts as known.
  explicit FileWatch(std::vector<std::filesystem::path> files);

  // True once for a change: when the files are not those that are known, and nothing has changed since the
  // look before, so that nobody is in the middle of writing them. A file that is gone is a change too.
  bool look();

 private:
  // Device, inode, size, times of modification and status change in ns; nothing when there is no such file.
  using Identity =
      std::optional<std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t, std::int64_t>>;
  std::vector<Identity> identities() const;

  std::vector<std::filesystem::path> files_;
  std::vector<Identity> known_;
  std::vector<Identity> last_;
};

}  // namespace imprimatur::app
