#include "lds/transliterate.hpp"

#include <optional>

#include "lds/transliteration_table.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::lds {
namespace {

// A name is at most this long; the printed line holds far less.
constexpr std::size_t kNameBytesMax = 1024;

char32_t to_capital(char32_t letter) {
  if (letter >= U'a' && letter <= U'z') return letter - U'a' + U'A';
  for (const Transliteration& row : transliteration_table()) {
    if (row.small == letter) return row.capital;
  }
  return letter;
}

// The letter that Unicode composes of the two; nothing when no name may hold it.
std::optional<char32_t> composed(char32_t base, char32_t mark) {
  for (const Transliteration& row : transliteration_table()) {
    if (row.base == base && row.mark == mark) return row.capital;
  }
  return std::nullopt;
}

bool is_combining_mark(char32_t point) {
  return point >= 0x0300 && point <= 0x036F;
}

// ICAO Doc 9303-3 section 4.6: hyphens and commas become a filler, as the space does.
bool separates(char32_t point) {
  switch (point) {
    case U' ':
    case U'-':
    case U',':
    case 0x2010:  // hyphen
    case 0x2011:  // non-breaking hyphen
      return true;
    default:
      return false;
  }
}

// Apostrophes and other punctuation go without a filler; D'ARTAGNAN is DARTAGNAN.
bool is_dropped(char32_t point) {
  constexpr std::u32string_view kDropped = U"'.\"()/:;!?\u2018\u2019\u02BC";
  return kDropped.find(point) != std::u32string_view::npos;
}

// False when there is no rule for the letter.
bool append_letter(std::string& out, char32_t capital) {
  if (capital >= U'A' && capital <= U'Z') {
    out += static_cast<char>(capital);
    return true;
  }
  for (const Transliteration& row : transliteration_table()) {
    if (row.capital != capital) continue;
    out += row.mrz;
    return true;
  }
  return false;
}

Error no_entry(std::size_t offset) {
  return fail("mrz.letter", "no rule of transliteration for the character at byte " + std::to_string(offset),
              {}, "Correct the name, or have the letter added to the transliteration table.");
}

}  // namespace

Result<std::string> transliterate_name(std::string_view utf8) {
  if (utf8.size() > kNameBytesMax) {
    return fail("mrz.letter", "the name is longer than " + std::to_string(kNameBytesMax) + " bytes");
  }
  std::string out;
  for (std::size_t offset = 0; offset < utf8.size();) {
    const std::size_t start = offset;
    const auto point = code_point_at(utf8, offset);
    if (!point) return fail("mrz.letter", "the name is not UTF-8 at byte " + std::to_string(offset));
    offset += point->bytes;
    if (is_dropped(point->value)) continue;
    if (separates(point->value)) {
      if (!out.empty() && out.back() != '<') out += '<';
      continue;
    }
    char32_t letter = to_capital(point->value);
    // Decomposed text: compose with the marks that follow, as NFC would.
    while (offset < utf8.size()) {
      const auto mark = code_point_at(utf8, offset);
      if (!mark || !is_combining_mark(mark->value)) break;
      const auto whole = composed(letter, mark->value);
      if (!whole) return no_entry(offset);
      letter = *whole;
      offset += mark->bytes;
    }
    if (!append_letter(out, letter)) return no_entry(start);
  }
  if (!out.empty() && out.back() == '<') out.pop_back();
  return out;
}

}  // namespace imprimatur::lds
