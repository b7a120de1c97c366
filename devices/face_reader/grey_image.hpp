// An image of one side of a card in grey, cut to the card's edges. Pure; any thread.
#pragma once

#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct GreyImage {
  int width_px = 0, height_px = 0;
  Bytes pixels;  // rows from the top, without padding; 0 is black
  std::uint8_t at(int x, int y) const {
    return pixels[static_cast<std::size_t>(y) * static_cast<std::size_t>(width_px) +
                  static_cast<std::size_t>(x)];
  }
};

// Pixels to a millimetre of an image that shows an ID-1 card (ISO/IEC 7810) from edge to edge.
double pixels_per_mm(const GreyImage& image);

// One image: PGM (netpbm's P5, 8 bits), PNG or JPEG, told apart by its first bytes, of at most 64 million
// pixels. Errors face_reader.image: not such an image, not of a card's shape (within 3 %), or less than 180
// dots to an inch.
Result<GreyImage> decode_image(ByteView file);

// PGM images one after the other, at most `count_max`. Errors as above.
Result<std::vector<GreyImage>> decode_pgm_images(ByteView file, std::size_t count_max);

}  // namespace imprimatur::devices
