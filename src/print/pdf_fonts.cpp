#include "print/pdf_fonts.hpp"

#include <cmath>
#include <cstdio>
#include <map>

namespace imprimatur::print {
namespace {

constexpr std::size_t kCharactersPerBlock = 100;  // ISO 32000-1, 9.10.3 and Adobe Technical Note 5411

std::string thousandth(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", std::round(value * 1000) / 1000);
  return text;
}

std::string widths_of(const FontMetrics& metrics) {
  std::string out = "/W [0 [";
  for (double advance : metrics.advances) out += thousandth(advance) + " ";
  out.back() = ']';
  return out + "]\n";
}

// UTF-16BE as hex; all characters of the fonts lie in the basic plane or become two units.
std::string utf16_hex(char32_t character) {
  char text[16];
  if (character < 0x10000) {
    std::snprintf(text, sizeof text, "%04X", static_cast<unsigned>(character));
  } else {
    const auto offset = static_cast<unsigned>(character) - 0x10000U;
    std::snprintf(text, sizeof text, "%04X%04X", 0xD800U + (offset >> 10), 0xDC00U + (offset & 0x3FFU));
  }
  return text;
}

std::string to_unicode_of(const FontMetrics& metrics) {
  std::map<std::uint16_t, char32_t> by_glyph;  // the lowest character of a glyph that has several
  for (const auto& [character, glyph] : metrics.glyphs) {
    const auto [at, added] = by_glyph.emplace(glyph.id, character);
    if (!added && character < at->second) at->second = character;
  }
  std::string out =
      "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
      "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
      "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
      "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n";
  std::size_t left = by_glyph.size(), in_block = 0;
  for (const auto& [glyph, character] : by_glyph) {
    if (in_block == 0) {
      in_block = left < kCharactersPerBlock ? left : kCharactersPerBlock;
      out += std::to_string(in_block) + " beginbfchar\n";
    }
    char code[16];
    std::snprintf(code, sizeof code, "<%04X> <", glyph);
    out += code + utf16_hex(character) + ">\n";
    --left;
    if (--in_block == 0) out += "endbfchar\n";
  }
  return out + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n";
}

}  // namespace

PdfFontText describe_font(const Font& font) {
  const FontMetrics& metrics = font.metrics;
  constexpr int kFixedPitch = 1, kSymbolic = 4, kItalic = 64;  // ISO 32000-1, table 123
  const int flags = kSymbolic | (metrics.fixed_pitch ? kFixedPitch : 0) | (metrics.italic ? kItalic : 0);
  PdfFontText text;
  text.base_name = "IMPRIM+" + font.postscript_name;
  text.cid_font = "/Type /Font\n/Subtype /CIDFontType2\n/BaseFont /" + text.base_name +
                  "\n/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>\n"
                  "/CIDToGIDMap /Identity\n" +
                  widths_of(metrics);
  text.descriptor = "/Type /FontDescriptor\n/FontName /" + text.base_name + "\n/Flags " +
                    std::to_string(flags) + "\n/FontBBox [" + thousandth(metrics.box_left) + " " +
                    thousandth(metrics.box_bottom) + " " + thousandth(metrics.box_right) + " " +
                    thousandth(metrics.box_top) + "]\n/ItalicAngle " + (metrics.italic ? "-12" : "0") +
                    "\n/Ascent " + thousandth(metrics.ascent) + "\n/Descent " + thousandth(metrics.descent) +
                    "\n/CapHeight " + thousandth(metrics.cap_height) + "\n/StemV 80\n";
  text.to_unicode = to_unicode_of(metrics);
  return text;
}

}  // namespace imprimatur::print
