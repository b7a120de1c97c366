#include <turbojpeg.h>

#include <algorithm>

#include "base/byte_reader.hpp"
#include "print/image_decode.hpp"

namespace imprimatur::print {
namespace {

constexpr std::string_view kExif("Exif\0\0", 6);
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

// Walks the marker segments in front of the first scan (ITU-T T.81, B.1.1) for an Exif orientation.
Status check_segments(ByteView jpeg) {
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
    if (marker == kApp1 && body.size() > kExif.size() && text_of(body.first(kExif.size())) == kExif) {
      TRY_STATUS(check_upright(body.subspan(kExif.size())));
    }
  }
  return ok();
}

Result<ImageInfo> read_header(tjhandle decoder, ByteView jpeg, const ImageLimits& limits) {
  const Status segments = check_segments(jpeg);
  if (!segments) {
    if (segments.error().code == "image.rotated") return segments.error();
    return fail("image.not_jpeg", "the image is not a JPEG, or ends in its header");
  }
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
  TRY_STATUS(check_dimensions(info.width_px, info.height_px, limits));
  info.colour = colour_space == TJCS_GRAY ? ImageColour::grey : ImageColour::colour;
  info.bytes = static_cast<int>(jpeg.size());
  info.is_jpeg = true;
  return info;
}

Result<Pixels> decode(tjhandle decoder, ByteView jpeg, const ImageInfo& info, const CleanOptions& options) {
  const int denominator = jpeg_denominator(info, options.longer_side_px_wanted);
  Pixels pixels;
  pixels.width_px = jpeg_scaled(info.width_px, denominator);
  pixels.height_px = jpeg_scaled(info.height_px, denominator);
  if (options.grey) pixels.colour = ImageColour::grey;
  if (info.colour == ImageColour::grey) pixels.colour = ImageColour::grey;
  const int format = pixels.colour == ImageColour::grey ? TJPF_GRAY : TJPF_RGB;
  pixels.bytes.resize(static_cast<std::size_t>(pixels.width_px) * static_cast<std::size_t>(pixels.height_px) *
                      static_cast<std::size_t>(tjPixelSize[format]));
  // Every entropy-coded byte is read whatever the scale, so damage shows at any scale. A warning (bad
  // code, data missing at the end) is damage too: libjpeg would fill in grey.
  if (tjDecompress2(decoder, jpeg.data(), jpeg.size(), pixels.bytes.data(), pixels.width_px, 0,
                    pixels.height_px, format, TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    return corrupt_image();
  }
  return pixels;
}

}  // namespace

int jpeg_scaled(int length_px, int denominator) {
  return (length_px + denominator - 1) / denominator;
}

int jpeg_denominator(const ImageInfo& info, int longer_side_px_wanted) {
  const int longer = std::max(info.width_px, info.height_px);
  int denominator = 1;
  while (longer_side_px_wanted > 0 && denominator < 8 &&
         jpeg_scaled(longer, denominator * 2) >= longer_side_px_wanted) {
    denominator *= 2;
  }
  return denominator;
}

Result<Decoded> decode_jpeg(ByteView jpeg, const ImageLimits& limits, const CleanOptions& options) {
  const Handle decoder(tjInitDecompress());
  if (decoder.owned == nullptr) return fail("image.codec", "the JPEG decoder does not start");
  Decoded decoded;
  TRY(auto info, read_header(decoder.owned, jpeg, limits));
  decoded.info = info;
  TRY(auto pixels, decode(decoder.owned, jpeg, info, options));
  decoded.pixels = std::move(pixels);
  return decoded;
}

Result<Bytes> encode_jpeg(const Pixels& pixels, int quality) {
  const Handle encoder(tjInitCompress());
  if (encoder.owned == nullptr) return fail("image.codec", "the JPEG encoder does not start");
  const bool grey = pixels.colour == ImageColour::grey;
  const int subsampling = grey ? TJSAMP_GRAY : TJSAMP_444;
  Bytes jpeg(tjBufSize(pixels.width_px, pixels.height_px, subsampling));
  unsigned char* out = jpeg.data();
  unsigned long size = jpeg.size();
  if (tjCompress2(encoder.owned, pixels.bytes.data(), pixels.width_px, 0, pixels.height_px,
                  grey ? TJPF_GRAY : TJPF_RGB, &out, &size, subsampling, quality, TJFLAG_NOREALLOC) != 0) {
    return fail("image.codec", "the image cannot be encoded");
  }
  jpeg.resize(size);
  return jpeg;
}

}  // namespace imprimatur::print
