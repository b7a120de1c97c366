#include "print/path_data.hpp"

#include <gtest/gtest.h>

namespace imprimatur::print {
namespace {

TEST(PathData, ReadsMovesLinesCurvesAndScalesThem) {
  const auto steps = parse_path("M 1,2 L 3 4 5 6 H 7 V 8 C 1 2 3 4 5 6 Z", {10, 20}, 2);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps.value().size(), 7U);
  EXPECT_EQ(steps.value()[2].kind, PathStep::Kind::line);
  EXPECT_DOUBLE_EQ(steps.value()[2].points[0].x, 20);
  EXPECT_DOUBLE_EQ(steps.value()[4].points[0].x, 24);  // 7 from H
  EXPECT_DOUBLE_EQ(steps.value()[4].points[0].y, 36);  // 8 from V
  EXPECT_EQ(steps.value()[5].kind, PathStep::Kind::curve);
  EXPECT_EQ(steps.value()[6].kind, PathStep::Kind::close);
  const Box box = bounds_of(steps.value());
  EXPECT_DOUBLE_EQ(box.x, 12);
  EXPECT_DOUBLE_EQ(box.right(), 24);
}

TEST(PathData, RefusesWhatItDoesNotKnow) {
  for (const char* text :
       {"", "L 1 1", "M 1", "M 1 1", "M 1 1 q 2 2 3 3", "M 1 1 L x 2", "M 1 1 L 1e999 1"}) {
    EXPECT_FALSE(parse_path(text, {}, 1)) << text;
  }
}

}  // namespace
}  // namespace imprimatur::print
