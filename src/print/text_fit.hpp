// Fits a text into a box: shrinks between two sizes, wraps at spaces, then condenses. Pure functions over a
// font's metrics; any thread. What does not fit at the smallest size is an error, never cut.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "print/face_template.hpp"
#include "print/font_set.hpp"

namespace imprimatur::print {

inline constexpr double kPointsPerMm = 72.0 / 25.4;
inline constexpr double kSizeStepPt = 0.1;
inline constexpr double kCondenseStep = 0.01;

struct FittedLine {
  std::u32string text;
  double width_pt = 0;  // without the tracking after the last character
};

struct FittedText {
  double size_pt = 0;
  double condense = 1;            // letters and the space between them are this much narrower
  std::vector<FittedLine> lines;  // top to bottom
};

// Width in points of `text` at one point of size with `tracking` between characters. Characters that the
// font lacks count nothing: check glyphs first.
double text_width(const FontMetrics& font, std::u32string_view text, double tracking);

// The largest size, in steps of 0.1 pt, at which the text fits into width × height points on at most
// `lines_max` lines: neither wider than the box, nor with ink above or below it, nor with ink of one line in
// the next. Where the smallest size is still too wide, the least condensed letters of that size, within the
// style's limit. Lines break at spaces (the space goes), after a comma where that costs no line. Error
// face.does_not_fit says by how much.
Result<FittedText> fit_text(const FontMetrics& font, const TextStyle& style, std::u32string_view text,
                            double width_pt, double height_pt);

}  // namespace imprimatur::print
