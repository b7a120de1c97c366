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

// The size that is told without a code is that of libqrencode's code, around every step of the versions.
TEST(QrCode, KnowsTheSizeOfACodeThatIsNotMade) {
  for (const char level : {'L', 'M', 'Q', 'H'}) {
    for (const std::string& end : {std::string(), std::string("ễ")}) {
      int steps = 0;
      std::size_t length = end.size() + 1;
      while (length <= 2960) {
        const std::string text = std::string(length - end.size(), 'a') + end;
        const auto size = qr_size(text, level);
        const auto code = encode_qr(text, level);
        ASSERT_EQ(size.has_value(), code.has_value()) << level << " " << length;
        if (!size) break;
        ASSERT_EQ(size.value(), code.value().size) << level << " " << length;
        // To the last length of this version, which is asked too, and one beyond.
        std::size_t last = length;
        while (true) {
          const auto next = qr_size(std::string(last + 1 - end.size(), 'a') + end, level);
          if (!next || next.value() != size.value()) break;
          ++last;
        }
        const auto at_last = encode_qr(std::string(last - end.size(), 'a') + end, level);
        ASSERT_TRUE(at_last) << level << " " << last;
        ASSERT_EQ(at_last.value().size, size.value()) << level << " " << last;
        length = last + 1;
        ++steps;
      }
      EXPECT_EQ(steps, 40) << level;
    }
  }
  EXPECT_EQ(qr_size("", 'L').error().code, "face.qr_too_long");
}

}  // namespace
}  // namespace imprimatur::print
