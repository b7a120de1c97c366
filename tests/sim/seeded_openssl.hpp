// OpenSSL's own randomness, repeatable while this stands: nonces of ECDSA and key pairs of cards. With
// others, an EF.SOD has another length, its writing takes another time, and a day with real chips never comes
// again. One thread; the one that was made last counts. Tests only.
#pragma once

#include "base/random.hpp"

namespace imprimatur::sim {

class SeededOpenSsl {
 public:
  explicit SeededOpenSsl(std::uint64_t seed);
  ~SeededOpenSsl();
  SeededOpenSsl(const SeededOpenSsl&) = delete;
  SeededOpenSsl& operator=(const SeededOpenSsl&) = delete;

 private:
  SeededRandom random_;
  Random* before_;
};

}  // namespace imprimatur::sim
