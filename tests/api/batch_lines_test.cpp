#include "api/batch_lines.hpp"

#include <gtest/gtest.h>

namespace imprimatur::api {
namespace {

using Lines = std::vector<std::string>;

TEST(BatchLines, AreTheSameHoweverTheBodyIsCut) {
  const std::string body = "{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}";
  for (std::size_t size = 1; size <= body.size(); ++size) {
    BatchLines lines({100, 10});
    for (std::size_t at = 0; at < body.size(); at += size) {
      ASSERT_TRUE(lines.add(std::string_view(body).substr(at, size)));
    }
    ASSERT_TRUE(lines.finish());
    EXPECT_EQ(lines.waiting_bytes(), 21U);
    EXPECT_EQ(lines.take(2), (Lines{"{\"a\":1}", "{\"b\":2}"})) << size;
    EXPECT_EQ(lines.waiting_bytes(), 7U);
    EXPECT_EQ(lines.take(2), (Lines{"{\"c\":3}"}));
    EXPECT_EQ(lines.waiting(), 0U);
  }
}

TEST(BatchLines, HaveALimitInLengthAndNumber) {
  BatchLines lines({5, 2});
  ASSERT_TRUE(lines.add("12345\n12"));
  EXPECT_EQ(lines.add("3456").error().code, "api.too_large");
  BatchLines many({5, 2});
  ASSERT_TRUE(many.add("1\n2\n"));
  EXPECT_EQ(many.add("3\n").error().code, "api.batch_size");
  EXPECT_EQ(many.take(9), (Lines{"1", "2"}));
  BatchLines last({5, 0});
  ASSERT_TRUE(last.add("1"));
  EXPECT_EQ(last.finish().error().code, "api.batch_size");
}

}  // namespace
}  // namespace imprimatur::api
