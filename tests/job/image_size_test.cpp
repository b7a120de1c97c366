#include "job/image_size.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

// tests/data/portrait.jpg is made by another tool.
TEST(JpegSize, ReadsThePortraitOfTheTestData) {
  const auto image = read_file(std::filesystem::path(TEST_DATA_DIR) / "portrait.jpg");
  ASSERT_TRUE(image);
  const auto size = jpeg_size(image.value());
  ASSERT_TRUE(size) << size.error().message;
  EXPECT_TRUE(has_signature_of("image/jpeg", image.value()));
  EXPECT_GT(size.value().width, 100);
  EXPECT_GT(size.value().height, size.value().width);
}

// ITU-T T.81, B.1.1.2 and B.2.2: fill bytes, markers without a length, and tables may stand before the frame.
TEST(JpegSize, FindsTheFrameHeaderBehindOtherSegments) {
  const auto size =
      jpeg_size(hex("FFD8"
                    "FFE00004AAAA"
                    "FFFFFFDB000311"
                    "FF01"
                    "FFC2000B08"
                    "0140"
                    "00F0"
                    "01011100"));
  ASSERT_TRUE(size) << size.error().message;
  EXPECT_EQ(size.value().width, 240);
  EXPECT_EQ(size.value().height, 320);
}

TEST(JpegSize, TakesNoHuffmanTableForAFrame) {
  EXPECT_EQ(code_of(jpeg_size(hex("FFD8"
                                  "FFC4000B08"
                                  "0140"
                                  "00F0"
                                  "01011100"
                                  "FFD9"))),
            "content.image");
}

TEST(JpegSize, RefusesDamagedImages) {
  EXPECT_EQ(code_of(jpeg_size({})), "bytes.short");
  EXPECT_EQ(code_of(jpeg_size(hex("89504E47"))), "content.image");
  EXPECT_EQ(code_of(jpeg_size(hex("FFD800"))), "content.image");
  EXPECT_EQ(code_of(jpeg_size(hex("FFD8FFDA0008"))), "content.image");
  EXPECT_EQ(code_of(jpeg_size(hex("FFD8FFE00001"))), "content.image");
  EXPECT_EQ(code_of(jpeg_size(hex("FFD8FFC0000B08000000F0010111"))), "bytes.short");
  EXPECT_EQ(code_of(jpeg_size(hex("FFD8FFC0000B08000000F001011100"))), "content.image");
  Bytes many = hex("FFD8");
  for (int i = 0; i < 300; ++i) append(many, hex("FF01"));
  EXPECT_EQ(code_of(jpeg_size(many)), "content.image");
}

TEST(JpegSize, RefusesEveryCutBeforeTheFrame) {
  const Bytes whole = face_image();
  for (std::size_t length = 0; length < 25; ++length)
    EXPECT_FALSE(jpeg_size(ByteView(whole).first(length))) << length;
  EXPECT_TRUE(jpeg_size(whole));
}

// ISO/IEC 15444-1 Annex I: signature, file type, header box with the image header first.
const char* kJp2 =
    "0000000C6A5020200D0A870A"
    "00000014667479706A703220000000006A703220"
    "0000001E6A703268"
    "0000001669686472"
    "00000140"
    "000000F0"
    "000307070000";

TEST(Jp2Size, ReadsTheImageHeader) {
  const Bytes image = hex(kJp2);
  EXPECT_TRUE(has_signature_of("image/jp2", image));
  EXPECT_FALSE(has_signature_of("image/jpeg", image));
  Bytes last = image;
  last[35] = 0;  // a length of 0: the header box reaches to the end
  for (const Bytes& file : {image, last}) {
    const auto size = jp2_size(file);
    ASSERT_TRUE(size) << size.error().message;
    EXPECT_EQ(size.value().width, 240);
    EXPECT_EQ(size.value().height, 320);
  }
}

TEST(Jp2Size, RefusesDamagedFiles) {
  EXPECT_EQ(code_of(jp2_size({})), "content.image");
  EXPECT_EQ(code_of(jp2_size(hex("0000000C6A5020200D0A870A"))), "content.image");
  EXPECT_EQ(code_of(jp2_size(hex("0000000C6A5020200D0A870A"
                                 "00000004"
                                 "6A703268"))),
            "content.image");
  EXPECT_EQ(code_of(jp2_size(hex("0000000C6A5020200D0A870A"
                                 "000000016A703268FFFFFFFFFFFFFFFF"))),
            "bytes.short");
  EXPECT_EQ(code_of(jp2_size(hex("0000000C6A5020200D0A870A"
                                 "000000106A7032680000000866726565"))),
            "content.image");
}

}  // namespace
}  // namespace imprimatur::job
