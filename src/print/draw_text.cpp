#include "print/draw_text.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "print/binding.hpp"
#include "print/text_check.hpp"
#include "print/text_fit.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kMrzLineLength = 30;

using Findings = std::vector<FaceFinding>;

void report(Findings& findings, const Element& element, const std::string& field, const Error& error) {
  findings.push_back({error.code, field.empty() ? element.name : field, error.message});
}

// Null, and a finding, when the template was validated against another list of fonts.
const Font* font_named(const FontSet& fonts, const std::string& name, const Element& element,
                       Findings& findings) {
  const Font* font = fonts.find(name);
  if (font == nullptr)
    findings.push_back({"face.no_font", element.name, "the font " + name + " is not loaded"});
  return font;
}

std::vector<std::uint16_t> glyphs_of(const FontMetrics& font, std::u32string_view text) {
  std::vector<std::uint16_t> glyphs;
  for (char32_t character : text) {
    const Glyph* glyph = font.find(character);
    CHECK(glyph != nullptr);  // checked before
    glyphs.push_back(glyph->id);
  }
  return glyphs;
}

// A place along and down the lines of a turned text, on the card.
Point on_card(const Box& box, int rotate, double along_mm, double down_mm) {
  switch (rotate) {
    case 90:
      return {box.right() - down_mm, box.y + along_mm};
    case 180:
      return {box.right() - along_mm, box.bottom() - down_mm};
    case 270:
      return {box.x + down_mm, box.bottom() - along_mm};
    default:
      return {box.x + along_mm, box.y + down_mm};
  }
}

Result<FittedText> check_and_fit(const Font& font, const TextStyle& style, const Box& box,
                                 std::string_view text) {
  TRY(auto characters, check_text(text));
  TRY_STATUS(check_glyphs(font.metrics, characters));
  const bool turned = style.rotate == 90 || style.rotate == 270;
  return fit_text(font.metrics, style, characters, (turned ? box.height : box.width) * kPointsPerMm,
                  (turned ? box.width : box.height) * kPointsPerMm);
}

void draw_lines(Content& to, const Font& font, const TextStyle& style, const Box& box,
                const FittedText& fitted) {
  const bool turned = style.rotate == 90 || style.rotate == 270;
  const double room_pt = (turned ? box.height : box.width) * kPointsPerMm;
  to.fill_colour(style.colour);
  for (std::size_t i = 0; i < fitted.lines.size(); ++i) {
    const FittedLine& line = fitted.lines[i];
    const double left_pt = style.align == Align::left    ? 0
                           : style.align == Align::right ? room_pt - line.width_pt
                                                         : (room_pt - line.width_pt) / 2;
    const double down_pt = fitted.size_pt * (style.rise + style.leading * static_cast<double>(i));
    to.text({.font = font.name,
             .size_pt = fitted.size_pt,
             .spacing_pt = style.tracking * fitted.size_pt,
             .condense = fitted.condense,
             .origin = on_card(box, style.rotate, left_pt / kPointsPerMm, down_pt / kPointsPerMm),
             .rotate = style.rotate},
            glyphs_of(font.metrics, line.text));
  }
}

// The line's characters, or why it is not one (ICAO 9303-5, 4.2.2).
Result<std::u32string> mrz_line(const FontMetrics& font, const FaceData& data, const std::string& field) {
  const auto found = data.fields.find(field);
  if (found == data.fields.end())
    return fail("face.missing", "the face shows this MRZ line and there is none");
  const std::string& line = found->second;
  const bool valid = line.size() == kMrzLineLength && std::all_of(line.begin(), line.end(), [](char c) {
                       return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '<';
                     });
  if (!valid) return fail("face.bad_mrz", "the MRZ line is not 30 characters of A-Z, 0-9 and <");
  std::u32string characters(line.begin(), line.end());
  TRY_STATUS(check_glyphs(font, characters));
  return characters;
}

}  // namespace

void draw_text(Content& to, const FontSet& fonts, const Element& element, const TextElement& text,
               const FaceData& data, Findings& findings) {
  const auto value = bound_text(text, data);
  if (!value) return report(findings, element, text.field, value.error());
  if (value.value().empty()) return;
  const Font* font = font_named(fonts, text.style.font, element, findings);
  if (font == nullptr) return;
  const auto fitted = check_and_fit(*font, text.style, element.box, value.value());
  if (!fitted) return report(findings, element, text.field, fitted.error());
  to.begin_text(text.style.language);
  draw_lines(to, *font, text.style, element.box, fitted.value());
  to.end_text();
}

void draw_caption(Content& to, const FontSet& fonts, const Element& element, const CaptionElement& caption,
                  Findings& findings) {
  const Font* first_font = font_named(fonts, caption.first.font, element, findings);
  const Font* second_font = font_named(fonts, caption.second.font, element, findings);
  if (first_font == nullptr || second_font == nullptr) return;
  const std::string second_text = "/ " + caption.second_text;
  const auto first = check_and_fit(*first_font, caption.first, element.box, caption.first_text);
  if (!first) return report(findings, element, {}, first.error());
  const double space_pt = caption.first.size_pt_max * 0.3;
  const double used_mm = (first.value().lines[0].width_pt + space_pt) / kPointsPerMm;
  Box rest = element.box;
  rest.x += used_mm;
  rest.width -= used_mm;
  TextStyle second_style = caption.second;
  second_style.rise = caption.first.rise * caption.first.size_pt_max / caption.second.size_pt_max;
  const auto second = check_and_fit(*second_font, second_style, rest, second_text);
  if (!second) return report(findings, element, {}, second.error());
  to.begin_text(caption.first.language);
  draw_lines(to, *first_font, caption.first, element.box, first.value());
  to.end_text();
  to.begin_text(second_style.language);
  draw_lines(to, *second_font, second_style, rest, second.value());
  to.end_text();
}

void draw_mrz(Content& to, const FontSet& fonts, const Element& element, const MrzElement& mrz,
              const FaceData& data, Findings& findings) {
  const Font* font = font_named(fonts, mrz.font, element, findings);
  if (font == nullptr) return;
  const Glyph* filler = font->metrics.find(U'<');
  if (filler == nullptr || !font->metrics.fixed_pitch) {
    findings.push_back(
        {"face.bad_mrz", element.name, "the font of the MRZ is not one of fixed pitch with <"});
    return;
  }
  const double size_pt = mrz.pitch_mm * kPointsPerMm / (filler->advance / 1000);
  const double left = element.box.x + (element.box.width - mrz.pitch_mm * kMrzLineLength) / 2;
  to.fill_colour(mrz.colour);
  for (std::size_t i = 0; i < mrz.fields.size(); ++i) {
    const auto line = mrz_line(font->metrics, data, mrz.fields[i]);
    if (!line) {
      report(findings, element, mrz.fields[i], line.error());
      continue;
    }
    const double baseline =
        element.box.y + mrz.first_baseline_mm + mrz.line_pitch_mm * static_cast<double>(i);
    to.begin_text({});
    to.text({.font = font->name, .size_pt = size_pt, .origin = {left, baseline}},
            glyphs_of(font->metrics, line.value()));
    to.end_text();
  }
}

}  // namespace imprimatur::print
