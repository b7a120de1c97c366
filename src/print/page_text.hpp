// Reads back what stands in a PDF of ours: the characters behind the glyphs, as any reader would get them.
// The renderer asks it of every card, so that a face leaves only with the text that the data has. Pure; any
// thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "print/font_set.hpp"

namespace imprimatur::print {

// The texts of a page in the order drawn: one for each marked span, its lines joined by a space.
using PageTexts = std::vector<std::u32string>;

// Which character a font's glyph stands for.
using GlyphCharacters = std::map<std::string, std::vector<char32_t>, std::less<>>;  // by font, by glyph id
GlyphCharacters glyph_characters(const FontSet& fonts);

// Texts of content streams that were read before, by their compressed bytes: what many cards share.
using KnownStreams = std::map<std::string, PageTexts, std::less<>>;

// Of each page of a PDF that PdfWriter wrote: through its cross-reference table, page tree and compressed
// content streams. Error print.readback with what was not as expected.
Result<std::vector<PageTexts>> read_page_texts(ByteView pdf, const GlyphCharacters& characters,
                                               const KnownStreams& known = {});

// Of one content stream.
Result<PageTexts> read_content_texts(std::string_view content, const GlyphCharacters& characters);

}  // namespace imprimatur::print
