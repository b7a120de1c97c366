#include "job/image_size.hpp"

#include <array>

#include "base/byte_reader.hpp"

namespace imprimatur::job {
namespace {

constexpr std::array<std::uint8_t, 3> kJpegSignature = {0xFF, 0xD8, 0xFF};
constexpr std::array<std::uint8_t, 12> kJp2Signature = {0,   0,   0,    12,   'j',  'P',
                                                        ' ', ' ', 0x0D, 0x0A, 0x87, 0x0A};
constexpr std::uint64_t kHeaderBox = 0x6A703268;       // "jp2h"
constexpr std::uint64_t kImageHeaderBox = 0x69686472;  // "ihdr"
// More segments or boxes than this before the header is not an image of a face.
constexpr int kSegmentsMax = 200;

Error bad_image(std::string sentence) {
  return fail("content.image", std::move(sentence));
}

bool begins_with(ByteView bytes, ByteView signature) {
  return bytes.size() >= signature.size() && equal(bytes.first(signature.size()), signature);
}

Result<ImageSize> checked(std::uint64_t width, std::uint64_t height) {
  if (width == 0 || height == 0 || width > 0xFFFF || height > 0xFFFF) {
    return bad_image("the image's header has a width or height that DG2 cannot say");
  }
  return ImageSize{static_cast<std::uint16_t>(width), static_cast<std::uint16_t>(height)};
}

// Frame headers are C0 to CF without DHT (C4), JPG (C8) and DAC (CC).
bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// The content of the box, and what comes after it left in the reader.
struct Box {
  std::uint64_t type = 0;
  ByteView content;
};

Result<Box> take_box(ByteReader& reader) {
  TRY(auto length, reader.take_be(4));
  TRY(auto type, reader.take_be(4));
  if (length == 0) {
    // The last box of the file reaches to its end.
    TRY(auto rest, reader.take(reader.left()));
    return Box{type, rest};
  }
  std::uint64_t header = 8;
  if (length == 1) {
    TRY(auto long_length, reader.take_be(8));
    length = long_length;
    header = 16;
  }
  if (length < header) return bad_image("a box is shorter than its own header");
  TRY(auto content, reader.take(length - header));
  return Box{type, content};
}

}  // namespace

bool has_signature_of(std::string_view type, ByteView image) {
  if (type == "image/jpeg") return begins_with(image, kJpegSignature);
  if (type == "image/jp2") return begins_with(image, kJp2Signature);
  return true;
}

Result<ImageSize> jpeg_size(ByteView image) {
  ByteReader reader(image, "JPEG");
  TRY(auto start, reader.take_be(2));
  if (start != 0xFFD8) return bad_image("the image does not begin as a JPEG");
  for (int i = 0; i < kSegmentsMax; ++i) {
    TRY(auto fill, reader.take_u8());
    if (fill != 0xFF) return bad_image("no marker at offset " + std::to_string(reader.offset() - 1));
    std::uint8_t marker = 0xFF;
    // Any number of fill bytes FF may stand before a marker; the image's end limits them.
    while (marker == 0xFF) {
      TRY(auto next, reader.take_u8());
      marker = next;
    }
    if (marker == 0xD9 || marker == 0xDA) return bad_image("the image begins before a frame header");
    if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // no length follows
    TRY(auto length, reader.take_be(2));
    if (length < 2) return bad_image("a segment is shorter than its own length");
    TRY(auto segment, reader.take(length - 2));
    if (!is_frame_header(marker)) continue;
    ByteReader frame(segment, "JPEG frame header");
    TRY_STATUS(frame.take(1));  // sample precision
    TRY(auto height, frame.take_be(2));
    TRY(auto width, frame.take_be(2));
    return checked(width, height);
  }
  return bad_image("more than " + std::to_string(kSegmentsMax) + " segments before a frame header");
}

Result<ImageSize> jp2_size(ByteView image) {
  ByteReader reader(image, "JP2");
  if (!begins_with(image, kJp2Signature)) return bad_image("the image does not begin as a JP2 file");
  for (int i = 0; i < kSegmentsMax && !reader.at_end(); ++i) {
    TRY(auto box, take_box(reader));
    if (box.type != kHeaderBox) continue;
    ByteReader header(box.content, "JP2 header box");
    TRY(auto first, take_box(header));
    if (first.type != kImageHeaderBox)
      return bad_image("the header box does not begin with the image header");
    ByteReader fields(first.content, "JP2 image header");
    TRY(auto height, fields.take_be(4));
    TRY(auto width, fields.take_be(4));
    return checked(width, height);
  }
  return bad_image("the file has no header box");
}

}  // namespace imprimatur::job
