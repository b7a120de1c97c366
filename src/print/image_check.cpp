#include "print/image_check.hpp"

#include <turbojpeg.h>

#include <algorithm>
#include <memory>

#include "base/byte_reader.hpp"

namespace imprimatur::print {
namespace {

constexpr std::uint8_t kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kApp1 = 0xE1;
constexpr int kSegmentsMax = 512;

struct Handle {
  explicit Handle(tjhandle raw) : owned(raw) {}
  ~Handle() {
    if (owned != nullptr) tjDestroy(owned);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  tjhandle owned;
};

// Orientation (tag 0x0112) of the first directory of an Exif block (TIFF 6.0), 1 when it says nothing.
int orientation_of(ByteView exif) {
  if (exif.size() < 14 || text_of(exif.first(6)) != std::string("Exif\0\0", 6)) return 1;
  const ByteView tiff = exif.subspan(6);
  const bool little = tiff[0] == 'I';
  const auto number = [&](std::size_t offset, std::size_t width) -> std::uint64_t {
    if (offset + width > tiff.size()) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < width; ++i) {
      value = value << 8 | tiff[offset + (little ? width - 1 - i : i)];
    }
    return value;
  };
  const std::size_t directory = number(4, 4);
  if (directory >= tiff.size()) return 1;
  const std::size_t entries = std::min<std::size_t>(number(directory, 2), 256);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + 12 * i;
    if (number(entry, 2) != 0x0112) continue;
    const int value = static_cast<int>(number(entry + 8, 2));
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

// Walks the marker segments in front of the first scan (ITU-T T.81, B.1.1) for the Exif orientation.
Result<int> read_orientation(ByteView jpeg) {
  ByteReader reader(jpeg, "JPEG");
  TRY(auto start, reader.take_be(2));
  if (start != (0xFF00U | kSoi)) return fail("image.not_jpeg", "the image does not begin as a JPEG");
  for (int segment = 0; segment < kSegmentsMax; ++segment) {
    TRY(auto prefix, reader.take_u8());
    if (prefix != 0xFF) break;
    TRY(auto marker, reader.take_u8());
    while (marker == 0xFF) {
      TRY(auto next, reader.take_u8());
      marker = next;
    }
    if (marker == kSos || marker == kEoi) break;
    TRY(auto length, reader.take_be(2));
    if (length < 2) break;
    TRY(auto body, reader.take(length - 2));
    if (marker == kApp1 && body.size() > 6 && body[0] == 'E') return orientation_of(body);
  }
  return 1;
}

Result<ImageInfo> read_header(tjhandle decoder, ByteView jpeg, const ImageLimits& limits) {
  if (jpeg.empty()) return fail("image.empty", "the image is empty");
  if (jpeg.size() > limits.bytes_max) {
    return fail("image.too_large", "the image has " + std::to_string(jpeg.size()) + " bytes, allowed are " +
                                       std::to_string(limits.bytes_max));
  }
  auto orientation = read_orientation(jpeg);
  if (!orientation) return fail("image.not_jpeg", "the image is not a JPEG, or ends in its header");
  ImageInfo info;
  int subsampling = 0, colour_space = 0;
  if (tjDecompressHeader3(decoder, jpeg.data(), jpeg.size(), &info.width_px, &info.height_px, &subsampling,
                          &colour_space) != 0 ||
      info.width_px < 1 || info.height_px < 1) {
    return fail("image.not_jpeg", "the image's JPEG header cannot be read");
  }
  if (colour_space == TJCS_CMYK || colour_space == TJCS_YCCK) {
    return fail("image.colour_space", "the image is CMYK; wanted is RGB or grey");
  }
  const auto [shorter, longer] = std::minmax(info.width_px, info.height_px);
  if (shorter < limits.side_px_min || longer > limits.side_px_max ||
      static_cast<std::int64_t>(shorter) * longer > limits.pixels_max) {
    return fail("image.dimensions", "the image has " + std::to_string(info.width_px) + " x " +
                                        std::to_string(info.height_px) + " pixels; its sides must have " +
                                        std::to_string(limits.side_px_min) + " to " +
                                        std::to_string(limits.side_px_max));
  }
  if (orientation.value() != 1) {
    return fail("image.rotated", "the image's Exif data say that it is to be turned", {},
                "Store the portrait upright, without an Exif orientation");
  }
  info.colour = colour_space == TJCS_GRAY ? ImageColour::grey : ImageColour::colour;
  info.bytes = static_cast<int>(jpeg.size());
  return info;
}

struct Pixels {
  int width_px = 0, height_px = 0;
  int format = TJPF_RGB;
  Bytes bytes;
};

// 1/denominator of the image's size, as libjpeg scales: rounded up.
int scaled(int length, int denominator) {
  return (length + denominator - 1) / denominator;
}

Result<Pixels> decode(tjhandle decoder, ByteView jpeg, const ImageInfo& info, const CleanOptions& options) {
  const int longer = std::max(info.width_px, info.height_px);
  int denominator = 1;
  while (options.longer_side_px_wanted > 0 && denominator < 8 &&
         scaled(longer, denominator * 2) >= options.longer_side_px_wanted) {
    denominator *= 2;
  }
  Pixels pixels;
  pixels.width_px = scaled(info.width_px, denominator);
  pixels.height_px = scaled(info.height_px, denominator);
  const bool grey = options.grey || info.colour == ImageColour::grey;
  pixels.format = grey ? TJPF_GRAY : TJPF_RGB;
  pixels.bytes.resize(static_cast<std::size_t>(pixels.width_px) * static_cast<std::size_t>(pixels.height_px) *
                      static_cast<std::size_t>(tjPixelSize[pixels.format]));
  // Every entropy-coded byte is read whatever the scale, so damage shows at any scale. A warning (bad
  // code, data missing at the end) is damage too: libjpeg would fill in grey.
  if (tjDecompress2(decoder, jpeg.data(), jpeg.size(), pixels.bytes.data(), pixels.width_px, 0,
                    pixels.height_px, pixels.format, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    return fail("image.corrupt", "the image is damaged or cut short", {}, "Fetch the portrait again");
  }
  return pixels;
}

}  // namespace

Result<ImageInfo> check_jpeg(ByteView jpeg, ImageLimits limits) {
  const Handle decoder(tjInitDecompress());
  if (decoder.owned == nullptr) return fail("image.codec", "the JPEG decoder does not start");
  TRY(auto info, read_header(decoder.owned, jpeg, limits));
  TRY(auto pixels, decode(decoder.owned, jpeg, info, {}));
  return info;
}

Result<CleanImage> clean_jpeg(ByteView jpeg, ImageLimits limits, CleanOptions options) {
  const Handle decoder(tjInitDecompress());
  const Handle encoder(tjInitCompress());
  if (decoder.owned == nullptr || encoder.owned == nullptr) {
    return fail("image.codec", "the JPEG codec does not start");
  }
  TRY(auto info, read_header(decoder.owned, jpeg, limits));
  TRY(auto pixels, decode(decoder.owned, jpeg, info, options));
  const bool grey = pixels.format == TJPF_GRAY;
  const int subsampling = grey ? TJSAMP_GRAY : TJSAMP_444;
  CleanImage clean;
  clean.width_px = pixels.width_px;
  clean.height_px = pixels.height_px;
  clean.colour = grey ? ImageColour::grey : ImageColour::colour;
  clean.jpeg.resize(tjBufSize(pixels.width_px, pixels.height_px, subsampling));
  unsigned char* out = clean.jpeg.data();
  unsigned long size = clean.jpeg.size();
  if (tjCompress2(encoder.owned, pixels.bytes.data(), pixels.width_px, 0, pixels.height_px, pixels.format,
                  &out, &size, subsampling, options.quality, TJFLAG_NOREALLOC) != 0) {
    return fail("image.codec", "the image cannot be encoded");
  }
  clean.jpeg.resize(size);
  return clean;
}

}  // namespace imprimatur::print
