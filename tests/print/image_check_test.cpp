#include "print/image_check.hpp"

#include <gtest/gtest.h>
#include <turbojpeg.h>
#include <zlib.h>

#include <algorithm>
#include <random>

#include "print/image_decode.hpp"
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
  for (int round = 0; round < mutations(300); ++round) {
    Bytes damaged = good;
    for (int hit = 0; hit < 4; ++hit)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    const auto clean = clean_image(damaged);
    if (!clean) {
      ++refused;
    } else {
      EXPECT_TRUE(check_jpeg(clean.value().jpeg));
    }
  }
  EXPECT_GT(refused, 30);
}

// The same picture in several scans (T.81, annex G), without a change of a coefficient.
Bytes progressive(ByteView jpeg) {
  const tjhandle handle = tjInitTransform();
  tjtransform transform{};
  transform.options = TJXOPT_PROGRESSIVE;
  unsigned char* out = nullptr;
  unsigned long size = 0;
  EXPECT_EQ(tjTransform(handle, jpeg.data(), jpeg.size(), 1, &out, &size, &transform, 0), 0);
  Bytes made(out, out + size);
  tjFree(out);
  tjDestroy(handle);
  return made;
}

// The check makes no pixels; what it says of damage is what a decoding to the last pixel says.
TEST(ImageCheck, FindsTheDamageThatAWholeDecodingFinds) {
  std::mt19937 random(20261129);
  for (const Bytes& good : {portrait(), progressive(portrait())}) {
    ASSERT_TRUE(check_jpeg(good));
    int refused = 0, taken = 0;
    for (int round = 0; round < mutations(300); ++round) {
      Bytes damaged = good;
      for (auto hit = random() % 3 + 1; hit > 0; --hit)
        damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
      if (random() % 8 == 0) damaged.resize(damaged.size() - random() % 2000);
      const auto whole = decode_jpeg(damaged, {}, {});
      EXPECT_EQ(code_of(damaged), whole ? "" : whole.error().code) << round;
      (whole ? taken : refused)++;
    }
    EXPECT_GT(refused, 30);
    EXPECT_GT(taken, 30);
  }
}

TEST(ImageCheck, KnowsTheSizeThatCleaningGives) {
  const Bytes files[] = {portrait(), read_file(TEST_DATA_DIR "/portrait.jp2").value(),
                         read_file(TEST_DATA_DIR "/portrait.png").value()};
  for (const Bytes& file : files) {
    const auto info = check_image(file);
    ASSERT_TRUE(info);
    for (const int wanted : {0, 1, 20, 40, 79, 80, 81, 160, 319, 320, 321, 640, 2000}) {
      const CleanOptions options{.longer_side_px_wanted = wanted};
      const auto clean = clean_image(file, {}, options);
      ASSERT_TRUE(clean);
      const ImageSize size = clean_size(info.value(), options);
      EXPECT_EQ(size.width_px, clean.value().width_px) << wanted;
      EXPECT_EQ(size.height_px, clean.value().height_px) << wanted;
    }
  }
}

TEST(ImageCheck, CleaningDropsMetadataAndShrinksByWholeSteps) {
  const Bytes tagged = with_orientation(portrait(), 1);
  const auto clean = clean_image(tagged, {}, {.longer_side_px_wanted = 300});
  ASSERT_TRUE(clean);
  EXPECT_EQ(clean.value().width_px, 240);
  EXPECT_EQ(clean.value().height_px, 320);
  EXPECT_EQ(text_of(clean.value().jpeg).find("Exif"), std::string::npos);
  EXPECT_EQ(clean_image(tagged, {}, {.longer_side_px_wanted = 400}).value().height_px, 640);
  EXPECT_EQ(clean_image(tagged, {}, {.grey = true}).value().colour, ImageColour::grey);
  EXPECT_EQ(check_jpeg(clean_image(tagged, {}, {.grey = true}).value().jpeg).value().colour,
            ImageColour::grey);
}

