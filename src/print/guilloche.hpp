// Fine line work from sine waves. Pure; any thread.
#pragma once

#include "print/content.hpp"
#include "print/face_template.hpp"

namespace imprimatur::print {

// Draws the curves of `guilloche` clipped to `box`.
void draw_guilloche(Content& to, const Box& box, const GuillocheElement& guilloche);

}  // namespace imprimatur::print
