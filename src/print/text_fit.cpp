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
  double touching = 0;  // how far ink of one line reaches into the next
};

Room room_of(const FontMetrics& font, const Lines& lines, double leading) {
  Room room;
  double bottom_before = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Ink ink = ink_of(font, lines[i]);
    if (i == 0) room.above = ink.top;
    if (i > 0) room.touching = std::max(room.touching, ink.top - bottom_before - leading);
    bottom_before = ink.bottom;
    room.below = -ink.bottom;
  }
  return room;
}

std::string with_form(const char* form, double value) {
  char text[32];
  std::snprintf(text, sizeof text, form, value);
  return text;
}

struct Space {
  double width_pt = 0, height_pt = 0;
};

Error too_wide(const FontMetrics& font, const TextStyle& style, std::u32string_view text, Space space) {
  const double letters = style.size_pt_min * style.condense_min;
  const double have = space.width_pt / letters * style.lines_max;
  const double want = text_width(font, text, style.tracking);
  if (want <= have) {
    return fail("face.does_not_fit", "the text does not break into " + std::to_string(style.lines_max) +
                                         " lines at its smallest size: a word is too long for what is left");
  }
  return fail("face.does_not_fit",
              "the text is " + with_form("%.0f", std::ceil((want / have - 1) * 100)) + " % (" +
                  with_form("%.1f", (want - have) * letters / kPointsPerMm) +
                  " mm) wider than its place at its smallest size",
              {}, "Agree a shorter spelling with the authority: nothing is cut");
}

// A way of setting the text that is no wider than its place.
struct Setting {
  FittedText fitted;
  double too_high_pt = 0;  // how much higher than its place; 0: it fits
};

std::optional<Setting> set_text(const FontMetrics& font, const TextStyle& style, std::u32string_view text,
                                Space space, double size, double condense) {
  const double width = space.width_pt / (size * condense);
  auto lines = wrap(font, text, width, style.tracking, style.lines_max);
  if (!lines) return std::nullopt;
  prefer_comma(font, width, style.tracking, text, *lines);
  const Room room = room_of(font, *lines, style.leading);
  const double down = style.rise + style.leading * static_cast<double>(lines->size() - 1) + room.below;
  Setting setting;
  setting.fitted = {size, condense, {}};
  setting.too_high_pt =
      std::max({down * size - space.height_pt, (room.above - style.rise) * size, room.touching * size, 0.0});
  for (std::u32string_view line : *lines) {
    setting.fitted.lines.push_back(
        {std::u32string(line), text_width(font, line, style.tracking) * size * condense});
  }
  return setting;
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
  const Space space{width_pt, height_pt};
  std::optional<Setting> last;  // not too wide, but too high
  const int sizes = static_cast<int>(std::round((style.size_pt_max - style.size_pt_min) / kSizeStepPt));
  for (int step = 0; step <= sizes; ++step) {
    const double size = step == sizes ? style.size_pt_min : style.size_pt_max - step * kSizeStepPt;
    auto setting = set_text(font, style, text, space, size, 1);
    if (setting && setting->too_high_pt <= 0) return std::move(setting->fitted);
    if (setting) last = std::move(setting);
  }
  const int narrower = static_cast<int>(std::floor((1 - style.condense_min) / kCondenseStep + 1e-9));
  for (int step = 1; step <= narrower; ++step) {
    auto setting = set_text(font, style, text, space, style.size_pt_min, 1 - step * kCondenseStep);
    if (setting && setting->too_high_pt <= 0) return std::move(setting->fitted);
    if (setting) last = std::move(setting);
  }
  if (!last) return too_wide(font, style, text, space);
  return fail("face.does_not_fit",
              "the text is " + with_form("%.1f", std::max(0.1, last->too_high_pt / kPointsPerMm)) +
                  " mm higher than its place at its smallest size",
              {}, "Agree a shorter spelling with the authority: nothing is cut");
}

}  // namespace imprimatur::print
