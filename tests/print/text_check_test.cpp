#include "print/text_check.hpp"

#include <gtest/gtest.h>

namespace imprimatur::print {
namespace {

std::string code_of(std::string_view text) {
  const auto checked = check_text(text);
  return checked ? "" : checked.error().code;
}

TEST(TextCheck, TakesVietnameseInNormalFormC) {
  const auto text = check_text("Đặng Thị Hằng");
  ASSERT_TRUE(text);
  EXPECT_EQ(text.value(), U"Đặng Thị Hằng");
}

TEST(TextCheck, RefusesDecomposedText) {
  EXPECT_EQ(code_of("Ha\xCC\x80ng"), "face.not_nfc");         // a + combining grave
  EXPECT_EQ(code_of("H\xC4\x83\xCC\x80ng"), "face.not_nfc");  // ă + combining grave
  EXPECT_EQ(code_of("\xE2\x84\xAB"), "face.not_nfc");         // Ångström sign: a singleton
}

TEST(TextCheck, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(code_of("H\xE0ng"), "face.not_utf8");       // Latin-1
  EXPECT_EQ(code_of("\xC0\xAF"), "face.not_utf8");      // overlong
  EXPECT_EQ(code_of("\xED\xA0\x80"), "face.not_utf8");  // a surrogate
  EXPECT_EQ(code_of("Th\xE1\xBA"), "face.not_utf8");    // cut
}

TEST(TextCheck, RefusesControlsAndInvisibleCharacters) {
  EXPECT_EQ(code_of("A\nB"), "face.control");
  EXPECT_EQ(code_of(std::string("A\0B", 3)), "face.control");
  EXPECT_EQ(code_of("A\xE2\x80\x8B"
                    "B"),
            "face.control");  // zero width space
  EXPECT_EQ(code_of("A\xE2\x80\xAE"
                    "B"),
            "face.control");                            // right-to-left override
  EXPECT_EQ(code_of("A\xEE\x80\x80"), "face.control");  // private use
}

TEST(TextCheck, RefusesSpacesThatWouldChangeTheText) {
  EXPECT_EQ(code_of(" A"), "face.spaces");
  EXPECT_EQ(code_of("A "), "face.spaces");
  EXPECT_EQ(code_of("A  B"), "face.spaces");
  EXPECT_EQ(code_of("A\xC2\xA0"
                    "B"),
            "face.spaces");  // no-break space
}

TEST(TextCheck, RefusesEndlessText) {
  EXPECT_EQ(code_of(std::string(kTextBytesMax, 'A')), "");
  EXPECT_EQ(code_of(std::string(kTextBytesMax + 1, 'A')), "face.too_long");
}

TEST(TextCheck, NamesTheCharacterThatTheFontLacks) {
  FontMetrics font;
  font.glyphs[U'A'] = {};
  EXPECT_TRUE(check_glyphs(font, U"AAA"));
  const auto lacking = check_glyphs(font, U"AA\x1F600");
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().code, "face.no_glyph");
  EXPECT_NE(lacking.error().message.find("character 3 (U+1F600)"), std::string::npos);
}

}  // namespace
}  // namespace imprimatur::print
