// What an image says about itself in its header: enough to fill DG2's fields and to see that the content is
// what the document says. Decoding, the proof that an image is sound, is print's check.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::job {

struct ImageSize {
  std::uint16_t width = 0;   // pixels
  std::uint16_t height = 0;  // pixels
};

// Whether the first bytes are those of the type. True for types that have no mark of their own.
bool has_signature_of(std::string_view type, ByteView image);

// Of the frame header of a JPEG (ITU-T T.81, B.2.2). Error content.image with the reason.
Result<ImageSize> jpeg_size(ByteView image);

// Of the image header box of a JP2 file (ISO/IEC 15444-1, I.5.3.1). Error content.image with the reason.
Result<ImageSize> jp2_size(ByteView image);

}  // namespace imprimatur::job
