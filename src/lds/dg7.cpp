// DG7, displayed signature or usual mark (ICAO Doc 9303-10 section 4.7.7): a count and the images.
#include "base/check.hpp"
#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::size_t kImagesMax = 9;
constexpr std::uint32_t kImage = 0x5F43;

Error image_error(std::string_view sentence) {
  return fail("lds.dg7", std::string(sentence), "DG7");
}

}  // namespace

Bytes encode_dg7(ByteView image) {
  CHECK(!image.empty());
  return encode_tlv(tag_of(FileId::dg7), concat({encode_tlv(0x02, Bytes{0x01}), encode_tlv(kImage, image)}));
}

Result<std::vector<Bytes>> decode_dg7(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg7), "DG7"));
  ByteReader reader(content, "DG7");
  TRY(const ByteView count, expect_tlv(reader, 0x02));
  if (count.size() != 1 || count[0] < 1 || count[0] > kImagesMax) {
    return image_error("the number of images is not 1 to 9");
  }
  std::vector<Bytes> images;
  while (images.size() < count[0]) {
    TRY(const ByteView image, expect_tlv(reader, kImage));
    if (image.empty()) return image_error("an image is empty");
    images.push_back(copy_of(image));
  }
  if (!reader.at_end()) return image_error("more images follow than are counted");
  return images;
}

}  // namespace imprimatur::lds
