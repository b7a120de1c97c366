#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

// Built from the tables of 9303-10 section 4.7.3 by hand: right thumb (05) and left thumb (06).
const char* const kTwoThumbs =
    "6340"
    "7F613D020102"
    "7F6019A10E81010882010587020101880200075F2E06464952001122"
    "7F601BA10E81010882010687020101880200075F2E084649520033445566";

TEST(Dg3, WritesAndReadsRecordsAsTheyAre) {
  const Bytes right = hex("464952001122");
  const Bytes left = hex("4649520033445566");
  const Bytes file = encode_dg3({{.record = right, .subtype = 5}, {.record = left, .subtype = 6}});
  EXPECT_EQ(to_hex(file), kTwoThumbs);
  const auto fingers = decode_dg3(file).value();
  ASSERT_EQ(fingers.size(), 2U);
  EXPECT_EQ(copy_of(fingers[0].record), right);
  EXPECT_EQ(copy_of(fingers[1].record), left);
  EXPECT_EQ(fingers[1].subtype, 6);
}

TEST(Dg3, WithoutFingersHoldsAFiller) {
  const Bytes file = encode_dg3_without_fingers(hex("0011223344556677"));
  EXPECT_EQ(to_hex(file), "63107F610D02010053080011223344556677");
  EXPECT_TRUE(decode_dg3(file).value().empty());
  EXPECT_TRUE(decode_dg3(hex("63067F6103020100")).value().empty());
}

TEST(Dg3, TakesRecordsOfTheLargestFiles) {
  const Bytes record(30'000, 0x5A);
  const Bytes file = encode_dg3({{.record = record, .subtype = 5}, {.record = record, .subtype = 6}});
  EXPECT_EQ(decode_dg3(file).value()[1].record.size(), record.size());
}

std::string code_with(std::size_t offset, std::uint8_t value) {
  Bytes file = hex(kTwoThumbs);
  file[offset] = value;
  return code_of(decode_dg3(file));
}

TEST(Dg3, RefusesAnyOtherStructure) {
  EXPECT_EQ(code_with(0, 0x64), "tlv.unexpected");
  EXPECT_EQ(code_with(1, 0x3F), "tlv.trailing");
  EXPECT_EQ(code_with(4, 0x3C), "tlv.trailing");
  EXPECT_EQ(code_with(7, 1), "lds.dg3");  // one counted, two there
  EXPECT_EQ(code_with(7, 3), "bytes.short");
  EXPECT_EQ(code_with(7, 17), "lds.dg3");
  EXPECT_EQ(code_with(7, 0), "lds.dg3");
  EXPECT_EQ(code_with(11, 0xA2), "tlv.unexpected");  // no header
  EXPECT_EQ(code_with(16, 0x83), "lds.dg3");         // no subtype
  EXPECT_EQ(code_with(26, 0x08), "lds.dg3");         // a face's format
  EXPECT_EQ(code_with(23, 0x89), "lds.dg3");         // no format
  EXPECT_EQ(code_of(decode_dg3(hex("63087F610502010002010A"))), "tlv.trailing");
  EXPECT_EQ(code_of(decode_dg3(hex("63097F610602010002010A"))), "lds.dg3");
  Bytes file = hex(kTwoThumbs);
  file.push_back(0);
  EXPECT_EQ(code_of(decode_dg3(file)), "tlv.trailing");
}

}  // namespace
}  // namespace imprimatur::lds
