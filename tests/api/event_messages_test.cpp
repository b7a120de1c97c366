#include "api/event_messages.hpp"

#include <gtest/gtest.h>

namespace imprimatur::api {
namespace {

TEST(EventMessages, AreReadAsTheyAreWritten) {
  const auto subscribe =
      parse_subscribe(subscribe_message({.after = 41, .epoch = "e", .credit = 7, .progress = true}));
  ASSERT_TRUE(subscribe);
  EXPECT_EQ(subscribe.value().after, 41);
  EXPECT_EQ(subscribe.value().epoch, "e");
  EXPECT_EQ(subscribe.value().credit, 7U);
  EXPECT_TRUE(subscribe.value().progress);
  const auto acknowledge = parse_acknowledge(acknowledge_message({.after = 5, .credit = 3}));
  ASSERT_TRUE(acknowledge);
  EXPECT_EQ(acknowledge.value().after, 5);
  EXPECT_EQ(acknowledge.value().credit, 3U);
}

TEST(EventMessages, CarryAFilter) {
  const auto subscribe = parse_subscribe(
      subscribe_message({.after = 1, .epoch = "e", .credit = 7, .filter = {"c", "u", "j", {"t.", "u.v1"}}}));
  ASSERT_TRUE(subscribe) << subscribe.error().message;
  EXPECT_EQ(subscribe.value().filter.campaign, "c");
  EXPECT_EQ(subscribe.value().filter.unit, "u");
  EXPECT_EQ(subscribe.value().filter.job, "j");
  EXPECT_EQ(subscribe.value().filter.types, (std::vector<std::string>{"t.", "u.v1"}));
}

TEST(EventMessages, AreCloudEventsWithoutASequence) {
  const auto event = parse_json_object(bye_message("urn:x", "stopping", WallTime{})).value();
  EXPECT_EQ(event.at("specversion"), "1.0");
  EXPECT_EQ(event.at("type"), "org.imprimatur.control.bye.v1");
  EXPECT_FALSE(event.contains("sequence"));
}

// CloudEvents 1.0.2, section 3.1.1: source and id identify an event.
TEST(EventMessages, AreToldApartByTheirIds) {
  const WallTime first = parse_rfc3339("2026-11-24T08:00:00Z").value();
  const WallTime second = parse_rfc3339("2026-11-24T08:00:01Z").value();
  const auto id = [](const std::string& message) { return parse_json_object(message).value().at("id"); };
  EXPECT_NE(id(resync_message("urn:x", "e", 1, first)), id(resync_message("urn:x", "e", 1, second)));
  EXPECT_NE(id(resync_message("urn:x", "e", 1, first)), id(bye_message("urn:x", "stopping", first)));
}

TEST(EventMessages, RefuseWhatIsNoRequest) {
  for (const char* message : {
           "",
           "{}",
           "[]",
           R"({"type":"org.imprimatur.control.ack.v1","data":{"after":1,"credit":1}})",
           R"({"type":"org.imprimatur.control.subscribe.v1","data":{"after":-2,"credit":1}})",
           R"({"type":"org.imprimatur.control.subscribe.v1","data":{"after":0,"credit":0}})",
           R"({"type":"org.imprimatur.control.subscribe.v1","data":{"after":0,"credit":10001}})",
           R"({"type":"org.imprimatur.control.subscribe.v1","data":{"after":"0","credit":1}})",
           R"({"type":"org.imprimatur.control.subscribe.v1","data":{"after":0,"credit":1,"credit":2}})",
       }) {
    EXPECT_FALSE(parse_subscribe(message)) << message;
  }
}

}  // namespace
}  // namespace imprimatur::api
