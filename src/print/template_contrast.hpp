// Whether people and machines can tell a text from what lies under it. Used by the template rules. Pure.
#pragma once

#include <optional>
#include <string>

#include "print/face_template.hpp"

namespace imprimatur::print {

// (lighter + 0.05) / (darker + 0.05) of the relative luminances, 1 to 21 (WCAG 2.1, "contrast ratio").
double contrast_ratio(Colour a, Colour b);

// What is wrong with the element's contrast, as a predicate ("has a contrast of …"); nothing when it is not
// text or code, or is good. Counted against the worst colour of all that may lie under its box: fills, lines,
// guilloches, decorations, and ghost images at their blackest.
std::optional<std::string> contrast_fault(const Side& side, std::size_t element);

}  // namespace imprimatur::print
