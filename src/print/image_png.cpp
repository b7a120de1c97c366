#include <png.h>

#include "base/byte_reader.hpp"
#include "print/image_decode.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kSignatureBytes = 8;
constexpr int kChunksMax = 4096;
constexpr std::uint8_t kRgb = 2, kGrey = 0;  // colour types (PNG specification, 11.2.2)

// IHDR by ourselves, so that nothing is allocated for a size we do not want; and what other chunks say that
// would change the picture: an Exif orientation, an animation.
Result<ImageInfo> read_chunks(ByteView png, const ImageLimits& limits) {
  ByteReader reader(png.subspan(kSignatureBytes), "PNG");
  ImageInfo info;
  for (int i = 0; i < kChunksMax; ++i) {
    TRY(auto length, reader.take_be(4));
    TRY(auto type, reader.take(4));
    TRY(auto body, reader.take(length));
    TRY(auto checksum, reader.take(4));
    static_cast<void>(checksum);  // libpng checks it
    const std::string name = text_of(type);
    if (i == 0 && (name != "IHDR" || length != 13)) return fail("image.not_png", "IHDR is not first");
    if (i == 0) {
      const auto width = static_cast<std::int64_t>(read_be(body.first(4)));
      const auto height = static_cast<std::int64_t>(read_be(body.subspan(4, 4)));
      TRY_STATUS(check_dimensions(width, height, limits));
      if (body[8] != 8 || (body[9] != kRgb && body[9] != kGrey)) {
        return fail("image.colour_space", "the image is not RGB or grey of 8 bits without transparency");
      }
      info.width_px = static_cast<int>(width);
      info.height_px = static_cast<int>(height);
      info.colour = body[9] == kGrey ? ImageColour::grey : ImageColour::colour;
    }
    if (name == "tRNS") return fail("image.colour_space", "the image has a transparent colour");
    if (name == "acTL") return fail("image.colour_space", "the image is an animation");
    if (name == "eXIf") {
      TRY_STATUS(check_upright(body));
    }
    if (name == "IEND") return info;
  }
  return fail("image.not_png", "the image has too many chunks");
}

}  // namespace

Result<Decoded> decode_png(ByteView png, const ImageLimits& limits, const CleanOptions& options) {
  auto info = read_chunks(png, limits);
  if (!info) {
    if (info.error().code.starts_with("image.")) return info.error();
    return corrupt_image();  // ends in the middle of a chunk
  }
  Decoded decoded;
  decoded.info = info.value();
  decoded.info.bytes = static_cast<int>(png.size());
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_memory(&image, png.data(), png.size()) == 0) {
    return fail("image.not_png", "the image's PNG header cannot be read");
  }
  const bool grey = decoded.info.colour == ImageColour::grey;
  image.format = grey ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  Pixels& pixels = decoded.pixels;
  pixels.width_px = decoded.info.width_px;
  pixels.height_px = decoded.info.height_px;
  pixels.colour = decoded.info.colour;
  pixels.bytes.resize(PNG_IMAGE_SIZE(image));
  // A warning is damage too: libpng would fill in what is missing.
  const bool done = png_image_finish_read(&image, nullptr, pixels.bytes.data(), 0, nullptr) != 0 &&
                    image.warning_or_error == 0;
  png_image_free(&image);
  if (!done) return corrupt_image();
  pixels = shrunk(std::move(pixels), options.longer_side_px_wanted);
  if (options.grey) pixels = greyed(std::move(pixels));
  return decoded;
}

}  // namespace imprimatur::print
