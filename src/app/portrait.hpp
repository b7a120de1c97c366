// Portraits of nobody: a stylised face drawn from random traits, for made-up jobs. No photograph of a person
// is ever needed to try or show the station.
//
// Pure functions of the random source; one thread a source.
#pragma once

#include "base/bytes.hpp"
#include "base/random.hpp"

namespace imprimatur::app {

struct PortraitTraits {
  bool female = false;
  int age = 30;  // years: hair turns grey, lines appear
  int width_px = 413;
  int height_px = 531;             // 35 × 45 mm at 300 dpi
  std::size_t bytes_max = 25'000;  // of the JPEG, whose quality gives way
};

// A baseline JPEG; at the usual sizes (413 × 531, 240 × 320) at least 12,000 bytes when that is allowed.
Bytes draw_portrait(Random& random, const PortraitTraits& traits);

// A JPEG of a scrawl that is nobody's signature, 300 × 100 pixels, below 8,000 bytes.
Bytes draw_signature(Random& random);

// A number from 0 to `count` - 1 (count at least 1). Not even to the last bit, which samples do not need.
std::size_t pick_index(Random& random, std::size_t count);
// A number from `min` to `max`.
int pick_number(Random& random, int min, int max);

}  // namespace imprimatur::app
