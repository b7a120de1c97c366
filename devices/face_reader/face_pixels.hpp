// From the images of both sides to what the face says. Pure; any thread.
#pragma once

#include <vector>

#include "devices/face_reader/mrz_reader.hpp"

namespace imprimatur::devices {

// `sides`: front, back. Errors of read_line and read_code; face_reader.image when a target's side is not
// among them.
Result<station::FaceTexts> read_face(const std::vector<GreyImage>& sides,
                                     const std::vector<station::FaceTarget>& targets, const MrzReader& mrz);

}  // namespace imprimatur::devices
