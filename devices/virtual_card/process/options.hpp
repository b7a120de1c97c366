// The command line of `virtual-card`.
#pragma once

#include <optional>

#include "devices/virtual_card/process/bench.hpp"

namespace imprimatur::devices {

struct Options {
  BenchSettings bench;
  std::vector<ClassCount> classes;
  std::filesystem::path transport_master_file;
  std::filesystem::path state_folder;
  std::filesystem::path receipt_file;  // empty: none is written
  bool s16 = false;
  bool die_with_parent = false;
  bool help = false;
};

const char* usage();

// Error options.usage with what is wrong.
Result<Options> parse_options(int count, char** words);

}  // namespace imprimatur::devices
