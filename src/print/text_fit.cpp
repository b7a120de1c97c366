#include "print/text_fit.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

namespace imprimatur::print {
namespace {

// PDF widths are whole thousandths of the type size; the box must hold the rounded text too.
constexpr double kRoundingSlack = 1.001;

struct Ink {
  double top = 0, bottom = 0;
};

Ink ink_of(const FontMetrics& font, std::u32string_view line) {
  Ink ink;
  for (char32_t character : line) {
    const Glyph* glyph = font.find(character);
    if (glyph == nullptr) continue;
    ink.top = std::max(ink.top, glyph->top / 1000);
    ink.bottom = std::min(ink.bottom, glyph->bottom / 1000);
  }
  return ink;
}

// The end of the line that starts at `start`: the last break at which it is not wider than `width` at one
// point of size; npos when even its first word is wider.
std::size_t line_end(const FontMetrics& font, std::u32string_view text, std::size_t start, double width,
                     double tracking) {
  std::size_t end = std::u32string_view::npos;
  double wide = 0;
  for (std::size_t i = start; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == U' ') {
      if ((wide - (i > start ? tracking : 0)) * kRoundingSlack > width) return end;
      end = i;
    }
    if (i < text.size()) {
      const Glyph* glyph = font.find(text[i]);
      wide += (glyph != nullptr ? glyph->advance / 1000 : 0) + tracking;
    }
  }
  return end;
}

using Lines = std::vector<std::u32string_view>;

std::optional<Lines> wrap(const FontMetrics& font, std::u32string_view text, double width, double tracking,
                          int lines_max) {
  Lines lines;
  std::size_t start = 0;
  do {
    if (static_cast<int>(lines.size()) == lines_max) return std::nullopt;
    const std::size_t end = line_end(font, text, start, width, tracking);
    if (end == std::u32string_view::npos) return std::nullopt;
    lines.push_back(text.substr(start, end - start));
    start = end + 1;
  } while (start < text.size());
  return lines;
}

// Two lines read better when the first ends with a comma ("12 Hoa Mai, Phường 2, / Quận 7"): moved there
// when both lines still fit and neither is shorter than a third of the other.
void prefer_comma(const FontMetrics& font, double width, double tracking, std::u32string_view text,
                  Lines& lines) {
  if (lines.size() != 2 || lines[0].back() == U',') return;
  const std::size_t comma = lines[0].rfind(U", ");
  if (comma == std::u32string_view::npos) return;
  const std::u32string_view first = text.substr(0, comma + 1), second = text.substr(comma + 2);
  const double upper = text_width(font, first, tracking), lower = text_width(font, second, tracking);
  if (lower * kRoundingSlack <= width && upper * 3 >= lower) lines = {first, second};
}

// Room that the lines' ink needs above the first baseline, below the last one, and between lines, in sizes.
struct Room {
  double above = 0, below = 0;
  bool lines_touch = false;
};

Room room_of(const FontMetrics& font, const Lines& lines, double leading) {
  Room room;
  double bottom_before = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Ink ink = ink_of(font, lines[i]);
    if (i == 0) room.above = ink.top;
    if (i > 0 && ink.top - bottom_before > leading) room.lines_touch = true;
    bottom_before = ink.bottom;
    room.below = -ink.bottom;
  }
  return room;
}

std::string percent(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.0f", std::ceil(share * 100));
  return text;
}

Error too_wide(const FontMetrics& font, const TextStyle& style, std::u32string_view text, double width_pt) {
  const double have = width_pt / style.size_pt_min * style.lines_max;
  const double want = text_width(font, text, style.tracking);
  if (want <= have) {
    return fail("face.does_not_fit", "the text does not break into " + std::to_string(style.lines_max) +
                                         " lines at its smallest size: a word is too long for what is left");
  }
  return fail("face.does_not_fit",
              "the text is " + percent(want / have - 1) + " % wider than its place at its smallest size", {},
              "Agree a shorter spelling with the authority: nothing is cut");
}

}  // namespace

double text_width(const FontMetrics& font, std::u32string_view text, double tracking) {
  double width = 0;
  for (char32_t character : text) {
    const Glyph* glyph = font.find(character);
    if (glyph != nullptr) width += glyph->advance / 1000;
  }
  return text.empty() ? 0 : width + tracking * static_cast<double>(text.size() - 1);
}

Result<FittedText> fit_text(const FontMetrics& font, const TextStyle& style, std::u32string_view text,
                            double width_pt, double height_pt) {
  bool fits_in_width = false;
  const int steps = static_cast<int>(std::round((style.size_pt_max - style.size_pt_min) / kSizeStepPt));
  for (int step = 0; step <= steps; ++step) {
    const double size = step == steps ? style.size_pt_min : style.size_pt_max - step * kSizeStepPt;
    auto lines = wrap(font, text, width_pt / size, style.tracking, style.lines_max);
    if (!lines) continue;
    fits_in_width = true;
    prefer_comma(font, width_pt / size, style.tracking, text, *lines);
    const Room room = room_of(font, *lines, style.leading);
    const double down = style.rise + style.leading * static_cast<double>(lines->size() - 1) + room.below;
    if (room.lines_touch || room.above > style.rise || down * size > height_pt) continue;
    FittedText fitted;
    fitted.size_pt = size;
    for (std::u32string_view line : *lines) {
      fitted.lines.push_back({std::u32string(line), text_width(font, line, style.tracking) * size});
    }
    return fitted;
  }
  if (!fits_in_width) return too_wide(font, style, text, width_pt);
  return fail("face.does_not_fit", "the text is higher than its place at its smallest size");
}

}  // namespace imprimatur::print
