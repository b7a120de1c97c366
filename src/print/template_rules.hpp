// The rules that a template has to keep as a whole. Used by the template loader only.
#pragma once

#include <vector>

#include "print/face_template.hpp"

namespace imprimatur::print {

// Boxes inside the card, no overlaps unless allowed, no art over text and images, nothing in a keep-out or on
// a code or MRZ, the chip's contacts kept free, the MRZ where ICAO 9303-5 has it, names once, text legible on
// what lies under it. One error a fault, `field` is "front/ELEMENT"; codes template.*.
std::vector<Error> check_template_rules(const FaceTemplate& face);

// Whether the boxes share more than 0.01 mm.
bool overlap(const Box& a, const Box& b);

// Whether no card shows both.
bool exclude_each_other(const Condition& a, const Condition& b);

}  // namespace imprimatur::print
