// Lays out and draws text. What cannot be drawn exactly is a finding, and nothing of it is drawn. Pure; any
// thread.
#pragma once

#include <vector>

#include "print/content.hpp"
#include "print/face_data.hpp"
#include "print/face_template.hpp"
#include "print/font_set.hpp"

namespace imprimatur::print {

void draw_text(Content& to, const FontSet& fonts, const Element& element, const TextElement& text,
               const FaceData& data, std::vector<FaceFinding>& findings);

// First language, " / ", second language.
void draw_caption(Content& to, const FontSet& fonts, const Element& element, const CaptionElement& caption,
                  std::vector<FaceFinding>& findings);

// Three lines of 30 characters at their exact pitch, in the middle of the box.
void draw_mrz(Content& to, const FontSet& fonts, const Element& element, const MrzElement& mrz,
              const FaceData& data, std::vector<FaceFinding>& findings);

}  // namespace imprimatur::print
