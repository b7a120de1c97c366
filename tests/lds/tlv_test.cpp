#include "lds/tlv.hpp"

#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

std::string code_of_reading(std::string_view bytes) {
  const Bytes input = hex(bytes);
  ByteReader reader(input, "test");
  return code_of(read_tlv(reader));
}

TEST(Tlv, WritesTagsOfOneToThreeBytes) {
  EXPECT_EQ(to_hex(encode_tlv(0x04, hex("AA"))), "0401AA");
  EXPECT_EQ(to_hex(encode_tlv(0x5F1F, {})), "5F1F00");
  EXPECT_EQ(to_hex(encode_tlv(0xBF8102, hex("01"))), "BF81020101");
}

// ISO/IEC 8825-1 section 10.1 and the boundaries that 9303-10 names: 81 from 128, 82 from 256.
TEST(Tlv, WritesLengthsInTheirShortestForm) {
  EXPECT_EQ(to_hex(encode_length(0)), "00");
  EXPECT_EQ(to_hex(encode_length(127)), "7F");
  EXPECT_EQ(to_hex(encode_length(128)), "8180");
  EXPECT_EQ(to_hex(encode_length(255)), "81FF");
  EXPECT_EQ(to_hex(encode_length(256)), "820100");
  EXPECT_EQ(to_hex(encode_length(65535)), "82FFFF");
  EXPECT_EQ(to_hex(encode_length(65536)), "83010000");
}

TEST(Tlv, ReadsObjectsOneAfterTheOther) {
  const Bytes input = hex("5F010430313036300155");
  ByteReader reader(input, "test");
  const Tlv first = read_tlv(reader).value();
  EXPECT_EQ(first.tag, 0x5F01U);
  EXPECT_EQ(text_of(first.value), "0106");
  EXPECT_EQ(to_hex(expect_tlv(reader, 0x30).value()), "55");
  EXPECT_TRUE(reader.at_end());
}

TEST(Tlv, RefusesIndefiniteAndNonMinimalLengths) {
  EXPECT_EQ(code_of_reading("30800000"), "tlv.length");
  EXPECT_EQ(code_of_reading("30817F"), "tlv.length");
  EXPECT_EQ(code_of_reading("308200FF"), "tlv.length");
  EXPECT_EQ(code_of_reading("3083000100"), "tlv.length");
  EXPECT_EQ(code_of_reading("308401000000"), "tlv.length");
}

TEST(Tlv, RefusesLengthsBeyondTheInput) {
  EXPECT_EQ(code_of_reading(""), "bytes.short");
  EXPECT_EQ(code_of_reading("30"), "bytes.short");
  EXPECT_EQ(code_of_reading("300255"), "bytes.short");
  EXPECT_EQ(code_of_reading("3083FFFFFF55"), "bytes.short");
  EXPECT_EQ(code_of_reading("5F"), "bytes.short");
}

TEST(Tlv, RefusesPaddingAndOverlongTags) {
  EXPECT_EQ(code_of_reading("0000"), "tlv.tag");
  EXPECT_EQ(code_of_reading("1F800100"), "tlv.tag");
  EXPECT_EQ(code_of_reading("1F81818100"), "tlv.tag");
}

TEST(Tlv, SaysWhichTagWasExpectedAndWhere) {
  const Bytes input = hex("30005F0100");
  ByteReader reader(input, "test");
  ASSERT_TRUE(expect_tlv(reader, 0x30));
  const auto wrong = expect_tlv(reader, 0x5F36);
  EXPECT_EQ(code_of(wrong), "tlv.unexpected");
  EXPECT_EQ(wrong.error().message, "expected tag 5F36, found 5F01 at offset 2");
}

TEST(Tlv, RefusesBytesAfterTheOnlyObject) {
  EXPECT_TRUE(only_tlv(hex("300155"), 0x30, "file"));
  EXPECT_EQ(code_of(only_tlv(hex("30015500"), 0x30, "file")), "tlv.trailing");
  EXPECT_EQ(code_of(only_tlv(hex("310155"), 0x30, "file")), "tlv.unexpected");
}

// The first four bytes that 9303-11 Appendix D.4 reads of EF.COM say that 22 bytes are to be read.
TEST(Tlv, LearnsTheWholeLengthFromTheFirstBytes) {
  EXPECT_EQ(total_length(hex("60145F01")).value(), 22U);
  EXPECT_EQ(total_length(hex("7782062F")).value(), 4U + 0x62F);
  EXPECT_EQ(total_length(hex("7F618202")).has_value(), false);
  EXPECT_EQ(code_of(total_length(hex("7782"))), "bytes.short");
  EXPECT_EQ(code_of(total_length(hex("7780"))), "tlv.length");
}

}  // namespace
}  // namespace imprimatur::lds
