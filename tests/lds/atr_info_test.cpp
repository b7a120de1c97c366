#include "lds/atr_info.hpp"

#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

TEST(AtrInfo, ReadsTheExample) {
  const AtrInfo info = decode_atr_info(example("ef_atr_info")).value();
  EXPECT_EQ(
      info,
      (AtrInfo{.command_bytes_max = 1024, .answer_bytes_max = 1024, .extended = true, .chaining = true}));
}

TEST(AtrInfo, PassesOverTheTailOfALargerFile) {
  for (const char* tail : {"00", "0000000000", "FFFFFFFF"}) {
    EXPECT_TRUE(decode_atr_info(concat({example("ef_atr_info"), hex(tail)})).value().extended) << tail;
  }
  EXPECT_EQ(code_of(decode_atr_info(concat({example("ef_atr_info"), hex("0001")}))), "tlv.tag");
}

TEST(AtrInfo, WithoutTheFlagASizeIsNotUsed) {
  const AtrInfo info = decode_atr_info(hex("470394018"
                                           "0"
                                           "7F66080202040002020400"))
                           .value();
  EXPECT_EQ(
      info,
      (AtrInfo{.command_bytes_max = 261, .answer_bytes_max = 258, .extended = false, .chaining = true}));
  EXPECT_EQ(decode_atr_info({}).value(), AtrInfo());
  EXPECT_EQ(decode_atr_info(hex("470194")).value(), AtrInfo());
  // The flag without sizes: short APDUs are safe.
  EXPECT_EQ(decode_atr_info(hex("4703940140")).value().command_bytes_max, 261U);
}

TEST(AtrInfo, ReadsSizesOfAnyWidthAndLimitsThem) {
  const auto with_sizes = [](std::string_view sizes) {
    return decode_atr_info(concat({hex("4703940140"), hex(sizes)})).value();
  };
  EXPECT_EQ(with_sizes("7F660A02030080000203008000").command_bytes_max, 0x8000U);
  EXPECT_EQ(with_sizes("7F660A0203010008020300FFFF").command_bytes_max, 65'544U);
  EXPECT_EQ(with_sizes("7F660C02047FFFFFFF02047FFFFFFF").answer_bytes_max, 65'538U);
  EXPECT_EQ(with_sizes("7F660C0204FFFFFFFF0204FFFFFFFF").command_bytes_max, 65'544U);
}

TEST(AtrInfo, RefusesMalformedObjects) {
  EXPECT_EQ(code_of(decode_atr_info(hex("4700"))), "lds.atr_info");
  EXPECT_EQ(code_of(decode_atr_info(hex("470494014000"))), "lds.atr_info");
  EXPECT_EQ(code_of(decode_atr_info(hex("7F6604"
                                        "02020400"))),
            "bytes.short");
  EXPECT_EQ(code_of(decode_atr_info(hex("7F6606"
                                        "020004"
                                        "020400"))),
            "lds.atr_info");
  EXPECT_EQ(code_of(decode_atr_info(hex("7F6608"
                                        "02020040"
                                        "02020400"))),
            "lds.atr_info");  // 64 bytes
  EXPECT_EQ(code_of(decode_atr_info(hex("7F660B"
                                        "0202040002020400"
                                        "020101"))),
            "lds.atr_info");
  EXPECT_EQ(code_of(decode_atr_info(hex("43"))), "bytes.short");
}

}  // namespace
}  // namespace imprimatur::lds
