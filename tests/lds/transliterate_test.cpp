#include "lds/transliterate.hpp"

#include "lds/utf8.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

std::string transliterated(std::string_view name) {
  const auto out = transliterate_name(name);
  return out ? out.value() : out.error().code;
}

json::object table() {
  return vectors("mrz-td1.json").at("transliteration").as_object();
}

TEST(Transliterate, FollowsTheTableOfIcao) {
  const json::object rows = table().at("table_9303_3_section_6A").as_object();
  EXPECT_EQ(rows.size(), 95U);
  for (const auto& row : rows) {
    EXPECT_EQ(transliterated(row.key()), text_at(row.value(), "/recommended/0")) << row.key();
  }
}

TEST(Transliterate, FoldsAllVietnameseLetters) {
  const json::object rows = table().at("vietnamese_upper_case").as_object();
  EXPECT_EQ(rows.size(), 67U);
  for (const auto& row : rows)
    EXPECT_EQ(transliterated(row.key()), text_at(row.value(), "/mrz")) << row.key();
}

TEST(Transliterate, TakesLookalikesOfTheLetterDWithStroke) {
  EXPECT_EQ(transliterated("\u0110\u0111\u00D0\u00F0\u0189\u0256"), "DDDDDD");
}

// Rules and examples of 9303-3 section 4.6.
TEST(Transliterate, TreatsPunctuationAsIcaoSays) {
  const json::object data = vectors("mrz-td1.json");
  for (const json::value& row : data.at("names").at("punctuation_examples").as_array()) {
    EXPECT_EQ(transliterated(text_at(row, "/viz_component")), text_at(row, "/mrz"));
  }
  EXPECT_EQ(transliterated("O\u2019CONNOR"), "OCONNOR");
  EXPECT_EQ(transliterated("ST. JOHN"), "ST<JOHN");
  EXPECT_EQ(transliterated(" ANNA  -  MARIA "), "ANNA<MARIA");
  EXPECT_EQ(transliterated("ANNA - "), "ANNA");
  EXPECT_EQ(transliterated(""), "");
}

TEST(Transliterate, MapsSmallLettersAsTheirCapitals) {
  EXPECT_EQ(transliterated("Nguyễn Thị Thùy"), "NGUYEN<THI<THUY");
  EXPECT_EQ(transliterated("đặng trần hương giang"), "DANG<TRAN<HUONG<GIANG");
  EXPECT_EQ(transliterated("straße"), "STRASSE");
  EXPECT_EQ(transliterated("ÿ ı ĳ"), "Y<I<IJ");
}

// The same letters written with combining marks, as Unicode's canonical decomposition (NFD) orders them.
TEST(Transliterate, GivesDecomposedTextTheSameLetters) {
  EXPECT_EQ(transliterated("A\u0323\u0306"), "A");  // Ặ
  EXPECT_EQ(transliterated("A\u0302\u0301"), "A");  // Ấ
  EXPECT_EQ(transliterated("NGUYE\u0302\u0303N VA\u0306N"), "NGUYEN<VAN");
  EXPECT_EQ(transliterated("u\u031B\u0323"), "U");        // ự
  EXPECT_EQ(transliterated("U\u0308 A\u030A"), "UE<AA");  // Ü Å: not the bare letter
}

TEST(Transliterate, RefusesWhatHasNoRule) {
  for (const char* name :
       {"NGUY\u0415N", "\u738B", "JOHN 2", "A\u0336", "Q\u0301", "A<B", "A|B", "\u0301A", "\u00A0"}) {
    EXPECT_EQ(transliterated(name), "mrz.letter") << name;
  }
  EXPECT_NE(transliterate_name("ABC\u738B").error().message.find("byte 3"), std::string::npos);
}

TEST(Transliterate, RefusesTextThatIsNotUtf8AndEndlessNames) {
  for (const char* name : {"\xC0\x81", "\xED\xA0\x80", "\xF4\x90\x80\x80", "A\x80", "A\xE1\xBB", "\xFF"}) {
    EXPECT_EQ(transliterated(name), "mrz.letter");
    EXPECT_FALSE(is_utf8(name));
  }
  EXPECT_EQ(transliterated(std::string(1025, 'A')), "mrz.letter");
}

}  // namespace
}  // namespace imprimatur::lds
