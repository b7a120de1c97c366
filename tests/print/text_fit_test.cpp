#include "print/text_fit.hpp"

#include <gtest/gtest.h>

namespace imprimatur::print {
namespace {

// Every character is half an em wide; letters reach from 0.2 below the baseline to 0.8 above it.
FontMetrics half_em_font() {
  FontMetrics font;
  for (char32_t character = U' '; character <= U'~'; ++character) {
    font.glyphs[character] = {.id = 1, .advance = 500, .left = 0, .right = 500, .top = 800, .bottom = -200};
  }
  font.glyphs[U' '].top = font.glyphs[U' '].bottom = 0;
  return font;
}

TextStyle style(double size_min, double size_max, int lines) {
  TextStyle style;
  style.font = "test";
  style.size_pt_min = size_min;
  style.size_pt_max = size_max;
  style.lines_max = lines;
  style.rise = 1;
  style.leading = 1.2;
  return style;
}

std::vector<std::u32string> lines_of(const FittedText& text) {
  std::vector<std::u32string> lines;
  for (const FittedLine& line : text.lines) lines.push_back(line.text);
  return lines;
}

TEST(TextFit, KeepsTheLargestSizeThatFits) {
  const auto fitted = fit_text(half_em_font(), style(5, 10, 1), U"ABCDEFGHIJ", 100, 20);
  ASSERT_TRUE(fitted);
  EXPECT_DOUBLE_EQ(fitted.value().size_pt, 10);
  EXPECT_DOUBLE_EQ(fitted.value().lines[0].width_pt, 50);
}

TEST(TextFit, ShrinksToTheWidth) {
  // Ten characters take five sizes: 35 points hold them at 6.9, since 7.0 leaves no room for rounding.
  const auto fitted = fit_text(half_em_font(), style(5, 10, 1), U"ABCDEFGHIJ", 35, 20);
  ASSERT_TRUE(fitted);
  EXPECT_NEAR(fitted.value().size_pt, 6.9, 1e-9);
}

TEST(TextFit, CountsTrackingBetweenCharactersOnly) {
  TextStyle tracked = style(5, 10, 1);
  tracked.tracking = 0.1;
  const auto fitted = fit_text(half_em_font(), tracked, U"ABCDE", 100, 20);
  ASSERT_TRUE(fitted);
  EXPECT_DOUBLE_EQ(fitted.value().lines[0].width_pt, 10 * (5 * 0.5 + 4 * 0.1));
}

TEST(TextFit, WrapsAtSpacesBeforeItShrinks) {
  const auto fitted = fit_text(half_em_font(), style(5, 10, 2), U"AAAA BBBB CCCC", 50, 30);
  ASSERT_TRUE(fitted);
  EXPECT_DOUBLE_EQ(fitted.value().size_pt, 10);
  EXPECT_EQ(lines_of(fitted.value()), (std::vector<std::u32string>{U"AAAA BBBB", U"CCCC"}));
}

TEST(TextFit, BreaksTwoLinesAfterACommaWhereThatCostsNothing) {
  const auto fitted = fit_text(half_em_font(), style(5, 10, 2), U"12 Rose, Ward 3, Quay", 85, 30);
  ASSERT_TRUE(fitted);
  EXPECT_EQ(lines_of(fitted.value()), (std::vector<std::u32string>{U"12 Rose, Ward 3,", U"Quay"}));
}

TEST(TextFit, RefusesWhatIsTooWideAtTheSmallestSize) {
  const auto fitted = fit_text(half_em_font(), style(5, 10, 1), U"ABCDEFGHIJ", 20, 20);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().code, "face.does_not_fit");
  EXPECT_NE(fitted.error().message.find("25 % ("), std::string::npos) << fitted.error().message;
}

TEST(TextFit, RefusesAWordThatDoesNotBreak) {
  const auto fitted = fit_text(half_em_font(), style(10, 10, 3), U"AA ABCDEFGHIJKL", 50, 90);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().code, "face.does_not_fit");
}

TEST(TextFit, RefusesWhatIsHigherThanTheBox) {
  // Two lines at 5 points: first baseline 5, second 11, ink 1 below: 12 points.
  EXPECT_TRUE(fit_text(half_em_font(), style(5, 5, 2), U"AAAA BBBB", 12, 12.01));
  const auto fitted = fit_text(half_em_font(), style(5, 5, 2), U"AAAA BBBB", 12, 11.9);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().code, "face.does_not_fit");
}

TEST(TextFit, RefusesInkAboveTheBoxAndLinesThatTouch) {
  TextStyle low = style(5, 5, 2);
  low.rise = 0.7;  // the letters reach 0.8
  EXPECT_FALSE(fit_text(half_em_font(), low, U"A", 50, 50));
  TextStyle tight = style(5, 5, 2);
  tight.leading = 0.9;  // 0.8 up and 0.2 down
  EXPECT_TRUE(fit_text(half_em_font(), tight, U"A", 50, 50));
  EXPECT_FALSE(fit_text(half_em_font(), tight, U"AAAA BBBB", 12, 50));
}

TEST(TextFit, CondensesOnlyWhenTheSmallestSizeIsTooWide) {
  TextStyle condensing = style(8, 10, 1);
  condensing.condense_min = 0.8;
  const auto shrunk = fit_text(half_em_font(), condensing, U"ABCDEFGHIJ", 45, 20);  // 5 em: fits at 8.9
  ASSERT_TRUE(shrunk);
  EXPECT_DOUBLE_EQ(shrunk.value().condense, 1);
  const auto condensed = fit_text(half_em_font(), condensing, U"ABCDEFGHIJ", 36, 20);  // 40 points at 8
  ASSERT_TRUE(condensed);
  EXPECT_DOUBLE_EQ(condensed.value().size_pt, 8);
  EXPECT_NEAR(condensed.value().condense, 0.89, 1e-9);
  EXPECT_LE(condensed.value().lines[0].width_pt, 36);
  EXPECT_FALSE(fit_text(half_em_font(), condensing, U"ABCDEFGHIJ", 31, 20));
}

TEST(TextFit, TellsByHowMuchATextDoesNotFit) {
  const auto wide = fit_text(half_em_font(), style(10, 10, 1), U"ABCDEFGHIJ", 40, 20);  // 50 points
  ASSERT_FALSE(wide);
  EXPECT_NE(wide.error().message.find("25 % (3.5 mm) wider"), std::string::npos) << wide.error().message;
  const auto high = fit_text(half_em_font(), style(10, 10, 2), U"ABCD EFGH", 25, 15);  // 24 points
  ASSERT_FALSE(high);
  EXPECT_NE(high.error().message.find("3.2 mm higher"), std::string::npos) << high.error().message;
}

}  // namespace
}  // namespace imprimatur::print
