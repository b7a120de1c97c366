#include "devices/virtual_card/apdu.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::devices {
namespace {

// The cases of ISO/IEC 7816-3 table 12, short and extended.
TEST(Apdu, IsReadInEveryCase) {
  struct Case {
    const char* apdu;
    std::size_t data;
    std::size_t ne;
    bool extended;
  };
  const Case cases[] = {{"00A40400", 0, 0, false},
                        {"00B0000004", 0, 4, false},
                        {"00B0000000", 0, 256, false},
                        {"00A4020C02011E", 2, 0, false},
                        {"00A4020002011E00", 2, 256, false},
                        {"00B000000003E8", 0, 1000, true},
                        {"00B00000000000", 0, 65536, true},
                        {"00A4020C000002011E", 2, 0, true},
                        {"00A40200000002011E0100", 2, 256, true},
                        {"00A40200000002011E0000", 2, 65536, true}};
  for (const Case& one : cases) {
    const auto command = parse_command(hex(one.apdu));
    ASSERT_TRUE(command.has_value()) << one.apdu;
    EXPECT_EQ(command.value().data.size(), one.data) << one.apdu;
    EXPECT_EQ(command.value().ne, one.ne) << one.apdu;
    EXPECT_EQ(command.value().extended, one.extended) << one.apdu;
  }
}

TEST(Apdu, IsRefusedWhenItsLengthsDoNotFit) {
  for (const char* wrong : {"", "00A404", "00A4040003AABB", "00A4040001AABBCC", "00B00000000001AABB",
                            "00B000000001", "00A40400000000AA", "00A40200000002011E00"}) {
    EXPECT_FALSE(parse_command(hex(wrong)).has_value()) << wrong;
  }
}

TEST(Apdu, AnswersCarryDataOnlyWithSuccessOrWarning) {
  EXPECT_EQ(to_hex(Response(hex("0102")).encode()), "01029000");
  EXPECT_EQ(to_hex(Response(hex("0102"), sw::kEndOfFile).encode()), "01026282");
  EXPECT_EQ(to_hex(Response(hex("0102"), sw::kWrongData).encode()), "6A80");
}

TEST(Apdu, ObjectsHaveMinimalLengths) {
  EXPECT_EQ(to_hex(tlv(0x84, hex("0102"))), "84020102");
  EXPECT_EQ(to_hex(tlv(0x9F65, hex("0800"))), "9F65020800");
  EXPECT_EQ(to_hex(ByteView(tlv(0x53, Bytes(127, 0))).first(2)), "537F");
  EXPECT_EQ(to_hex(ByteView(tlv(0x53, Bytes(128, 0))).first(3)), "538180");
  EXPECT_EQ(to_hex(ByteView(tlv(0x53, Bytes(256, 0))).first(4)), "53820100");
}

}  // namespace
}  // namespace imprimatur::devices
