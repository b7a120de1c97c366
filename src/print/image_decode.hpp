// The decoders behind image_check: one file a format. Used by image_check only. Pure; any thread.
#pragma once

#include <string>

#include "print/image_check.hpp"

namespace imprimatur::print {

struct Pixels {
  int width_px = 0, height_px = 0;
  ImageColour colour = ImageColour::colour;
  Bytes bytes;  // rows without padding: red, green, blue, or grey
};

struct Decoded {
  ImageInfo info;  // of the file
  Pixels pixels;   // perhaps shrunk and made grey
};

// The header is judged by the limits before a pixel is decoded. Errors as of check_image, the same at any
// scale: every byte is read, and what cannot be read is damage.
Result<Decoded> decode_jpeg(ByteView image, const ImageLimits& limits, const CleanOptions& options);
Result<Decoded> decode_jp2(ByteView image, const ImageLimits& limits, const CleanOptions& options);
Result<Decoded> decode_png(ByteView image, const ImageLimits& limits, const CleanOptions& options);

Result<Bytes> encode_jpeg(const Pixels& pixels, int quality);

// Error image.dimensions.
Status check_dimensions(std::int64_t width_px, std::int64_t height_px, const ImageLimits& limits);

// Error image.rotated when the Exif block (TIFF 6.0, from its byte order mark) has an orientation other than
// upright.
Status check_upright(ByteView tiff);

// For decoders that do not do it themselves: halved, by the mean of four, while still at least as long as
// wanted; and grey by ITU-R BT.601.
Pixels shrunk(Pixels pixels, int longer_side_px_wanted);
// By how much libjpeg scales: 1, 1/2, 1/4 or 1/8 of the size, rounded up. The denominator.
int jpeg_denominator(const ImageInfo& info, int longer_side_px_wanted);
int jpeg_scaled(int length_px, int denominator);
Pixels greyed(Pixels pixels);

Error corrupt_image();

}  // namespace imprimatur::print
