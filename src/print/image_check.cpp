#include "print/image_check.hpp"

#include <algorithm>
#include <array>

#include "print/image_decode.hpp"

namespace imprimatur::print {
namespace {

// For who wants no pixels: as small and grey as the decoder makes them.
constexpr CleanOptions kNoPixels{.longer_side_px_wanted = 1, .grey = true};

bool begins_with(ByteView image, std::initializer_list<std::uint8_t> mark) {
  return image.size() >= mark.size() && std::equal(mark.begin(), mark.end(), image.begin());
}

Status check_bytes(ByteView image, const ImageLimits& limits) {
  if (image.empty()) return fail("image.empty", "the image is empty");
  if (image.size() <= limits.bytes_max) return ok();
  return fail("image.too_large", "the image has " + std::to_string(image.size()) + " bytes, allowed are " +
                                     std::to_string(limits.bytes_max));
}

Result<Decoded> decode(ByteView image, const ImageLimits& limits, const CleanOptions& options) {
  TRY_STATUS(check_bytes(image, limits));
  if (begins_with(image, {0xFF, 0xD8})) return decode_jpeg(image, limits, options);
  // ISO/IEC 15444-1, I.5.1 (JP2's signature box) and A.4.1 (a bare codestream).
  if (begins_with(image, {0, 0, 0, 12, 'j', 'P', ' ', ' ', 0x0D, 0x0A, 0x87, 0x0A}) ||
      begins_with(image, {0xFF, 0x4F, 0xFF, 0x51})) {
    return decode_jp2(image, limits, options);
  }
  if (begins_with(image, {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A})) {
    return decode_png(image, limits, options);
  }
  return fail("image.unknown_type", "the image is neither JPEG nor JPEG 2000 nor PNG");
}

std::uint64_t number_at(ByteView bytes, std::size_t offset, std::size_t width, bool little) {
  if (offset + width > bytes.size()) return 0;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < width; ++i) value = value << 8 | bytes[offset + (little ? width - 1 - i : i)];
  return value;
}

// Tag 0x0112 of the first directory (TIFF 6.0, section 2); 1 when it says nothing.
int orientation_of(ByteView tiff) {
  constexpr std::size_t kEntriesMax = 256;
  if (tiff.size() < 8) return 1;
  const bool little = tiff[0] == 'I';
  const std::size_t directory = number_at(tiff, 4, 4, little);
  if (directory >= tiff.size()) return 1;
  const std::size_t entries = std::min<std::size_t>(number_at(tiff, directory, 2, little), kEntriesMax);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (number_at(tiff, entry, 2, little) != 0x0112) continue;
    const int value = static_cast<int>(number_at(tiff, entry + 8, 2, little));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

int halvings_of(ImageSize size, int longer_side_px_wanted) {
  int halvings = 0;
  while (longer_side_px_wanted > 0 && std::max(size.width_px, size.height_px) / 2 >= longer_side_px_wanted &&
         std::min(size.width_px, size.height_px) >= 2) {
    size = {size.width_px / 2, size.height_px / 2};
    ++halvings;
  }
  return halvings;
}

Pixels halved(const Pixels& from) {
  Pixels to;
  to.colour = from.colour;
  to.width_px = from.width_px / 2;
  to.height_px = from.height_px / 2;
  const std::size_t channels = from.colour == ImageColour::grey ? 1 : 3;
  const std::size_t stride = static_cast<std::size_t>(from.width_px) * channels;
  const auto width = static_cast<std::size_t>(to.width_px), height = static_cast<std::size_t>(to.height_px);
  to.bytes.reserve(width * height * channels);
  for (std::size_t y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t at = 2 * y * stride + 2 * x * channels + c;
        const int sum = from.bytes[at] + from.bytes[at + channels] + from.bytes[at + stride] +
                        from.bytes[at + stride + channels];
        to.bytes.push_back(static_cast<std::uint8_t>((sum + 2) / 4));
      }
    }
  }
  return to;
}

}  // namespace

Error corrupt_image() {
  return fail("image.corrupt", "the image is damaged or cut short", {}, "Fetch the portrait again");
}

Status check_dimensions(std::int64_t width_px, std::int64_t height_px, const ImageLimits& limits) {
  const auto [shorter, longer] = std::minmax(width_px, height_px);
  if (shorter >= limits.side_px_min && longer <= limits.side_px_max &&
      shorter * longer <= limits.pixels_max) {
    return ok();
  }
  return fail("image.dimensions", "the image has " + std::to_string(width_px) + " x " +
                                      std::to_string(height_px) + " pixels; its sides must have " +
                                      std::to_string(limits.side_px_min) + " to " +
                                      std::to_string(limits.side_px_max));
}

Status check_upright(ByteView tiff) {
  if (orientation_of(tiff) == 1) return ok();
  return fail("image.rotated", "the image's Exif data say that it is to be turned", {},
              "Store the portrait upright, without an Exif orientation");
}

Pixels shrunk(Pixels pixels, int longer_side_px_wanted) {
  int halvings = halvings_of({pixels.width_px, pixels.height_px}, longer_side_px_wanted);
  for (; halvings > 0; --halvings) pixels = halved(pixels);
  return pixels;
}

Pixels greyed(Pixels pixels) {
  if (pixels.colour == ImageColour::grey) return pixels;
  Bytes grey;
  grey.reserve(pixels.bytes.size() / 3);
  for (std::size_t i = 0; i + 2 < pixels.bytes.size(); i += 3) {
    grey.push_back(static_cast<std::uint8_t>(
        (299 * pixels.bytes[i] + 587 * pixels.bytes[i + 1] + 114 * pixels.bytes[i + 2] + 500) / 1000));
  }
  pixels.bytes = std::move(grey);
  pixels.colour = ImageColour::grey;
  return pixels;
}

Result<ImageInfo> check_image(ByteView image, ImageLimits limits) {
  TRY(auto decoded, decode(image, limits, kNoPixels));
  return decoded.info;
}

Result<ImageInfo> check_jpeg(ByteView jpeg, ImageLimits limits) {
  TRY_STATUS(check_bytes(jpeg, limits));
  TRY(auto decoded, decode_jpeg(jpeg, limits, kNoPixels));
  return decoded.info;
}

Status check_size(const ImageInfo& info, const ImageLimits& limits) {
  return check_dimensions(info.width_px, info.height_px, limits);
}

ImageSize clean_size(const ImageInfo& info, const CleanOptions& options) {
  if (info.is_jpeg) {
    const int denominator = jpeg_denominator(info, options.longer_side_px_wanted);
    return {jpeg_scaled(info.width_px, denominator), jpeg_scaled(info.height_px, denominator)};
  }
  const int halvings = halvings_of({info.width_px, info.height_px}, options.longer_side_px_wanted);
  return {info.width_px >> halvings, info.height_px >> halvings};
}

Result<CleanImage> clean_image(ByteView image, ImageLimits limits, CleanOptions options) {
  TRY(auto decoded, decode(image, limits, options));
  CleanImage clean;
  TRY(auto jpeg, encode_jpeg(decoded.pixels, options.quality));
  clean.jpeg = std::move(jpeg);
  clean.width_px = decoded.pixels.width_px;
  clean.height_px = decoded.pixels.height_px;
  clean.colour = decoded.pixels.colour;
  return clean;
}

}  // namespace imprimatur::print
