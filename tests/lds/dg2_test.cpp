#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

Bytes example_image() {
  static const json::object data = vectors("lds.json");
  return hex_at(data, "/examples/dg2/image");
}

TEST(Dg2, WritesTheExample) {
  const Bytes image = example_image();
  const FaceImage face{.image = image, .format = ImageFormat::jpeg, .width = 240, .height = 320, .sex = "F"};
  EXPECT_EQ(to_hex(encode_dg2(face)), to_hex(example("dg2")));
}

// Offsets of ISO/IEC 19794-5 in the record, which begins at 34 in a file of this size.
TEST(Dg2, WritesSexFormatAndSizeOfTheImage) {
  const Bytes image(300, 0x55);
  const Bytes file =
      encode_dg2({.image = image, .format = ImageFormat::jpeg2000, .width = 413, .height = 531, .sex = "F"});
  const Bytes record(file.end() - 346, file.end());
  EXPECT_EQ(text_of(ByteView(record).first(3)), "FAC");
  EXPECT_EQ(read_be(ByteView(record).subspan(8, 4)), 346U);
  EXPECT_EQ(read_be(ByteView(record).subspan(14, 4)), 332U);
  EXPECT_EQ(record[20], 2);
  EXPECT_EQ(record[35], 1);
  EXPECT_EQ(read_be(ByteView(record).subspan(36, 2)), 413U);
  EXPECT_EQ(read_be(ByteView(record).subspan(38, 2)), 531U);
  EXPECT_EQ(decode_dg2_image(file).value(), image);
  EXPECT_EQ(encode_dg2({.image = image, .sex = "M"})[file.size() - 326], 1);
}

TEST(Dg2, ReadsTheImageWithShortAndFullHeaders) {
  const Bytes image = example_image();
  EXPECT_EQ(decode_dg2_image(example("dg2")).value(), image);
  EXPECT_EQ(decode_dg2_image(example("dg2_full_bht")).value(), image);
}

std::string code_with(Bytes file, std::size_t offset, std::uint8_t value) {
  file[offset] = value;
  return code_of(decode_dg2_image(file));
}

TEST(Dg2, RefusesRecordsWhoseLengthsDisagree) {
  const Bytes file = example("dg2");
  const std::size_t record = file.size() - 504;  // face_record_length of the example
  EXPECT_EQ(code_with(file, record, 'X'), "lds.face_record");
  EXPECT_EQ(code_with(file, record + 11, 0xF9), "lds.face_record");
  EXPECT_EQ(code_with(file, record + 11, 0xF7), "lds.face_record");
  EXPECT_EQ(code_with(file, record + 13, 0), "lds.face_record");  // no face
  EXPECT_EQ(code_with(file, record + 14, 0xFF), "bytes.short");   // block of 4 GiB
  EXPECT_EQ(code_with(file, record + 18, 0xFF), "bytes.short");   // 65,280 feature points
  EXPECT_EQ(code_with(file, 11, 2), "bytes.short");               // two faces counted, one there
  EXPECT_EQ(code_with(file, 11, 0), "lds.face_record");
  EXPECT_EQ(code_with(file, record - 3, 0x80), "tlv.length");
  Bytes cut = file;
  cut.resize(100);
  EXPECT_EQ(code_of(decode_dg2_image(cut)), "bytes.short");
}

TEST(Dg2, TakesTheFormatFromTheImage) {
  // ISO/IEC 15444-1: a JP2 file's signature box, and a codestream's first markers.
  const Bytes jp2 = concat({hex("0000000C6A5020200D0A870A"), Bytes(40, 1)});
  const Bytes codestream = concat({hex("FF4FFF51"), Bytes(40, 1)});
  EXPECT_EQ(image_format_of(jp2), ImageFormat::jpeg2000);
  EXPECT_EQ(image_format_of(codestream), ImageFormat::jpeg2000);
  EXPECT_EQ(image_format_of(example_image()), ImageFormat::jpeg);
  EXPECT_FALSE(image_format_of(hex("FFD8")));
  EXPECT_FALSE(image_format_of(hex("89504E470D0A1A0A")));
  for (const Bytes& image : {jp2, codestream}) {
    const Bytes file = encode_dg2({.image = image, .format = {}, .width = 413, .height = 531, .sex = "M"});
    EXPECT_EQ(file[file.size() - image.size() - 11], 1);  // image data type
    const DecodedFace face = decode_dg2(file).value();
    EXPECT_EQ(face.image, image);
    EXPECT_EQ(face.format, ImageFormat::jpeg2000);
    EXPECT_EQ(face.width, 413);
    EXPECT_EQ(face.height, 531);
    EXPECT_EQ(face.sex, "M");
  }
  const Bytes image = example_image();
  const Bytes jpeg = encode_dg2({.image = image, .format = {}, .width = 240, .height = 320, .sex = "F"});
  EXPECT_EQ(to_hex(jpeg), to_hex(example("dg2")));
  EXPECT_EQ(decode_dg2(jpeg).value().sex, "F");
}

TEST(Dg2, ReachesTheSizeOfTheLargestFiles) {
  const Bytes image(60'000, 0x33);
  const Bytes file = encode_dg2({.image = image, .format = {}, .width = 1200, .height = 1600, .sex = ""});
  // 75 82 xxxx, 7F61 82 xxxx, 02 01 01, 7F60 82 xxxx, A1 0B ..., 5F2E 82 xxxx, and the record's 46 bytes.
  EXPECT_EQ(file.size(), 60'000U + 46 + 5 + 13 + 5 + 3 + 5 + 4);
  EXPECT_EQ(to_hex(ByteView(file).first(4)), "7582EAAD");
  EXPECT_EQ(total_length(ByteView(file).first(4)).value(), file.size());
  EXPECT_EQ(decode_dg2_image(file).value(), image);
  // Past 65,535 the lengths take three bytes.
  const Bytes larger(70'000, 0x33);
  EXPECT_EQ(decode_dg2_image(encode_dg2({.image = larger, .format = {}, .width = 1, .height = 1, .sex = ""}))
                .value(),
            larger);
}

TEST(Dg2, RefusesTemplatesOfOtherKinds) {
  const Bytes file = example("dg2");
  const std::size_t record = file.size() - 504;
  EXPECT_EQ(code_with(file, record - 6, 0x07), "lds.face_record");  // format of a fingerprint
  EXPECT_EQ(code_with(file, record - 5, 0x7F), "lds.face_record");  // 7F2E: ISO/IEC 39794-5
  EXPECT_EQ(code_of(decode_dg2(hex("75067F6103020100"))), "lds.face_record");
}

}  // namespace
}  // namespace imprimatur::lds
