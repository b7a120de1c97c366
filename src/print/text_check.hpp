// Text as it may be printed: what the PDF would drop, change or draw as a box is found here first.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "print/font_set.hpp"

namespace imprimatur::print {

inline constexpr std::size_t kTextBytesMax = 4096;

// The code points of well-formed UTF-8 in NFC. Errors face.not_utf8, face.not_nfc, face.control (control
// characters, line breaks), face.spaces (at either end, doubled, or other than U+0020), face.too_long.
Result<std::u32string> check_text(std::string_view utf8);

// Error face.no_glyph with the first character that the font lacks.
Status check_glyphs(const FontMetrics& font, std::u32string_view text);

}  // namespace imprimatur::print
