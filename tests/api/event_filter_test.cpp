#include "api/event_filter.hpp"

#include <gtest/gtest.h>

#include "api/routes.hpp"
#include "tests/api/fake_backend.hpp"

namespace imprimatur::api {
namespace {

EventFilter filter_of(const std::string& text) {
  return parse_filter(parse_json_object(text).value(), "/data/filter").value();
}

constexpr const char* kIssued = R"({"data":{},"subject":"j1","type":"org.imprimatur.job.issued.v1"})";
constexpr const char* kBegun =
    R"({"data":{"job":"j1"},"subject":"j1/1","type":"org.imprimatur.attempt.begun.v1"})";
constexpr const char* kReceived =
    R"({"data":{"campaign":"autumn","unit":"unit-9"},"subject":"j2","type":"org.imprimatur.job.received.v1"})";
constexpr const char* kDevice =
    R"({"data":{"device":"r"},"subject":"r","type":"org.imprimatur.device.up.v1"})";

TEST(EventFilter, KnowsTheJobOfAnEntryAndWhereTheJobBelongs) {
  FakeBackend backend;
  EXPECT_EQ(facts_of(backend, kIssued).job, "j1");
  EXPECT_EQ(facts_of(backend, kIssued).campaign, "spring");
  EXPECT_EQ(facts_of(backend, kBegun).unit, "unit-7");
  EXPECT_EQ(facts_of(backend, kReceived).job, "j2");
  EXPECT_EQ(facts_of(backend, kReceived).campaign, "autumn");
  EXPECT_EQ(facts_of(backend, kDevice).job, "");
  EXPECT_EQ(facts_of(backend, "no entry").type, "");
}

TEST(EventFilter, LetsThroughWhatFitsAllThatIsAskedFor) {
  FakeBackend backend;
  const auto lets = [&](const std::string& filter) {
    std::string told;
    for (const char* entry : {kIssued, kBegun, kReceived, kDevice}) {
      told += filter_of(filter).lets_through(facts_of(backend, entry)) ? "x" : "-";
    }
    return told;
  };
  EXPECT_EQ(lets("{}"), "xxxx");
  EXPECT_EQ(lets(R"({"job":"j1"})"), "xx--");
  EXPECT_EQ(lets(R"({"campaign":"spring"})"), "xx--");
  EXPECT_EQ(lets(R"({"unit":"unit-9"})"), "--x-");
  EXPECT_EQ(lets(R"({"types":["org.imprimatur.job."]})"), "x-x-");
  EXPECT_EQ(lets(R"({"types":["org.imprimatur.job"]})"), "----");
  EXPECT_EQ(lets(R"({"types":["org.imprimatur.device.up.v1","org.imprimatur.attempt."]})"), "-x-x");
  EXPECT_EQ(lets(R"({"types":["org.imprimatur.job."],"campaign":"spring"})"), "x---");
  EXPECT_EQ(lets(R"({"job":"j1","campaign":"autumn"})"), "----");
}

TEST(EventFilter, RefusesWhatItDoesNotKnow) {
  const auto code = [](const std::string& text) {
    const auto filter = parse_filter(parse_json_object(text).value(), "/data/filter");
    return filter ? "" : filter.error().code + " " + filter.error().field;
  };
  EXPECT_EQ(code(R"({"unitt":"x"})"), "api.control /data/filter/unitt");
  EXPECT_EQ(code(R"({"job":5})"), "json.type /data/filter/job");
  EXPECT_EQ(code(R"({"types":[5]})"), "api.control /data/filter/types");
  EXPECT_EQ(code(R"({"types":[""]})"), "api.filter ");
  EXPECT_EQ(code("{\"job\":\"" + std::string(129, 'x') + "\"}"), "api.filter ");
  EXPECT_EQ(code("{\"job\":\"" + std::string(128, 'x') + "\"}"), "");
}

}  // namespace
}  // namespace imprimatur::api
