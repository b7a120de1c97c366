// The rules that a template has to keep as a whole. Used by the template loader only.
#pragma once

#include "print/face_template.hpp"

namespace imprimatur::print {

// Boxes inside the card, no overlaps unless allowed, no art over text and images, nothing in a keep-out or on
// a QR code or MRZ, the MRZ where ICAO 9303-5 has it, names once. Errors template.* name side and element.
Status check_template_rules(const FaceTemplate& face);

}  // namespace imprimatur::print