Bytes data_file(const std::string& name) {
  return read_file(std::string(TEST_DATA_DIR "/") + name).value();
}

std::string image_code_of(ByteView image, ImageLimits limits = {}) {
  const auto checked = check_image(image, limits);
  return checked ? "" : checked.error().code;
}

// A PNG chunk with its checksum (PNG specification, 5.3).
Bytes chunk(const std::string& type, ByteView body) {
  Bytes typed = concat({bytes_of(type), body});
  Bytes out;
  append_be(out, body.size(), 4);
  append(out, typed);
  append_be(out, ::crc32(0, typed.data(), static_cast<uInt>(typed.size())), 4);
  return out;
}

// The PNG with a chunk behind its IHDR (8 + 25 bytes).
Bytes with_chunk(const Bytes& png, const std::string& type, ByteView body) {
  return concat({ByteView(png).first(33), chunk(type, body), ByteView(png).subspan(33)});
}

// The PNG with another IHDR.
Bytes with_header(const Bytes& png, const std::string& header_hex) {
  return concat({ByteView(png).first(8), chunk("IHDR", hex(header_hex)), ByteView(png).subspan(33)});
}

TEST(ImageCheck, TakesJpeg2000AndPng) {
  for (const char* name : {"portrait.jp2", "portrait.png"}) {
    const auto info = check_image(data_file(name));
    ASSERT_TRUE(info) << name << ": " << info.error().message;
    EXPECT_EQ(info.value().width_px, 240) << name;
    EXPECT_EQ(info.value().height_px, 320) << name;
    EXPECT_EQ(info.value().colour, ImageColour::colour) << name;
    const auto clean = clean_image(data_file(name));
    ASSERT_TRUE(clean) << name;
    EXPECT_EQ(check_jpeg(clean.value().jpeg).value().width_px, 240) << name;
  }
}

// The three files show one picture: decoded, shrunk and made grey, their pixels are nearly the same.
TEST(ImageCheck, AllFormatsDecodeToTheSamePicture) {
  const CleanOptions options{.longer_side_px_wanted = 160, .grey = true};
  const auto jpeg = decode_jpeg(data_file("portrait.jpg"), {}, options);
  const auto jp2 = decode_jp2(data_file("portrait.jp2"), {}, options);
  const auto png = decode_png(data_file("portrait.png"), {}, options);
  ASSERT_TRUE(jpeg && jp2 && png);
  const Pixels& first = jpeg.value().pixels;
  for (const Pixels* other : {&jp2.value().pixels, &png.value().pixels}) {
    EXPECT_EQ(other->width_px, 120);
    EXPECT_EQ(other->height_px, 160);
    EXPECT_EQ(other->colour, ImageColour::grey);
    ASSERT_EQ(other->bytes.size(), first.bytes.size());
    double difference = 0;
    for (std::size_t i = 0; i < first.bytes.size(); ++i) {
      difference += std::abs(int{first.bytes[i]} - int{other->bytes[i]});
    }
    EXPECT_LT(difference / static_cast<double>(first.bytes.size()), 4);
  }
}

TEST(ImageCheck, RefusesOtherFormats) {
  EXPECT_EQ(image_code_of(bytes_of("GIF89a, say")), "image.unknown_type");
  EXPECT_EQ(image_code_of({}), "image.empty");
  EXPECT_EQ(image_code_of(data_file("portrait.png"), {.bytes_max = 100}), "image.too_large");
}

TEST(ImageCheck, RefusesJpeg2000AndPngCutAnywhere) {
  for (const char* name : {"portrait.jp2", "portrait.png"}) {
    const Bytes whole = data_file(name);
    for (std::size_t size = 1; size + 2 < whole.size(); size += 397) {
      EXPECT_NE(image_code_of(ByteView(whole).first(size)), "") << name << " " << size;
    }
  }
}

