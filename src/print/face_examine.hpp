// What only the fonts can tell of a template: that everything it says itself can be printed where it says it.
// And what a rendered card must read. Pure; any thread.
#pragma once

#include <optional>
#include <vector>

#include "print/face_data.hpp"
#include "print/face_template.hpp"
#include "print/font_set.hpp"
#include "print/page_text.hpp"

namespace imprimatur::print {

// Static texts, captions, every word of a word list, every date and every text for an empty value: their
// glyphs, and that they fit. That a font has all letters of the language it is used for, and an MRZ's all of
// its own. One error a fault, `field` is "front/ELEMENT"; codes template.font (glyphs), template.size (does
// not fit).
std::vector<Error> examine_with_fonts(const FaceTemplate& face, const FontSet& fonts);

// The texts of a side for data without findings, in the order drawn, told from the data and not from what was
// drawn. `only`: of one panel.
PageTexts expected_texts(const Side& side, const FaceData& data, std::optional<Panel> only = {});

}  // namespace imprimatur::print
