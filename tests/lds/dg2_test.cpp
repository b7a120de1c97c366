#include "lds/data_groups.hpp"
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

}  // namespace
}  // namespace imprimatur::lds
