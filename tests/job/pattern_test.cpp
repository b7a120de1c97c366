#include "job/pattern.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

const std::map<std::string, std::string> kFields = {{"name", "Lê Thị Ánh Dương"},
                                                    {"empty", ""},
                                                    {"date", "1985-03-12"},
                                                    {"unknown", "1985-XX-XX"},
                                                    {"bar", "a|b"}};

std::string filled(std::string_view pattern) {
  return fill_pattern(parse_pattern(pattern).value(), kFields).value();
}

TEST(Pattern, PutsFieldsAndDatesInTheirPlaces) {
  EXPECT_EQ(filled("{name}|{empty}|{date:DDMMYYYY}"), "Lê Thị Ánh Dương||12031985");
  EXPECT_EQ(filled("born {date:DD/MM/YYYY}, {unknown:DD.MM.YYYY}"), "born 12/03/1985, XX.XX.1985");
  EXPECT_EQ(filled("{date}{empty:DDMMYYYY}"), "1985-03-12");
  EXPECT_EQ(filled(""), "");
}

TEST(Pattern, RefusesASeparatorInAValueOnlyWhereItSeparates) {
  EXPECT_EQ(filled("{bar}"), "a|b");
  const auto refused = fill_pattern(parse_pattern("{name}|{bar}").value(), kFields);
  EXPECT_EQ(code_of(refused), "content.qr_separator");
  EXPECT_EQ(field_of(refused), "bar");
}

TEST(Pattern, RefusesAFieldThatIsNotThere) {
  EXPECT_EQ(code_of(fill_pattern(parse_pattern("{other}").value(), kFields)), "content.field");
}

TEST(Pattern, RefusesMalformedOnes) {
  for (const char* bad : {"{", "}", "{}", "{Name}", "{name:}", "{date:HH}", "{date:D}", "a}b", "{a{b}}"}) {
    EXPECT_EQ(code_of(parse_pattern(bad)), "product.syntax") << bad;
  }
}

}  // namespace
}  // namespace imprimatur::job
