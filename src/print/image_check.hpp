// Images from outside, decoded by their own libraries (libturbojpeg, OpenJPEG, libpng) before anything else
// looks at them, since the PDF library accepts nearly any broken JPEG and aborts on a broken PNG. Pure
// functions; any thread.
#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::print {

struct ImageLimits {
  std::size_t bytes_max = 2U << 20;
  int side_px_min = 120;   // shorter side
  int side_px_max = 4096;  // longer side
  int pixels_max = 8'000'000;
};

enum class ImageColour { grey, colour };

struct ImageInfo {
  int width_px = 0;
  int height_px = 0;
  ImageColour colour = ImageColour::colour;
  int bytes = 0;
  int exif_orientation = 1;  // as the file says, 1 to 8; 1 is upright
  bool is_jpeg = false;
};

// Reads the whole image once, of the type that its first bytes say. Errors, all with the reason in words:
// image.empty, image.too_large, image.unknown_type, image.not_jpeg, image.not_jp2, image.not_png (header),
// image.corrupt (truncated, bad data, or a decoder's warning), image.dimensions (before a pixel is decoded),
// image.colour_space (CMYK, YCC of JPEG 2000, transparency, other than 8 bits), image.rotated (Exif
// orientation other than upright: what people and machines would see differs).
Result<ImageInfo> check_image(ByteView image, ImageLimits limits = {});

// The same of a JPEG only: image.not_jpeg for anything else.
Result<ImageInfo> check_jpeg(ByteView jpeg, ImageLimits limits = {});

struct CleanImage {
  Bytes jpeg;  // baseline, 8 bit, RGB (as YCbCr 4:4:4) or grey; no metadata
  int width_px = 0;
  int height_px = 0;
  ImageColour colour = ImageColour::colour;
};

struct CleanOptions {
  int quality = 92;               // 1 to 100
  int longer_side_px_wanted = 0;  // shrunk by whole steps of the decoder (1/2, 1/4, 1/8) while still at least
                                  // this long; 0: never
  bool grey = false;
};

// Checks, decodes and encodes as JPEG: what leaves has no metadata, no odd markers and one frame.
Result<CleanImage> clean_image(ByteView image, ImageLimits limits = {}, CleanOptions options = {});

// What limits say of an image that was read under other ones. Error image.dimensions.
Status check_size(const ImageInfo& info, const ImageLimits& limits);

struct ImageSize {
  int width_px = 0;
  int height_px = 0;
};
// The size that `clean_image` gives to an image of this kind.
ImageSize clean_size(const ImageInfo& info, const CleanOptions& options);

}  // namespace imprimatur::print
