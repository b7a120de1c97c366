#include "print/qr_code.hpp"

#include <gtest/gtest.h>

namespace imprimatur::print {
namespace {

TEST(QrCode, TakesTheSmallestVersionOfTheLevel) {
  // ISO/IEC 18004, table 7: version 1 holds 14 bytes at M and 17 at L, version 2 holds 26 at M.
  EXPECT_EQ(encode_qr(std::string(14, 'a'), 'M').value().size, 21);
  EXPECT_EQ(encode_qr(std::string(15, 'a'), 'M').value().size, 25);
  EXPECT_EQ(encode_qr(std::string(17, 'a'), 'L').value().size, 21);
}

TEST(QrCode, HasFinderPatternsInThreeCorners) {
  const QrCode code = encode_qr("045", 'M').value();
  const auto ring = [&](int left, int top) {
    return code.at(left, top) && !code.at(left + 1, top + 1) && code.at(left + 3, top + 3) &&
           code.at(left + 6, top);
  };
  EXPECT_TRUE(ring(0, 0));
  EXPECT_TRUE(ring(code.size - 7, 0));
  EXPECT_TRUE(ring(0, code.size - 7));
}

TEST(QrCode, RefusesNothingAndTooMuch) {
  EXPECT_EQ(encode_qr("", 'M').error().code, "face.qr_too_long");
  EXPECT_TRUE(encode_qr(std::string(2953, 'a'), 'L'));  // version 40-L
  EXPECT_EQ(encode_qr(std::string(2954, 'a'), 'L').error().code, "face.qr_too_long");
}

}  // namespace
}  // namespace imprimatur::print
