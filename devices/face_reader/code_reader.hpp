// Bar codes in an image, decoded by zbar. Pure; any thread.
#pragma once

#include <string>

#include "devices/face_reader/grey_image.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::devices {

// The code at the target's place, with a millimetre around it. Error face.unreadable: there is not exactly
// one code of the kind that can be read.
Result<std::string> read_code(const GreyImage& side, const station::FaceTarget& target);

}  // namespace imprimatur::devices
