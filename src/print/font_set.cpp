#include "print/font_set.hpp"

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_TRUETYPE_TABLES_H

#include <algorithm>
#include <memory>
#include <set>

#include "base/files.hpp"
#include "base/json.hpp"

namespace imprimatur::print {
namespace {

constexpr std::size_t kFontBytesMax = 4U << 20;
constexpr int kGlyphsMax = 4096;

struct ListedFont {
  std::string name;
  std::string sha256;
};

Result<std::vector<ListedFont>> read_list(const std::filesystem::path& templates) {
  const std::filesystem::path file = templates / "fonts" / "fonts.json";
  TRY(auto text, read_text_file(file, 1U << 20));
  TRY(auto list, parse_json_object(text));
  TRY(auto fonts, member_array(list, "fonts"));
  std::vector<ListedFont> out;
  for (const json::value& entry : *fonts) {
    if (!entry.is_object()) return fail("font.list", "an entry is not an object", file.string());
    TRY(auto name, member_text(entry.as_object(), "name", "/fonts"));
    TRY(auto sha256, member_text(entry.as_object(), "sha256", "/fonts"));
    out.push_back({std::move(name), std::move(sha256)});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

using Library = std::unique_ptr<FT_LibraryRec_, decltype(&FT_Done_FreeType)>;
using Face = std::unique_ptr<FT_FaceRec_, decltype(&FT_Done_Face)>;

Glyph measure(FT_Face face, FT_UInt id, double scale) {
  const FT_GlyphSlot slot = face->glyph;
  Glyph glyph;
  glyph.id = static_cast<std::uint16_t>(id);
  glyph.advance = static_cast<double>(slot->metrics.horiAdvance) * scale;
  if (slot->outline.n_points > 0) {
    FT_BBox box;
    FT_Outline_Get_CBox(&slot->outline, &box);
    glyph.left = static_cast<double>(box.xMin) * scale;
    glyph.right = static_cast<double>(box.xMax) * scale;
    glyph.bottom = static_cast<double>(box.yMin) * scale;
    glyph.top = static_cast<double>(box.yMax) * scale;
  }
  return glyph;
}

void read_face_metrics(FT_Face face, double scale, FontMetrics& metrics) {
  metrics.ascent = face->ascender * scale;
  metrics.descent = face->descender * scale;
  metrics.box_left = static_cast<double>(face->bbox.xMin) * scale;
  metrics.box_bottom = static_cast<double>(face->bbox.yMin) * scale;
  metrics.box_right = static_cast<double>(face->bbox.xMax) * scale;
  metrics.box_top = static_cast<double>(face->bbox.yMax) * scale;
  metrics.fixed_pitch = FT_IS_FIXED_WIDTH(face) != 0;
  metrics.italic = (face->style_flags & FT_STYLE_FLAG_ITALIC) != 0;
  const Glyph* capital = metrics.find(U'H');
  metrics.cap_height = capital != nullptr ? capital->top : metrics.ascent;
}

Status read_glyphs(FT_Face face, double scale, const std::string& name, FontMetrics& metrics) {
  for (FT_UInt id = 0; id < static_cast<FT_UInt>(face->num_glyphs); ++id) {
    if (FT_Load_Glyph(face, id, FT_LOAD_NO_SCALE | FT_LOAD_NO_RECURSE) != 0) {
      return fail("font.unusable", "glyph " + std::to_string(id) + " does not load", name);
    }
    if (face->glyph->format != FT_GLYPH_FORMAT_OUTLINE) {
      return fail("font.unusable", "glyph " + std::to_string(id) + " is composite: build the fonts anew",
                  name);
    }
    metrics.advances.push_back(static_cast<double>(face->glyph->metrics.horiAdvance) * scale);
  }
  std::set<FT_UInt> taken;
  FT_UInt id = 0;
  for (FT_ULong point = FT_Get_First_Char(face, &id); id != 0; point = FT_Get_Next_Char(face, point, &id)) {
    if (FT_Load_Glyph(face, id, FT_LOAD_NO_SCALE) != 0)
      return fail("font.unusable", "a glyph does not load", name);
    metrics.glyphs.emplace(static_cast<char32_t>(point), measure(face, id, scale));
    if (!taken.insert(id).second) {
      return fail("font.unusable", "two characters share a glyph, so that a page does not read back", name);
    }
  }
  return ok();
}

Result<Font> measure_font(FT_Library library, const std::string& name, Bytes file) {
  FT_Face raw = nullptr;
  if (FT_New_Memory_Face(library, file.data(), static_cast<FT_Long>(file.size()), 0, &raw) != 0) {
    return fail("font.unusable", "FreeType cannot read the font", name);
  }
  const Face face(raw, &FT_Done_Face);
  if (!FT_IS_SFNT(raw) || FT_Get_Sfnt_Table(raw, FT_SFNT_MAXP) == nullptr || raw->num_glyphs > kGlyphsMax ||
      raw->units_per_EM == 0 || FT_Select_Charmap(raw, FT_ENCODING_UNICODE) != 0) {
    return fail("font.unusable", "not a TrueType font with a Unicode map and at most 4096 glyphs", name);
  }
  Font font;
  font.name = name;
  const char* postscript = FT_Get_Postscript_Name(raw);
  font.postscript_name = postscript != nullptr ? postscript : name;
  const double scale = 1000.0 / raw->units_per_EM;
  TRY_STATUS(read_glyphs(raw, scale, name, font.metrics));
  read_face_metrics(raw, scale, font.metrics);
  font.file = std::move(file);
  return font;
}

}  // namespace

Result<std::vector<std::string>> listed_fonts(const std::filesystem::path& templates) {
  TRY(auto list, read_list(templates));
  std::vector<std::string> names;
  for (const ListedFont& entry : list) names.push_back(entry.name);
  return names;
}

Result<FontSet> load_fonts(const std::filesystem::path& templates, const std::filesystem::path& built,
                           const Sha256Hex& sha256_hex) {
  TRY(auto list, read_list(templates));
  FT_Library raw = nullptr;
  if (FT_Init_FreeType(&raw) != 0) return fail("font.unusable", "FreeType does not start");
  const Library library(raw, &FT_Done_FreeType);
  FontSet set;
  for (const ListedFont& entry : list) {
    const std::filesystem::path path = built / (entry.name + ".ttf");
    auto file = read_file(path, kFontBytesMax);
    if (!file) {
      return fail("font.missing", "the card font cannot be read: " + file.error().message, path.string(),
                  "Build the fonts: templates/fonts/build_fonts.py");
    }
    if (sha256_hex(file.value()) != entry.sha256) {
      return fail("font.hash", "the font file is not the pinned one", path.string(),
                  "Build the fonts anew: templates/fonts/build_fonts.py");
    }
    TRY(auto font, measure_font(raw, entry.name, std::move(file.value())));
    set.fonts.emplace(entry.name, std::move(font));
  }
  return set;
}

}  // namespace imprimatur::print