TEST(ImageCheck, JudgesSizesBeforeItDecodes) {
  const Bytes png = data_file("portrait.png");
  EXPECT_EQ(image_code_of(with_header(png, "0000EA600000EA600802000000")),
            "image.dimensions");  // 60,000 x 60,000
  EXPECT_EQ(image_code_of(png, {.side_px_min = 300}), "image.dimensions");
  Bytes jp2 = data_file("portrait.jp2");
  EXPECT_EQ(image_code_of(jp2, {.side_px_max = 300}), "image.dimensions");
  const Bytes mark = hex("FF51");  // SIZ: Lsiz, Rsiz, Xsiz, Ysiz (ISO/IEC 15444-1, A.5.1)
  const auto siz = std::search(jp2.begin(), jp2.end(), mark.begin(), mark.end());
  ASSERT_NE(siz, jp2.end());
  std::fill(siz + 7, siz + 14, std::uint8_t{0x7F});
  EXPECT_NE(image_code_of(jp2), "");
}

TEST(ImageCheck, RefusesPngsThatAreMoreThanAPicture) {
  const Bytes png = data_file("portrait.png");
  EXPECT_EQ(image_code_of(with_chunk(png, "tRNS", hex("000000000000"))), "image.colour_space");
  EXPECT_EQ(image_code_of(with_chunk(png, "acTL", hex("0000000200000000"))), "image.colour_space");
  EXPECT_EQ(image_code_of(with_header(png, "000000F0000001401002000000")), "image.colour_space");  // 16 bits
  EXPECT_EQ(image_code_of(with_header(png, "000000F0000001400806000000")),
            "image.colour_space");  // RGB and alpha
  EXPECT_EQ(image_code_of(with_header(png, "000000F0000001400803000000")),
            "image.colour_space");  // a palette
  Bytes damaged = png;
  damaged[damaged.size() / 2] ^= 0x10;  // its checksum is wrong now
  EXPECT_EQ(image_code_of(damaged), "image.corrupt");
}

// "MM", 42, one directory with orientation 6 (TIFF 6.0).
TEST(ImageCheck, RefusesPngAndJpeg2000ThatAreToBeTurned) {
  const Bytes turned = hex("4D4D002A00000008000101120003000000010006000000000000");
  const Bytes upright = hex("4D4D002A00000008000101120003000000010001000000000000");
  const Bytes png = data_file("portrait.png");
  EXPECT_EQ(image_code_of(with_chunk(png, "eXIf", turned)), "image.rotated");
  EXPECT_EQ(image_code_of(with_chunk(png, "eXIf", upright)), "");
  const Bytes jp2 = data_file("portrait.jp2");
  const auto with_box = [&](const Bytes& tiff) {  // a uuid box behind the signature box of 12 bytes
    Bytes box;
    append_be(box, 8 + 16 + tiff.size(), 4);
    append(box, bytes_of("uuidJpgTiffExif->JP2"));
    append(box, tiff);
    return concat({ByteView(jp2).first(12), box, ByteView(jp2).subspan(12)});
  };
  EXPECT_EQ(image_code_of(with_box(turned)), "image.rotated");
}

TEST(ImageCheck, MutatedJpeg2000AndPngNeverCrash) {
  std::mt19937 random(20261124);
  for (const char* name : {"portrait.jp2", "portrait.png"}) {
    const Bytes good = data_file(name);
    for (int round = 0; round < mutations(150); ++round) {
      Bytes damaged = good;
      for (int hit = 0; hit < 3; ++hit) {
        // Half of the hits in the first 200 bytes: the headers.
        const std::size_t room = random() % 2 == 0 ? 200 : damaged.size();
        damaged[random() % room] = static_cast<std::uint8_t>(random());
      }
      if (random() % 8 == 0) damaged.resize(random() % damaged.size());
      const auto clean = clean_image(damaged);
      if (clean) {
        EXPECT_TRUE(check_jpeg(clean.value().jpeg));
      }
    }
  }
}

}  // namespace
}  // namespace imprimatur::print
