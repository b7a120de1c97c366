#include "job/biometrics.hpp"

#include <array>

#include "crypto/digest.hpp"
#include "lds/data_groups.hpp"

namespace imprimatur::job {
namespace {

constexpr std::string_view kFingerPrefix = "finger_";
constexpr std::string_view kSignature = "signature";
constexpr std::string_view kOpaque = "application/octet-stream";

struct Finger {
  std::string_view name;
  std::uint8_t subtype;
};
// b2 b1: 01 right, 10 left; b5 b4 b3: thumb 001 to little finger 101. In DG3 in this order.
constexpr std::array<Finger, 10> kFingers = {{{"finger_right_thumb", 0x05},
                                              {"finger_right_index", 0x09},
                                              {"finger_right_middle", 0x0D},
                                              {"finger_right_ring", 0x11},
                                              {"finger_right_little", 0x15},
                                              {"finger_left_thumb", 0x06},
                                              {"finger_left_index", 0x0A},
                                              {"finger_left_middle", 0x0E},
                                              {"finger_left_ring", 0x12},
                                              {"finger_left_little", 0x16}}};

Error wrong_image(std::string code, std::string sentence, std::string_view name) {
  return fail(std::move(code), std::move(sentence), "/images/" + std::string(name));
}

// Bytes of an image that the document names; nothing when it names none of this name.
Result<std::optional<ByteView>> image_named(const JobDocument& document, const Images& images,
                                            std::string_view name, std::string code) {
  const std::string key(name);
  if (!document.images.contains(key)) return std::optional<ByteView>();
  const auto image = images.find(key);
  if (image == images.end() || image->second.empty()) {
    return wrong_image(std::move(code), "the document names an image that is not there", name);
  }
  return std::optional<ByteView>(image->second);
}

}  // namespace

std::optional<std::uint8_t> finger_subtype(std::string_view image_name) {
  for (const Finger& finger : kFingers) {
    if (finger.name == image_name) return finger.subtype;
  }
  return std::nullopt;
}

Result<std::optional<Bytes>> compose_dg3(const JobDocument& document, const Images& images) {
  for (const auto& [name, reference] : document.images) {
    if (!name.starts_with(kFingerPrefix)) continue;
    if (!finger_subtype(name)) return wrong_image("content.finger", "no finger has this name", name);
    if (reference.type != kOpaque)
      return wrong_image("content.finger", "a fingerprint is application/octet-stream", name);
  }
  std::vector<lds::FingerRecord> records;
  for (const Finger& finger : kFingers) {
    TRY(auto image, image_named(document, images, finger.name, "content.finger"));
    if (image) records.push_back({*image, finger.subtype});
  }
  if (records.empty()) return std::optional<Bytes>();
  return std::optional<Bytes>(lds::encode_dg3(records));
}

Bytes compose_dg3_without_fingers(const JobDocument& document) {
  const crypto::Sha256 filler =
      crypto::sha256({bytes_of("DG3 without fingers"), bytes_of(write_document(document))});
  return lds::encode_dg3_without_fingers(filler);
}

Result<std::optional<Bytes>> compose_dg7(const JobDocument& document, const Images& images) {
  TRY(auto image, image_named(document, images, kSignature, "content.signature"));
  if (!image) return std::optional<Bytes>();
  const std::string& type = document.images.at(std::string(kSignature)).type;
  const bool jpeg = type == "image/jpeg";
  const auto format = lds::image_format_of(*image);
  const bool as_told = format == (jpeg ? lds::ImageFormat::jpeg : lds::ImageFormat::jpeg2000);
  if ((!jpeg && type != "image/jp2") || !as_told) {
    return wrong_image("content.signature", "a signature is a JPEG or a JPEG 2000, as its type tells",
                       kSignature);
  }
  return std::optional<Bytes>(lds::encode_dg7(*image));
}

}  // namespace imprimatur::job
