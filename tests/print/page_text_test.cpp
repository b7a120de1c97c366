#include "print/page_text.hpp"

#include <gtest/gtest.h>

#include <random>

#include "print/face_examine.hpp"
#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

// Glyphs 1, 2, 3 stand for A, B, Ẳ.
const GlyphCharacters kCharacters = {{"sans", {0, U'A', U'B', U'Ẳ'}}};

TEST(PageText, ReadsTheLinesOfASpanAsOneText) {
  const auto texts = read_content_texts(
      "q\n0 g\n/Span <</Lang (vi)>> BDC\nBT /sans 7 Tf 1 0 0 1 5 5 Tm <00010003> Tj ET\n"
      "BT /sans 7 Tf 0.5 Tc 90 Tz 1 0 0 1 5 5 Tm <0002> Tj 0 Tc 100 Tz ET\nEMC\n"
      "/OC /L0 BDC\n/Span BMC\nBT /sans 7 Tf 1 0 0 1 5 5 Tm <0002> Tj ET\nEMC\nEMC\nQ\n",
      kCharacters);
  ASSERT_TRUE(texts) << texts.error().message;
  EXPECT_EQ(texts.value(), (PageTexts{U"AẲ B", U"B"}));
}

TEST(PageText, RefusesWhatNoReaderCouldRead) {
  const std::string run = "BT /sans 7 Tf 1 0 0 1 5 5 Tm <0001> Tj ET\n";
  EXPECT_TRUE(read_content_texts("/Span BMC\n" + run + "EMC\n", kCharacters));
  for (const std::string& bad :
       {run, "/Span BMC\n" + run, "/Span BMC\n/Span BMC\n" + run + "EMC\nEMC\n", std::string("EMC\n"),
        std::string("/Span BMC\nBT /sans 7 Tf <0009> Tj ET\nEMC\n"),
        std::string("/Span BMC\nBT /sans 7 Tf <0000> Tj ET\nEMC\n"),
        std::string("/Span BMC\nBT /serif 7 Tf <0001> Tj ET\nEMC\n"),
        std::string("/Span BMC\nBT /sans 7 Tf <000> Tj ET\nEMC\n")}) {
    const auto texts = read_content_texts(bad, kCharacters);
    ASSERT_FALSE(texts) << bad;
    EXPECT_EQ(texts.error().code, "print.readback");
  }
}

class ReadBackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    fonts_ = load_fonts(templates_folder(), FONTS_DIR, &sha256_of).value();
    characters_ = glyph_characters(fonts_);
    face_ = load_face_template(templates_folder(), "vn-citizen").value();
    pdf_ = new_renderer()->render(face_, citizen()).value();
  }
  FontSet fonts_;
  GlyphCharacters characters_;
  FaceTemplate face_;
  Bytes pdf_;
};

TEST_F(ReadBackTest, APageReadsAsTheDataAndNotAsOtherData) {
  const auto pages = read_page_texts(pdf_, characters_);
  ASSERT_TRUE(pages) << pages.error().message;
  ASSERT_EQ(pages.value().size(), 2U);
  EXPECT_EQ(pages.value()[0], expected_texts(face_.front, citizen()));
  EXPECT_EQ(pages.value()[1], expected_texts(face_.back, citizen()));
  FaceData other = citizen();
  other.fields["name_capitals"] = "NGUYỄN HOÀNG PHƯƠNG THÁO";  // one mark
  EXPECT_NE(pages.value()[0], expected_texts(face_.front, other));
}

TEST_F(ReadBackTest, DamagedFilesAreNotedAndNeverCrash) {
  EXPECT_FALSE(read_page_texts({}, characters_));
  EXPECT_FALSE(read_page_texts(ByteView(pdf_).first(pdf_.size() / 2), characters_));
  std::mt19937 random(7);
  int noted = 0;
  const int rounds = mutations(400);
  for (int round = 0; round < rounds; ++round) {
    Bytes damaged = pdf_;
    // The end has the table and the trailer.
    const std::size_t from = random() % 2 == 0 ? 0 : damaged.size() - 1500;
    for (int hit = 0; hit < 4; ++hit) {
      damaged[from + random() % (damaged.size() - from)] = static_cast<std::uint8_t>(random());
    }
    if (!read_page_texts(damaged, characters_)) ++noted;
  }
  EXPECT_GT(noted, rounds / 4);
}

}  // namespace
}  // namespace imprimatur::print
