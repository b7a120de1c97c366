#include "api/schemas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "api/event_messages.hpp"
#include "api/routes.hpp"
#include "ledger/journal_types.hpp"

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

// What a schema asks of a message's type; empty when it takes several.
std::string type_of(const json::value& document, const json::value& schema) {
  if (const json::value* ref = schema.as_object().if_contains("$ref")) {
    return type_of(document, document.at_pointer(std::string(ref->as_string()).substr(1)));
  }
  if (const json::value* parts = schema.as_object().if_contains("allOf")) {
    return type_of(document, parts->as_array().back());
  }
  const json::value* constant = schema.at("properties").at("type").as_object().if_contains("const");
  return constant == nullptr ? std::string() : std::string(constant->as_string());
}

// Types of the messages that the station tells or hears. All are in the channel.
std::set<std::string> types_told_or_heard() {
  const json::value document(parse_json_object(asyncapi_schema()).value());
  std::set<std::string> types;
  for (const char* operation : {"tell", "hear"}) {
    for (const auto& message : document.at("operations").at(operation).at("messages").as_array()) {
      const std::string reference(message.at("$ref").as_string());
      const std::string name = reference.substr(sizeof("#/channels/events/messages"));
      const json::value& in_channel = document.at("channels").at("events").at("messages").at(name);
      EXPECT_EQ(in_channel.at("$ref").as_string(), "#/components/messages/" + name);
      types.insert(type_of(document, document.at("components").at("messages").at(name).at("payload")));
    }
  }
  return types;
}

TEST(Schemas, NameEveryTypeOfTheJournalAndEveryOtherMessage) {
  std::set<std::string> types = types_told_or_heard();
  EXPECT_EQ(types.erase(""), 1U) << "any entry";
  for (const std::string& message :
       {subscribe_message({}), acknowledge_message({.after = 0, .credit = 1}), bye_message("urn:x", "r", {}),
        resync_message("urn:x", "e", 1, {}), bookmark_message("urn:x", "e", 1, {})}) {
    const auto type = std::string(parse_json_object(message).value().at("type").as_string());
    EXPECT_TRUE(types.erase(type) == 1) << type;
  }
  for (const std::string_view type : ledger::journal_types()) {
    const std::string whole = "org.imprimatur." + std::string(type) + ".v1";
    EXPECT_TRUE(types.erase(whole) == 1) << "no schema for " << whole;
  }
  EXPECT_EQ(types, std::set<std::string>{"org.imprimatur.progress.v1"});
}

}  // namespace
}  // namespace imprimatur::api
