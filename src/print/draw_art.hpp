// Draws lines, rectangles, paths, guilloches and images. Pure; any thread.
#pragma once

#include <string>

#include "print/content.hpp"
#include "print/face_template.hpp"
#include "print/image_check.hpp"

namespace imprimatur::print {

// An element that is line, rectangle, path or guilloche.
void draw_art(Content& to, const Element& element);

struct ImageNames {
  std::string image, opacity;  // in the page's resources
};

// Fills the box: what the image is wider or higher (within the template's tolerance) is trimmed evenly, never
// stretched.
void draw_image(Content& to, const Box& box, const ImageElement& shown, const CleanImage& image,
                const ImageNames& names);

}  // namespace imprimatur::print
