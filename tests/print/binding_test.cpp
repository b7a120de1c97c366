#include "print/binding.hpp"

#include <gtest/gtest.h>

#include "print/text_pattern.hpp"

namespace imprimatur::print {
namespace {

TEST(Binding, WritesDatesByPattern) {
  EXPECT_EQ(format_date("2001-08-19", "DD/MM/YYYY").value(), "19/08/2001");
  EXPECT_EQ(format_date("2001-08-19", "DD MMM YYYY").value(), "19 AUG 2001");
  EXPECT_EQ(format_date("2001-08-19", "YYYY.MM.DD").value(), "2001.08.19");
}

TEST(Binding, ShowsUnknownPartsOfADate) {
  EXPECT_EQ(format_date("1950-00-00", "DD/MM/YYYY").value(), "XX/XX/1950");
  EXPECT_EQ(format_date("XXXX-XX-XX", "DD MMM YYYY").value(), "XX XXX XXXX");
}

TEST(Binding, RefusesWhatIsNoDate) {
  for (const char* date :
       {"", "2001-8-19", "19/08/2001", "2001-13-01", "2001-01-32", "2001-0A-01", "2001-01-011"}) {
    const auto formatted = format_date(date, "DD/MM/YYYY");
    ASSERT_FALSE(formatted) << date;
    EXPECT_EQ(formatted.error().code, "face.bad_date");
  }
}

TEST(Binding, TellsAnEmptyValueFromAnOptionalOne) {
  TextElement element;
  element.field = "expiry_date";
  const FaceData empty{{{"expiry_date", ""}}, {}};
  ASSERT_FALSE(bound_text(element, empty));
  EXPECT_EQ(bound_text(element, empty).error().code, "face.missing");
  EXPECT_EQ(bound_text(element, FaceData{}).error().code, "face.missing");
  element.optional = true;
  EXPECT_EQ(bound_text(element, empty).value(), "");
  element.when_empty = "Không thời hạn";
  EXPECT_EQ(bound_text(element, empty).value(), "Không thời hạn");
}

TEST(Binding, FormatsDatesInSeveralWays) {
  EXPECT_EQ(format_date("2021-05-01", "D.M.YY").value(), "1.5.21");
  EXPECT_EQ(format_date("2021-05-01", "YYYYMMDD").value(), "20210501");
  EXPECT_EQ(format_date("2021-05-31", "D MMM YYYY").value(), "31 MAY 2021");
  EXPECT_EQ(format_date("2021-05-31", "D MMM YYYY", {{"05", "tháng 5"}}).value(), "31 tháng 5 2021");
  EXPECT_EQ(format_date("2021-06-31", "MMM", {{"05", "tháng 5"}}).error().code, "face.bad_value");
  EXPECT_EQ(format_date("XXXX-00-00", "D MMM YYYY").value(), "XX XXX XXXX");
}

TEST(Binding, KnowsADatePattern) {
  for (const char* good : {"DD/MM/YYYY", "D MMM YY", "YYYY", "YYYYMMDD"})
    EXPECT_TRUE(is_date_pattern(good)) << good;
  for (const char* bad : {"", "/", "dd/mm/yyyy", "DD of MM", "YYYYQ"})
    EXPECT_FALSE(is_date_pattern(bad)) << bad;
}

TEST(Binding, ConditionsTellValuesEmptyAndMissingOnes) {
  const auto shows = [](Condition condition, const std::string& value) {
    return holds(condition, FaceData{{{"sex", value}}, {}});
  };
  EXPECT_TRUE(holds({}, {}));
  EXPECT_TRUE(shows({"sex", {"F", "X"}, false}, "X"));
  EXPECT_FALSE(shows({"sex", {"F", "X"}, false}, "M"));
  EXPECT_TRUE(shows({"sex", {"F"}, true}, "M"));
  EXPECT_TRUE(shows({"sex", {}, false}, "M"));
  EXPECT_FALSE(shows({"sex", {}, false}, ""));
  EXPECT_TRUE(holds({"sex", {}, true}, {}));  // not there at all
}

std::string by_pattern(const std::string& pattern, std::map<std::string, std::string> fields) {
  TextElement element;
  element.field = "given";
  element.parts = parse_text_pattern(pattern, {{"sex", {{"F", "Nữ"}}}}).value();
  const auto text = bound_text(element, FaceData{std::move(fields), {}});
  return text ? text.value() : text.error().code;
}

TEST(Binding, PutsFieldsTogetherByAPattern) {
  const std::string names = "[{given} ]{family}";
  EXPECT_EQ(by_pattern(names, {{"given", "Anna"}, {"family", "Eriksson"}}), "Anna Eriksson");
  EXPECT_EQ(by_pattern(names, {{"family", "Eriksson"}}), "Eriksson");
  EXPECT_EQ(by_pattern(names, {{"given", "Anna"}}), "face.missing");
  EXPECT_EQ(by_pattern("{birth:DD/MM/YYYY}, {sex|sex}", {{"birth", "2001-08-19"}, {"sex", "F"}}),
            "19/08/2001, Nữ");
  EXPECT_EQ(by_pattern("{sex|sex}", {{"sex", "M"}}), "face.bad_value");
}

TEST(Binding, RefusesPatternsThatAreNone) {
  for (const char* bad : {"{", "}", "{}", "{A}", "{a:dd}", "{a|nolist}", "[{a}", "{a}]", "[[{a}]]"}) {
    EXPECT_FALSE(parse_text_pattern(bad, {})) << bad;
  }
}

TEST(Binding, TranslatesWordsAndRefusesUnknownOnes) {
  TextElement element;
  element.field = "sex";
  element.format.kind = Format::Kind::words;
  element.format.words = {{"F", "Nữ"}};
  EXPECT_EQ(bound_text(element, FaceData{{{"sex", "F"}}, {}}).value(), "Nữ");
  const auto unknown_word = bound_text(element, FaceData{{{"sex", "M"}}, {}});
  ASSERT_FALSE(unknown_word);
  EXPECT_EQ(unknown_word.error().code, "face.bad_value");
}

}  // namespace
}  // namespace imprimatur::print
