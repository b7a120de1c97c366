#include "base/json.hpp"

#include <gtest/gtest.h>

namespace imprimatur {
namespace {

TEST(Json, RefusesDuplicateMembersAtAnyDepth) {
  EXPECT_EQ(parse_json(R"({"a":1,"a":2})").error().code, "json.duplicate");
  EXPECT_EQ(parse_json(R"({"x":[{"b":1,"\u0062":2}]})").error().code, "json.duplicate");
  EXPECT_TRUE(parse_json(R"({"a":{"b":1},"c":{"b":1}})"));
}

TEST(Json, RefusesWhatStandsAfterTheValue) {
  EXPECT_EQ(parse_json("{} {}").error().code, "json.syntax");
  EXPECT_EQ(parse_json("{\"a\":1").error().code, "json.syntax");
  EXPECT_EQ(parse_json("").error().code, "json.syntax");
  EXPECT_TRUE(parse_json("{}"));
}

TEST(Json, LimitsDepthAndSize) {
  EXPECT_FALSE(parse_json(std::string(40, '[') + std::string(40, ']')));
  EXPECT_TRUE(parse_json(std::string(30, '[') + std::string(30, ']')));
  EXPECT_EQ(parse_json("\"aaaaaaaa\"", {.size_max = 4}).error().code, "json.too_large");
}

TEST(Json, WritesSortedMembersWithoutWhiteSpace) {
  const auto value = parse_json(R"({ "b": [1, true, null], "a": "x\"\n\u0001é" })").value();
  EXPECT_EQ(canonical_json(value), "{\"a\":\"x\\\"\\n\\u0001é\",\"b\":[1,true,null]}");
  EXPECT_EQ(parse_json(pretty_json(value)).value(), value);
}

TEST(Json, NamesTheMemberThatIsMissingOrWrong) {
  const auto object = parse_json_object(R"({"n":1,"t":"x"})").value();
  EXPECT_EQ(member_text(object, "t").value(), "x");
  EXPECT_EQ(member_text(object, "n", "/holder").error().field, "/holder/n");
  EXPECT_EQ(member_int(object, "z").error().code, "json.missing");
  EXPECT_EQ(member_text_or(object, "z", "none").value(), "none");
}

}  // namespace
}  // namespace imprimatur
