// DG2, the face (ICAO Doc 9303-10 section 4.7.2; record of ISO/IEC 19794-5:2005 in a CBEFF frame of
// ISO/IEC 7816-11).
#include "lds/biometric_templates.hpp"
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
constexpr std::uint8_t kFace = 0x02;
constexpr std::uint16_t kFaceFormat = 0x0008;  // ISO/IEC 19794-5
constexpr TemplateRules kRules{"lds.face_record", "DG2"};

// First bytes of images: ISO/IEC 10918-1 (SOI and the next marker), 15444-1 (signature box; SOC and SIZ).
constexpr std::string_view kJpeg{"\xFF\xD8\xFF", 3};
constexpr std::string_view kJp2{"\x00\x00\x00\x0CjP  \r\n\x87\n", 12};
constexpr std::string_view kCodestream{"\xFF\x4F\xFF\x51", 4};

bool begins_with(ByteView image, std::string_view signature) {
  return image.size() >= signature.size() && equal(image.first(signature.size()), bytes_of(signature));
}

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
  const ImageFormat format = face.format.value_or(image_format_of(face.image).value_or(ImageFormat::jpeg));
  record.push_back(format == ImageFormat::jpeg2000 ? 0x01 : 0x00);
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

// The first face. Both length fields must agree with the bytes that are there.
Result<DecodedFace> face_of_record(ByteView record) {
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
  TRY(const ByteView information, inside.take(kFacialInformation - 6));
  TRY_STATUS(inside.take(static_cast<std::size_t>(points) * kFeaturePoint));
  TRY(const ByteView image_information, inside.take(kImageInformation));
  if (inside.at_end()) return record_error("the face block holds no image");
  DecodedFace face;
  face.image = copy_of(inside.rest());
  face.format = image_format_of(face.image);
  face.width = static_cast<std::uint16_t>(read_be(image_information.subspan(2, 2)));
  face.height = static_cast<std::uint16_t>(read_be(image_information.subspan(4, 2)));
  if (information[0] == gender_code("M")) face.sex = "M";
  if (information[0] == gender_code("F")) face.sex = "F";
  return face;
}

}  // namespace

std::optional<ImageFormat> image_format_of(ByteView image) {
  if (begins_with(image, kJpeg)) return ImageFormat::jpeg;
  if (begins_with(image, kJp2) || begins_with(image, kCodestream)) return ImageFormat::jpeg2000;
  return std::nullopt;
}

Bytes encode_dg2(const FaceImage& face) {
  const Bytes record = face_record(face);
  return encode_tlv(tag_of(FileId::dg2), encode_templates({{kFace, 0, kFaceFormat, record}}));
}

Result<DecodedFace> decode_dg2(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg2), "DG2"));
  TRY(const auto templates, decode_templates(content, kRules));
  if (templates.empty()) return record_error("DG2 holds no face");
  if (templates[0].format_type != kFaceFormat) {
    return record_error("the face is not in an ISO/IEC 19794-5 record");
  }
  return face_of_record(templates[0].data);
}

Result<Bytes> decode_dg2_image(ByteView file) {
  TRY(DecodedFace face, decode_dg2(file));
  return std::move(face.image);
}

}  // namespace imprimatur::lds
