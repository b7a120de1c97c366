#include "print/text_check.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>

namespace imprimatur::print {
namespace {

std::string place(std::size_t index, char32_t character) {
  char text[48];
  std::snprintf(text, sizeof text, "character %zu (U+%04X)", index + 1, static_cast<unsigned>(character));
  return text;
}

Result<std::u32string> decode(std::string_view utf8) {
  std::u32string out;
  const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data());
  auto left = static_cast<utf8proc_ssize_t>(utf8.size());
  while (left > 0) {
    utf8proc_int32_t character = 0;
    const utf8proc_ssize_t used = utf8proc_iterate(next, left, &character);
    if (used <= 0) {
      return fail("face.not_utf8", "the text is not UTF-8 at byte " +
                                       std::to_string(static_cast<utf8proc_ssize_t>(utf8.size()) - left));
    }
    out.push_back(static_cast<char32_t>(character));
    next += used;
    left -= used;
  }
  return out;
}

bool is_nfc(std::string_view utf8) {
  utf8proc_uint8_t* composed = nullptr;
  const utf8proc_ssize_t size = utf8proc_map(
      reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()), static_cast<utf8proc_ssize_t>(utf8.size()),
      &composed, static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owned(composed, &std::free);
  return size >= 0 &&
         utf8 == std::string_view(reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size));
}

// Categories that have no ink of their own or change their neighbours: controls, formats, private use,
// line and paragraph separators.
bool is_plain(char32_t character) {
  static constexpr std::array kUnprintable = {
      UTF8PROC_CATEGORY_CN, UTF8PROC_CATEGORY_CC, UTF8PROC_CATEGORY_CF, UTF8PROC_CATEGORY_CS,
      UTF8PROC_CATEGORY_CO, UTF8PROC_CATEGORY_ZL, UTF8PROC_CATEGORY_ZP};
  const auto category = utf8proc_category(static_cast<utf8proc_int32_t>(character));
  return std::find(kUnprintable.begin(), kUnprintable.end(), category) == kUnprintable.end();
}

}  // namespace

Result<std::u32string> check_text(std::string_view utf8) {
  if (utf8.size() > kTextBytesMax) {
    return fail("face.too_long", "the text has " + std::to_string(utf8.size()) + " bytes, more than " +
                                     std::to_string(kTextBytesMax));
  }
  TRY(auto text, decode(utf8));
  if (!is_nfc(utf8)) {
    return fail("face.not_nfc", "the text is not in Unicode normal form C", {},
                "Submit it normalised: a letter and its marks as one character");
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_plain(text[i])) {
      return fail("face.control",
                  place(i, text[i]) + " is a control or other character that cannot be printed");
    }
    const bool space = utf8proc_category(static_cast<utf8proc_int32_t>(text[i])) == UTF8PROC_CATEGORY_ZS;
    if (!space) continue;
    if (text[i] != U' ') return fail("face.spaces", place(i, text[i]) + " is not the ordinary space");
    if (i == 0 || i + 1 == text.size() || text[i - 1] == U' ') {
      return fail("face.spaces", place(i, text[i]) + " is a space too many");
    }
  }
  return text;
}

Status check_glyphs(const FontMetrics& font, std::u32string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (font.find(text[i]) == nullptr) {
      return fail("face.no_glyph", place(i, text[i]) + " is not in the font", {},
                  "The name or address must be written with letters that the card's font has");
    }
  }
  return ok();
}

}  // namespace imprimatur::print
