// For tests that ask another tool: a folder of one's own that goes away, and a command's exit code
// and output. The command is run by the shell under timeout(1), so that a test never hangs.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/check.hpp"

namespace imprimatur::test_support {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = std::filesystem::temp_directory_path() / "imprimatur-test-XXXXXX";
    CHECK(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

struct CommandResult {
  int exit_code = -1;
  std::string output;  // standard output and standard error, at most 1 MiB
};

// At most 30 seconds; then the command is killed and exit_code is 124.
inline CommandResult run_command(const std::string& command) {
  const std::string line = "exec timeout -k 1 30 sh -c '" + command + "' 2>&1 </dev/null";
  CHECK(command.find('\'') == std::string::npos);
  FILE* pipe = ::popen(line.c_str(), "r");
  CHECK(pipe != nullptr);
  CommandResult result;
  std::array<char, 4096> part{};
  for (std::size_t size = 0; (size = std::fread(part.data(), 1, part.size(), pipe)) > 0;) {
    if (result.output.size() < (1U << 20)) result.output.append(part.data(), size);
  }
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

}  // namespace imprimatur::test_support
