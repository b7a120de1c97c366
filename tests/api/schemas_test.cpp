#include "api/schemas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/event_messages.hpp"
#include "api/routes.hpp"

namespace imprimatur::api {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](unsigned char c) { return std::tolower(c); });
  return out;
}

// "post /v1/jobs/{id}/hold" → its roles, from the table.
std::map<std::string, std::vector<std::string>> table() {
  std::map<std::string, std::vector<std::string>> calls;
  for (const Route& route : route_table()) {
    std::string path(route.pattern);
    if (const auto dots = path.find("...}"); dots != std::string::npos) path.erase(dots, 3);
    auto& roles = calls[lower(route.method) + " " + path];
    for (const Role role : route.roles) roles.emplace_back(text_of(role));
  }
  return calls;
}

TEST(Schemas, NameEveryCallOfTheTableWithItsRolesAndNoOther) {
  const auto document = parse_json_object(openapi_schema()).value();
  std::map<std::string, std::vector<std::string>> calls;
  for (const auto& [path, methods] : document.at("paths").as_object()) {
    for (const auto& [method, operation] : methods.as_object()) {
      auto& roles = calls[std::string(method) + " " + std::string(path)];
      for (const auto& role : operation.at("x-roles").as_array()) roles.emplace_back(role.as_string());
    }
  }
  EXPECT_EQ(calls, table());
}

TEST(Schemas, NameEveryMessageOfTheStatusSocket) {
  const auto document = parse_json_object(asyncapi_schema()).value();
  std::set<std::string> types;
  for (const auto& [name, schema] : document.at("components").at("schemas").as_object()) {
    const json::value* constant = schema.at("properties").at("type").as_object().if_contains("const");
    if (constant != nullptr) types.emplace(constant->as_string());
  }
  for (const std::string& message :
       {subscribe_message({}), acknowledge_message({.after = 0, .credit = 1}), bye_message("urn:x", "r", {}),
        resync_message("urn:x", "e", 1, {}), bookmark_message("urn:x", "e", 1, {})}) {
    const auto type = std::string(parse_json_object(message).value().at("type").as_string());
    EXPECT_TRUE(types.erase(type) == 1) << type;
  }
  EXPECT_EQ(types, std::set<std::string>{"org.imprimatur.progress.v1"});
}

}  // namespace
}  // namespace imprimatur::api
