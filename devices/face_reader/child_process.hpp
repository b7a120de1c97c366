// Runs a program and takes what it writes to its standard output: a rasteriser, a camera's command. No shell
// is involved, its surroundings are a fixed PATH, and nothing touches the disk.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct ChildLimits {
  std::chrono::milliseconds time{10'000};  // then the program and what it started are killed
  std::size_t output_bytes = 64U << 20;
};

// Blocks until the program has ended, at most the time limit. Errors face_reader.command: it cannot be
// started, failed, wrote too much, or took too long; the error's field is the program's name. CHECK: there
// is a first argument, the program.
Result<Bytes> run_child(std::vector<std::string> arguments, ChildLimits limits, const Clock& clock);

}  // namespace imprimatur::devices
