// DG2, the face (ICAO Doc 9303-10 section 4.7.2; record of ISO/IEC 19794-5:2005 in a CBEFF frame of
// ISO/IEC 7816-11).
#include "base/check.hpp"
#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

// ISO/IEC 19794-5 section 5: sizes in bytes.
constexpr std::size_t kRecordHeader = 14;
constexpr std::size_t kFacialInformation = 20;
constexpr std::size_t kFeaturePoint = 8;
constexpr std::size_t kImageInformation = 12;
constexpr std::size_t kOverhead = kRecordHeader + kFacialInformation + kImageInformation;

constexpr std::string_view kFormat{"FAC\0", 4};
constexpr std::string_view kVersion{"010\0", 4};
constexpr std::uint8_t kInstancesMax = 9;  // faces in one DG2

std::uint8_t gender_code(std::string_view sex) {
  if (sex == "M") return 1;
  if (sex == "F") return 2;
  return 0;
}

Bytes face_record(const FaceImage& face) {
  Bytes record;
  append(record, bytes_of(kFormat));
  append(record, bytes_of(kVersion));
  append_be(record, kOverhead + face.image.size(), 4);
  append_be(record, 1, 2);  // one face
  // Facial information: all that is not known of the holder stays "unspecified", 00.
  append_be(record, kFacialInformation + kImageInformation + face.image.size(), 4);
  append_be(record, 0, 2);  // no feature points
  record.push_back(gender_code(face.sex));
  record.resize(kRecordHeader + kFacialInformation, 0);
  // Image information: full frontal, RGB24, from a digital still camera.
  record.push_back(0x01);
  record.push_back(face.format == ImageFormat::jpeg2000 ? 0x01 : 0x00);
  append_be(record, face.width, 2);
  append_be(record, face.height, 2);
  record.push_back(0x01);
  record.push_back(0x02);
  append_be(record, 0, 2);  // device type unspecified
  append_be(record, 0, 2);  // quality unspecified
  append(record, face.image);
  return record;
}

Error record_error(std::string_view sentence) {
  return fail("lds.face_record", std::string(sentence), "DG2");
}

// The image of the first face. Both length fields must agree with the bytes that are there.
Result<Bytes> image_of_record(ByteView record) {
  ByteReader reader(record, "face record");
  TRY(const ByteView format, reader.take(4));
  if (!equal(format, bytes_of(kFormat))) return record_error("the face record does not begin with FAC");
  TRY_STATUS(reader.take(4));  // the version: readers take any
  TRY(const std::uint64_t length, reader.take_be(4));
  if (length != record.size()) return record_error("the face record's length differs from its size");
  TRY(const std::uint64_t faces, reader.take_be(2));
  if (faces == 0) return record_error("the face record holds no face");

  TRY(const std::uint64_t block_length, reader.take_be(4));
  if (block_length < kFacialInformation) return record_error("the face block is shorter than its header");
  TRY(const ByteView block, reader.take(static_cast<std::size_t>(block_length) - 4));
  ByteReader inside(block, "face block");
  TRY(const std::uint64_t points, inside.take_be(2));
  TRY_STATUS(inside.take(kFacialInformation - 6));
  TRY_STATUS(inside.take(static_cast<std::size_t>(points) * kFeaturePoint));
  TRY_STATUS(inside.take(kImageInformation));
  if (inside.at_end()) return record_error("the face block holds no image");
  return copy_of(inside.rest());
}

}  // namespace

Bytes encode_dg2(const FaceImage& face) {
  // Format owner 0101 (ISO/IEC JTC 1/SC 37), format type 0008 (19794-5), biometric subtype 00.
  const Bytes format = concat({encode_tlv(0x81, Bytes{0x02}), encode_tlv(0x87, Bytes{0x01, 0x01}),
                               encode_tlv(0x88, Bytes{0x00, 0x08})});
  const Bytes header = encode_tlv(0xA1, format);
  const Bytes instance = encode_tlv(0x7F60, concat({header, encode_tlv(0x5F2E, face_record(face))}));
  return encode_tlv(0x75, encode_tlv(0x7F61, concat({encode_tlv(0x02, Bytes{0x01}), instance})));
}

Result<Bytes> decode_dg2_image(ByteView file) {
  TRY(const ByteView content, only_tlv(file, 0x75, "DG2"));
  TRY(const ByteView group, only_tlv(content, 0x7F61, "DG2"));
  ByteReader reader(group, "DG2");
  TRY(const ByteView count, expect_tlv(reader, 0x02));
  if (count.size() != 1 || count[0] < 1 || count[0] > kInstancesMax) {
    return record_error("the number of faces is not 1 to 9");
  }
  TRY(const ByteView first, expect_tlv(reader, 0x7F60));
  for (std::uint8_t i = 1; i < count[0]; ++i) {
    TRY_STATUS(expect_tlv(reader, 0x7F60));
  }
  if (!reader.at_end()) return record_error("more faces follow than are counted");

  ByteReader inside(first, "DG2 instance");
  TRY_STATUS(expect_tlv(inside, 0xA1));
  TRY(const Tlv data, read_tlv(inside));
  if (!inside.at_end()) return record_error("bytes stand behind the face record");
  if (data.tag != 0x5F2E) return record_error("the face is not in an ISO/IEC 19794-5 record");
  return image_of_record(data.value);
}

}  // namespace imprimatur::lds
