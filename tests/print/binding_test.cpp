#include "print/binding.hpp"

#include <gtest/gtest.h>

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
