#include "tests/ipp/scratch_folder.hpp"

#include <stdlib.h>

#include <system_error>

#include "base/check.hpp"

namespace imprimatur::tests {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "ipp-XXXXXX").string();
  CHECK(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::size_t count_files(const std::filesystem::path& folder) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    count += entry.is_regular_file() ? 1U : 0U;
  }
  return count;
}

}  // namespace imprimatur::tests
