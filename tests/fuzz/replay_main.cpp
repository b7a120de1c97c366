// Runs a fuzz target over the seeds in one folder, without a fuzzer: each whole, then cut at many places and
// with single bytes changed. The same inputs every time. Stops the process where the target does; answers 1
// when there are no seeds.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <vector>

#include "base/files.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using imprimatur::Bytes;

// About this many places of each seed are cut or changed.
constexpr std::size_t kPlacesMax = 400;

void run(const Bytes& input) {
  // In memory of its own size, so that a checker of memory sees every read past the end.
  const Bytes exact(input);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

std::size_t replay(const Bytes& seed) {
  run(seed);
  std::size_t runs = 1;
  const std::size_t step = std::max<std::size_t>(1, seed.size() / kPlacesMax);
  for (std::size_t place = 0; place < seed.size(); place += step) {
    run(Bytes(seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(place)));
    Bytes changed = seed;
    for (const unsigned change : {0x01U, 0x80U, 0xFFU}) {
      changed[place] = static_cast<std::uint8_t>(seed[place] ^ change);
      run(changed);
    }
    runs += 4;
  }
  return runs;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s FOLDER_OF_SEEDS\n", arguments[0]);
    return 2;
  }
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1], error))
    paths.push_back(entry.path());
  if (paths.empty()) {
    std::fprintf(stderr, "no seeds in %s\n", arguments[1]);
    return 1;
  }
  std::sort(paths.begin(), paths.end());
  std::size_t runs = 0;
  for (const auto& path : paths) {
    const auto seed = imprimatur::read_file(path);
    if (!seed) {
      std::fprintf(stderr, "%s\n", seed.error().message.c_str());
      return 1;
    }
    runs += replay(seed.value());
  }
  std::printf("%zu seeds, %zu inputs\n", paths.size(), runs);
  return 0;
}
