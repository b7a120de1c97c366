#include "print/bitmap.hpp"

#include <png.h>

#include <algorithm>
#include <charconv>

#include "base/check.hpp"

namespace imprimatur::print {
namespace {

constexpr int kPixelsMax = 8'000'000;

// The next number of a PPM's header, behind white space.
Result<int> header_number(ByteView& rest) {
  const auto is_space = [](std::uint8_t c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; };
  while (!rest.empty() && is_space(rest[0])) rest = rest.subspan(1);
  const auto* first = reinterpret_cast<const char*>(rest.data());
  int value = 0;
  const auto [end, error] = std::from_chars(first, first + std::min<std::size_t>(rest.size(), 9), value);
  if (error != std::errc() || value < 1) return fail("bitmap.syntax", "the PPM's header is not one");
  rest = rest.subspan(static_cast<std::size_t>(end - first));
  return value;
}

}  // namespace

Result<Bitmap> read_ppm(ByteView ppm) {
  if (ppm.size() < 2 || ppm[0] != 'P' || ppm[1] != '6') return fail("bitmap.syntax", "it is no PPM");
  ByteView rest = ppm.subspan(2);
  TRY(auto width, header_number(rest));
  TRY(auto height, header_number(rest));
  TRY(auto most, header_number(rest));
  if (most != 255 || static_cast<std::int64_t>(width) * height > kPixelsMax) {
    return fail("bitmap.syntax", "the PPM is not of 8 bits, or too large");
  }
  const std::size_t bytes = static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3;
  if (rest.size() != bytes + 1) return fail("bitmap.syntax", "the PPM is cut short");
  return Bitmap{width, height, copy_of(rest.subspan(1))};
}

Bitmap with_bleed(const Bitmap& bitmap, int width_px, int height_px) {
  CHECK(width_px >= bitmap.width_px && height_px >= bitmap.height_px);
  const int left = (width_px - bitmap.width_px) / 2, top = (height_px - bitmap.height_px) / 2;
  Bitmap out{width_px, height_px, {}};
  out.rgb.reserve(static_cast<std::size_t>(width_px) * static_cast<std::size_t>(height_px) * 3);
  for (int y = 0; y < height_px; ++y) {
    const int from_y = std::clamp(y - top, 0, bitmap.height_px - 1);
    for (int x = 0; x < width_px; ++x) {
      const int from_x = std::clamp(x - left, 0, bitmap.width_px - 1);
      const auto at = (static_cast<std::size_t>(from_y) * static_cast<std::size_t>(bitmap.width_px) +
                       static_cast<std::size_t>(from_x)) *
                      3;
      append(out.rgb, ByteView(bitmap.rgb).subspan(at, 3));
    }
  }
  return out;
}

Result<Bytes> encode_png(const Bitmap& bitmap) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(bitmap.width_px);
  image.height = static_cast<png_uint_32>(bitmap.height_px);
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  Bytes png(size);
  const bool done =
      png_image_write_to_memory(&image, png.data(), &size, 0, bitmap.rgb.data(), 0, nullptr) != 0;
  png_image_free(&image);
  if (!done) return fail("bitmap.png", "the PNG cannot be written");
  png.resize(size);
  return png;
}

}  // namespace imprimatur::print
