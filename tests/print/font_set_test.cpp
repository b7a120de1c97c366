#include "print/font_set.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include "base/json.hpp"
#include "print/text_check.hpp"
#include "tests/print/face_fixture.hpp"

namespace imprimatur::print {
namespace {

using test_support::TemporaryFolder;

// A folder of built fonts in which `name` was changed by `change`.
template <class Change>
std::string code_with(const std::string& name, Change change) {
  const TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(FONTS_DIR)) {
    std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  }
  change(folder / name);
  const auto fonts = load_fonts(templates_folder(), folder.path(), &sha256_of);
  return fonts ? "" : fonts.error().code;
}

TEST(FontSet, LoadsEveryListedFont) {
  const auto fonts = load_fonts(templates_folder(), FONTS_DIR, &sha256_of);
  ASSERT_TRUE(fonts) << fonts.error().message;
  EXPECT_EQ(fonts.value().fonts.size(), listed_fonts(templates_folder()).value().size());
  const Font* sans = fonts.value().find("sans");
  ASSERT_NE(sans, nullptr);
  EXPECT_EQ(sans->postscript_name, "NotoSans-Regular");
  EXPECT_EQ(sans->metrics.find(U'A')->advance, 639);  // Noto Sans: 639 of 1000 units
  EXPECT_EQ(fonts.value().find("dejavu"), nullptr);
}

TEST(FontSet, TextFontsHaveEveryVietnameseLetter) {
  const auto table = parse_json_object(read_text_file(TEST_DATA_DIR "/mrz-td1.json").value());
  const auto& letters = table.value().at("transliteration").at("vietnamese_upper_case").as_object();
  const auto fonts = load_fonts(templates_folder(), FONTS_DIR, &sha256_of);
  ASSERT_TRUE(fonts);
  EXPECT_EQ(letters.size(), 67U);
  for (const auto& letter : letters) {
    auto text = check_text(letter.key());
    ASSERT_TRUE(text) << letter.key();
    text.value().push_back(static_cast<char32_t>(utf8proc_tolower(static_cast<int>(text.value()[0]))));
    ASSERT_NE(text.value()[0], text.value()[1]);
    for (const char* name : {"sans", "sans-bold", "sans-italic", "serif-bold"}) {
      EXPECT_TRUE(check_glyphs(fonts.value().find(name)->metrics, text.value()))
          << name << " " << letter.key();
    }
  }
}

TEST(FontSet, OcrBHasTheCharactersOfAMrzAtOnePitch) {
  const auto fonts = load_fonts(templates_folder(), FONTS_DIR, &sha256_of);
  ASSERT_TRUE(fonts);
  const FontMetrics& font = fonts.value().find("ocr-b")->metrics;
  EXPECT_TRUE(font.fixed_pitch);
  for (char32_t character : std::u32string_view(U"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<")) {
    ASSERT_NE(font.find(character), nullptr);
    EXPECT_EQ(font.find(character)->advance, font.find(U'<')->advance);
  }
}

TEST(FontSet, RefusesAFontThatIsNotThePinnedOne) {
  EXPECT_EQ(code_with("sans.ttf",
                      [](const auto& file) {
                        Bytes changed = read_file(file).value();
                        changed[changed.size() / 2] ^= 1;
                        ASSERT_TRUE(write_file(file, changed));
                      }),
            "font.hash");
}

TEST(FontSet, RefusesAMissingFont) {
  EXPECT_EQ(code_with("ocr-b.ttf", [](const auto& file) { std::filesystem::remove(file); }), "font.missing");
}

TEST(FontSet, RefusesDamagedFontsEvenWhenTheirHashIsSaidToBeRight) {
  const auto list = parse_json_object(read_text_file(templates_folder() / "fonts" / "fonts.json").value());
  std::string pinned;
  for (const auto& entry : list.value().at("fonts").as_array()) {
    if (entry.at("name") == "sans") pinned = std::string(entry.at("sha256").as_string());
  }
  const Bytes damaged(2000, 0x5A);
  const TemporaryFolder folder;
  for (const auto& entry : std::filesystem::directory_iterator(FONTS_DIR)) {
    std::filesystem::copy(entry.path(), folder / entry.path().filename().string());
  }
  ASSERT_TRUE(write_file(folder / "sans.ttf", damaged));
  const auto trusting = [&](ByteView bytes) { return equal(bytes, damaged) ? pinned : sha256_of(bytes); };
  const auto fonts = load_fonts(templates_folder(), folder.path(), trusting);
  ASSERT_FALSE(fonts);
  EXPECT_EQ(fonts.error().code, "font.unusable");
}

}  // namespace
}  // namespace imprimatur::print
