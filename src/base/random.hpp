// Randomness as a port: the system's in production, a seeded one in simulation and tests.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "base/bytes.hpp"

namespace imprimatur {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;  // any thread; never fails
  Bytes bytes(std::size_t count) {
    Bytes out(count);
    fill(out);
    return out;
  }
};

// getrandom(2). The process stops when the kernel has no randomness to give.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

// Repeatable, for tests, samples and simulation; never for keys. One thread.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::mt19937_64 engine_;
};

// A random UUID (RFC 9562, version 4) in lower case.
std::string make_uuid(Random& random);
bool is_uuid(std::string_view text);

}  // namespace imprimatur
