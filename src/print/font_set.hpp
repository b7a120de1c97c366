// The pinned fonts: the list in templates/fonts/fonts.json, the built files, and what FreeType says of
// their glyphs. Loaded once; immutable; any thread.
//
// A font file with another hash than the list's is refused before any parser sees it.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "print/face_data.hpp"

namespace imprimatur::print {

struct Glyph {
  std::uint16_t id = 0;
  // In units of 1/1000 of the type size, y up from the baseline. An empty glyph has top = bottom = 0.
  double advance = 0, left = 0, right = 0, top = 0, bottom = 0;
};

struct FontMetrics {
  std::unordered_map<char32_t, Glyph> glyphs;  // by code point, as the font's cmap has them
  std::vector<double> advances;                // by glyph id
  double ascent = 0, descent = 0, cap_height = 0;
  double box_left = 0, box_bottom = 0, box_right = 0, box_top = 0;
  bool fixed_pitch = false, italic = false;

  const Glyph* find(char32_t character) const {
    const auto found = glyphs.find(character);
    return found == glyphs.end() ? nullptr : &found->second;
  }
};

struct Font {
  std::string name;             // as templates call it: "sans-bold"
  std::string postscript_name;  // as the PDF calls it
  FontMetrics metrics;
  Bytes file;
};

struct FontSet {
  std::map<std::string, Font> fonts;
  const Font* find(const std::string& name) const {
    const auto found = fonts.find(name);
    return found == fonts.end() ? nullptr : &found->second;
  }
};

// Names in TEMPLATES/fonts/fonts.json, sorted. Errors of files and JSON.
Result<std::vector<std::string>> listed_fonts(const std::filesystem::path& templates);

// Reads, checks and measures every listed font. Errors font.missing, font.hash, font.unusable (no TrueType
// outlines, composite glyphs, symbol map).
Result<FontSet> load_fonts(const std::filesystem::path& templates, const std::filesystem::path& built,
                           const Sha256Hex& sha256_hex);

}  // namespace imprimatur::print
