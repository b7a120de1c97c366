#include "print/bitmap.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "print/image_decode.hpp"

namespace imprimatur::print {
namespace {

Bytes ppm(const std::string& header, const std::string& pixels_hex) {
  return concat({bytes_of(header), from_hex(pixels_hex).value()});
}

TEST(Bitmap, ReadsAPpm) {
  const auto bitmap = read_ppm(ppm("P6\n2 1\n255\n", "FF000000FF00"));
  ASSERT_TRUE(bitmap);
  EXPECT_EQ(bitmap.value().width_px, 2);
  EXPECT_EQ(bitmap.value().height_px, 1);
  EXPECT_EQ(bitmap.value().rgb, from_hex("FF000000FF00").value());
}

TEST(Bitmap, RefusesWhatIsNoPpm) {
  for (const Bytes& bad : {ppm("", ""), ppm("P5\n2 1\n255\n", "FF00"), ppm("P6\n2 1\n255\n", "FF0000"),
                           ppm("P6\n2 1\n65535\n", "FF000000FF00"), ppm("P6\n99999 99999\n255\n", ""),
                           ppm("P6\n-2 1\n255\n", "FF000000FF00"), ppm("P6 2", "")}) {
    EXPECT_FALSE(read_ppm(bad));
  }
}

TEST(Bitmap, BleedDrawsTheEdgesOut) {
  const Bitmap bitmap{2, 1, from_hex("FF000000FF00").value()};
  const Bitmap wide = with_bleed(bitmap, 4, 3);
  const Bytes row = from_hex("FF0000FF000000FF0000FF00").value();
  EXPECT_EQ(wide.rgb, concat({row, row, row}));
}

TEST(Bitmap, PngShowsTheSamePixels) {
  const Bitmap bitmap{2, 2, from_hex("FF000000FF000000FF808080").value()};
  const auto png = encode_png(bitmap);
  ASSERT_TRUE(png);
  EXPECT_EQ(encode_png(bitmap).value(), png.value());
  const auto decoded = decode_png(png.value(), {.side_px_min = 1}, {});
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(decoded.value().pixels.bytes, bitmap.rgb);
}

}  // namespace
}  // namespace imprimatur::print
