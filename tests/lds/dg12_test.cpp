#include "lds/data_groups.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

Dg12 example_details() {
  Dg12 details;
  details.issuing_authority = "UTOPIA TEST AUTHORITY";
  details.issue_date = Date{2026, 7, 1};
  details.personalised_at = parse_rfc3339("2026-07-01T09:30:00Z").value();
  details.system_serial = "PERSO-01";
  return details;
}

TEST(Dg12, WritesAndReadsTheExample) {
  EXPECT_EQ(to_hex(encode_dg12(example_details())), to_hex(example("dg12")));
  EXPECT_TRUE(decode_dg12(example("dg12")).value() == example_details());
}

TEST(Dg12, WritesTextsInUtf8AndLeavesEmptyMembersOut) {
  Dg12 details;
  details.observations = "Cấp lại";
  EXPECT_EQ(to_hex(encode_dg12(details)), "6C125C025F1B5F1B0B43E1BAA570206CE1BAA169");
  EXPECT_TRUE(decode_dg12(encode_dg12(details)).value() == details);
  EXPECT_EQ(to_hex(encode_dg12({})), "6C025C00");
}

TEST(Dg12, ReadsPackedDigitsOfOlderChips) {
  EXPECT_EQ(decode_dg12(hex("6C0B5C025F265F260420260701")).value().issue_date, (Date{2026, 7, 1}));
  EXPECT_EQ(decode_dg12(hex("6C0E5C025F555F550720260701093000")).value().personalised_at,
            example_details().personalised_at);
}

TEST(Dg12, ReadsElementsThatItDoesNotKeep) {
  // Another person (A0 with 5F1A), and the image of the front.
  const auto details =
      decode_dg12(hex("6C215C065F195F1A5F1D"
                      "5F19024142"
                      "A00E0201025F1A024344"
                      "5F1A034546475F1D01FF"));
  ASSERT_TRUE(details) << details.error().message;
  EXPECT_EQ(details.value().issuing_authority, "AB");
}

TEST(Dg12, RefusesWhatIsNotAllowed) {
  EXPECT_EQ(code_of(decode_dg12(hex("6C0F5C025F265F26083230323631333031"))), "lds.dg12");  // month 13
  EXPECT_EQ(code_of(decode_dg12(hex("6C0E5C025F555F550720260701253000"))), "lds.dg12");    // 25 o'clock
  EXPECT_EQ(code_of(decode_dg12(hex("6C0E5C025F555F5507202607010930AA"))), "lds.dg12");
  EXPECT_EQ(code_of(decode_dg12(hex("6C085C025F195F1901FF"))), "lds.dg12");  // not UTF-8
  EXPECT_EQ(code_of(decode_dg12(hex("6C085C025F195F560131"))), "lds.dg12");  // listed: another
  EXPECT_EQ(code_of(decode_dg12(hex("6C085C025F0E5F0E0131"))), "lds.dg12");  // an element of DG11
  EXPECT_EQ(code_of(decode_dg12(hex("6B025C00"))), "tlv.unexpected");
}

}  // namespace
}  // namespace imprimatur::lds
