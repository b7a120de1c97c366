#include "print/image_check.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

std::string code_of(ByteView image, ImageLimits limits = {}) {
  const auto checked = check_jpeg(image, limits);
  return checked ? "" : checked.error().code;
}

// Where the first frame header's component count or the like stands: marker FF C0 (baseline, T.81 B.2.2).
std::size_t frame_header(const Bytes& jpeg) {
  for (std::size_t i = 0; i + 1 < jpeg.size(); ++i) {
    if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) return i;
  }
  return 0;
}

// An APP1 segment with an Exif block that says `orientation` (TIFF 6.0, big-endian), behind SOI.
Bytes with_orientation(const Bytes& jpeg, std::uint8_t orientation) {
  Bytes exif = concat({bytes_of("Exif"), hex("0000"), bytes_of("MM"), hex("002A000000080001011200030000"),
                       hex("0001"), Bytes{0, orientation, 0, 0}, hex("00000000")});
  Bytes out(jpeg.begin(), jpeg.begin() + 2);
  append_be(out, 0xFFE1, 2);
  append_be(out, exif.size() + 2, 2);
  append(out, exif);
  append(out, ByteView(jpeg).subspan(2));
  return out;
}

TEST(ImageCheck, TellsWhatAGoodPortraitIs) {
  const auto info = check_jpeg(portrait());
  ASSERT_TRUE(info);
  EXPECT_EQ(info.value().width_px, 480);
  EXPECT_EQ(info.value().height_px, 640);
  EXPECT_EQ(info.value().colour, ImageColour::colour);
}

TEST(ImageCheck, RefusesWhatIsNoJpeg) {
  EXPECT_EQ(code_of({}), "image.empty");
  EXPECT_EQ(code_of(bytes_of("portrait")), "image.not_jpeg");
  EXPECT_EQ(code_of(hex("89504E470D0A1A0A0000000D49484452")), "image.not_jpeg");  // a PNG
  EXPECT_EQ(code_of(hex("FFD8FFD9")), "image.not_jpeg");
}

TEST(ImageCheck, RefusesAPortraitCutAnywhere) {
  const Bytes whole = portrait();
  for (std::size_t size = 1; size + 8 < whole.size(); size += 997) {
    EXPECT_NE(code_of(ByteView(whole).first(size)), "") << size;
  }
}

TEST(ImageCheck, RefusesSizesOutOfBounds) {
  EXPECT_EQ(code_of(portrait(), {.bytes_max = 1000}), "image.too_large");
  EXPECT_EQ(code_of(portrait(), {.side_px_min = 500}), "image.dimensions");
  EXPECT_EQ(code_of(portrait(), {.side_px_max = 600}), "image.dimensions");
  EXPECT_EQ(code_of(portrait(), {.pixels_max = 300'000}), "image.dimensions");
}

TEST(ImageCheck, RefusesADecompressionBombBeforeItDecodes) {
  Bytes bomb = portrait();
  const std::size_t header = frame_header(bomb);
  ASSERT_NE(header, 0U);
  for (std::size_t i = header + 5; i < header + 9; i += 2) bomb[i] = 0xEA;  // about 60,000 x 60,000
  EXPECT_EQ(code_of(bomb), "image.dimensions");
}

TEST(ImageCheck, RefusesAPortraitThatIsToBeTurned) {
  EXPECT_EQ(code_of(with_orientation(portrait(), 6)), "image.rotated");
  EXPECT_EQ(code_of(with_orientation(portrait(), 1)), "");
}

TEST(ImageCheck, RefusesCmyk) {
  // Four components without an Adobe marker are CMYK.
  const Bytes good = portrait();
  const std::size_t header = frame_header(good);
  Bytes cmyk = good;
  cmyk[header + 9] = 4;
  cmyk[header + 3] = static_cast<std::uint8_t>(cmyk[header + 3] + 3);
  const Bytes component{4, good[header + 11], 0};
  cmyk.insert(cmyk.begin() + static_cast<std::ptrdiff_t>(header) + 19, component.begin(), component.end());
  EXPECT_EQ(code_of(cmyk), "image.colour_space");
}

TEST(ImageCheck, DamagedImagesNeverCrashAndCleanOnesComeOutClean) {
  const Bytes good = portrait();
  std::mt19937 random(20210531);
  int refused = 0;
  for (int round = 0; round < 300; ++round) {
    Bytes damaged = good;
    for (int hit = 0; hit < 4; ++hit)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    const auto clean = clean_jpeg(damaged);
    if (!clean) {
      ++refused;
    } else {
      EXPECT_TRUE(check_jpeg(clean.value().jpeg));
    }
  }
  EXPECT_GT(refused, 30);
}

TEST(ImageCheck, CleaningDropsMetadataAndShrinksByWholeSteps) {
  const Bytes tagged = with_orientation(portrait(), 1);
  const auto clean = clean_jpeg(tagged, {}, {.longer_side_px_wanted = 300});
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean.value().width_px, 240);
  EXPECT_EQ(clean.value().height_px, 320);
  EXPECT_EQ(text_of(clean.value().jpeg).find("Exif"), std::string::npos);
  EXPECT_EQ(clean_jpeg(tagged, {}, {.longer_side_px_wanted = 400}).value().height_px, 640);
  EXPECT_EQ(clean_jpeg(tagged, {}, {.grey = true}).value().colour, ImageColour::grey);
  EXPECT_EQ(check_jpeg(clean_jpeg(tagged, {}, {.grey = true}).value().jpeg).value().colour,
            ImageColour::grey);
}

}  // namespace
}  // namespace imprimatur::print
