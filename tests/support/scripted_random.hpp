// Randomness that hands out what it was given, in order: to replay worked examples.
#pragma once

#include <vector>

#include "base/check.hpp"
#include "base/random.hpp"

namespace imprimatur::test_support {

class ScriptedRandom final : public Random {
 public:
  explicit ScriptedRandom(std::vector<Bytes> script) : script_(std::move(script)) {}
  void fill(std::span<std::uint8_t> bytes) override {
    CHECK(next_ < script_.size() && script_[next_].size() == bytes.size());
    std::copy(script_[next_].begin(), script_[next_].end(), bytes.begin());
    ++next_;
  }
  bool used_up() const { return next_ == script_.size(); }

 private:
  std::vector<Bytes> script_;
  std::size_t next_ = 0;
};

}  // namespace imprimatur::test_support
