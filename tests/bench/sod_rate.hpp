// How many EF.SODs a second can be made, against bare ECDSA P-256 signatures of OpenSSL. One thread, one
// core.
#pragma once

#include "bench/chip_world.hpp"

namespace imprimatur::bench {

struct SodRates {
  double soft_per_s = 0;   // key in this process
  double token_per_s = 0;  // key in the token
  double sign_per_s = 0;   // signatures alone, EVP_PKEY_sign over a digest with one context
};

// Over the bench card's data groups, in `rounds` slices of each kind side by side; medians. Errors of
// build_sod.
Result<SodRates> measure_sod_rates(ChipContentSet& content, int rounds, double slice_s);

}  // namespace imprimatur::bench
