#include "lds/data_groups.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

Dg11 example_details() {
  return {.full_name = "ERIKSSON<<ANNA<MARIA",
          .personal_number = "740812123456",
          .birth_date = Date{1974, 8, 12},
          .place_of_birth = "UTOPIA CITY<UTO",
          .address = "12 MAIN STREET<UTOPIA CITY<UTO"};
}

TEST(Dg11, WritesAndReadsTheExample) {
  EXPECT_EQ(to_hex(encode_dg11(example_details())), to_hex(example("dg11")));
  EXPECT_TRUE(decode_dg11(example("dg11")).value() == example_details());
}

TEST(Dg11, LeavesEmptyMembersOut) {
  const Dg11 only_number{
      .full_name = "", .personal_number = "1", .birth_date = {}, .place_of_birth = "", .address = ""};
  EXPECT_EQ(to_hex(encode_dg11(only_number)), "6B085C025F105F100131");
  EXPECT_TRUE(decode_dg11(encode_dg11(only_number)).value() == only_number);
}

TEST(Dg11, ReadsElementsThatItDoesNotKeep) {
  EXPECT_EQ(decode_dg11(example("dg11_icao")).value().full_name, "SMITH<<JOHN<J");
  EXPECT_EQ(decode_dg11(example("dg11_icao")).value().place_of_birth, "ANYTOWN<MN");
  EXPECT_EQ(decode_dg11(example("dg11_with_other_names")).value().full_name, "ERIKSSON<<ANNA<MARIA");
}

TEST(Dg11, ReadsBirthDatesOfOlderChips) {
  EXPECT_EQ(decode_dg11(hex("6B0B5C025F2B5F2B0419740812")).value().birth_date, (Date{1974, 8, 12}));
  EXPECT_EQ(decode_dg11(hex("6B0F5C025F2B5F2B083139373430303030")).value().birth_date, (Date{1974, 0, 0}));
  EXPECT_EQ(code_of(decode_dg11(hex("6B0B5C025F2B5F2B041974AA12"))), "lds.dg11");
  EXPECT_EQ(code_of(decode_dg11(hex("6B0B5C025F2B5F2B0419741312"))), "lds.dg11");
}

TEST(Dg11, RefusesAListThatDiffersFromTheElements) {
  EXPECT_EQ(code_of(decode_dg11(hex("6B085C025F115F100131"))), "lds.dg11");          // listed: another
  EXPECT_EQ(code_of(decode_dg11(hex("6B045C025F10"))), "lds.dg11");                  // listed, not there
  EXPECT_EQ(code_of(decode_dg11(hex("6B0C5C025F105F1001315F100131"))), "lds.dg11");  // there twice
  EXPECT_EQ(code_of(decode_dg11(hex("6B0A5C045F105F105F100131"))), "lds.dg11");      // listed twice
  EXPECT_EQ(code_of(decode_dg11(hex("6B045C025F01"))), "lds.dg11");                  // unknown tag
  EXPECT_EQ(code_of(decode_dg11(hex("6B035C015F"))), "bytes.short");
  EXPECT_EQ(code_of(decode_dg11(hex("6B085C025F105F1001FF"))), "lds.dg11");  // not UTF-8
  EXPECT_EQ(code_of(decode_dg11(hex("6B0D5C025F0FA007020102"
                                    "5F0F0141"))),
            "bytes.short");
}

}  // namespace
}  // namespace imprimatur::lds
