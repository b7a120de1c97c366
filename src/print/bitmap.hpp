// A rasterised side of a card: what people look at, and what transports print that take bitmaps. Pure; any
// thread.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::print {

// Card printers print over the edge: a few dots more than ID-1 has (1011 x 638) at 300 dpi.
inline constexpr int kBitmapDpi = 300;
inline constexpr int kBitmapWidthPx = 1016, kBitmapHeightPx = 648;

struct Bitmap {
  int width_px = 0, height_px = 0;
  Bytes rgb;  // rows from the top, without padding
};

// A binary PPM (netpbm's P6, 8 bits) of at most 8 million pixels. Error bitmap.syntax.
Result<Bitmap> read_ppm(ByteView ppm);

// The bitmap in the middle of a larger one, its edges drawn out over what is more. CHECK: not smaller.
Bitmap with_bleed(const Bitmap& bitmap, int width_px, int height_px);

// The same bitmap gives the same bytes. Error bitmap.png.
Result<Bytes> encode_png(const Bitmap& bitmap);

}  // namespace imprimatur::print
