// What a face reader can read of a face template: where its MRZ lines, QR codes and Code 128 stand. Pure; any
// thread.
#pragma once

#include <vector>

#include "print/face_template.hpp"
#include "station/face_reader.hpp"

namespace imprimatur::station {

// Empty when a machine can read nothing of the face. What only some cards show (`when`), what is for the
// clear overlay, and PDF417 are left out.
std::vector<FaceTarget> face_targets(const print::FaceTemplate& face);

}  // namespace imprimatur::station
