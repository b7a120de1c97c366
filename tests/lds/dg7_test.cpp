#include "lds/data_groups.hpp"
#include "vectors.hpp"

namespace imprimatur::lds {
namespace {

TEST(Dg7, WritesAndReadsTheExample) {
  const Bytes file = example("dg7");
  const auto images = decode_dg7(file).value();
  ASSERT_EQ(images.size(), 1U);
  EXPECT_EQ(image_format_of(images[0]), ImageFormat::jpeg);
  EXPECT_EQ(to_hex(encode_dg7(images[0])), to_hex(file));
}

TEST(Dg7, ReadsSeveralImages) {
  const auto images = decode_dg7(hex("670C020102"
                                     "5F4301AA"
                                     "5F4302BBCC"))
                          .value();
  EXPECT_EQ(images, (std::vector<Bytes>{hex("AA"), hex("BBCC")}));
}

TEST(Dg7, RefusesAnyOtherStructure) {
  EXPECT_EQ(code_of(decode_dg7(hex("6703020101"))), "bytes.short");
  EXPECT_EQ(code_of(decode_dg7(hex("6703020100"))), "lds.dg7");
  EXPECT_EQ(code_of(decode_dg7(hex("670302010A"))), "lds.dg7");
  EXPECT_EQ(code_of(decode_dg7(hex("67070201015F4401AA"))), "tlv.unexpected");
  EXPECT_EQ(code_of(decode_dg7(hex("67060201015F4300"))), "lds.dg7");
  EXPECT_EQ(code_of(decode_dg7(hex("670B0201015F4301AA5F4301BB"))), "lds.dg7");
}

}  // namespace
}  // namespace imprimatur::lds
