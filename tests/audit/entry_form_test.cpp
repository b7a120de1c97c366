#include "audit/entry_form.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"

namespace imprimatur::audit {
namespace {

json::object first_entry() {
  return {{"specversion", "1.0"},
          {"id", "abcd-0"},
          {"source", "urn:imprimatur:test"},
          {"type", "org.imprimatur.epoch.begun.v1"},
          {"subject", "log"},
          {"time", "2026-11-24T08:00:00.000Z"},
          {"sequence", "0"},
          {"data", {{"boot", "00"}, {"clock", "ok"}, {"actor", "station"}}}};
}

std::string field_of_problem(const json::object& entry) {
  EntryForm form;
  const auto status = form.check(0, canonical_json(entry));
  return status ? "" : status.error().field;
}

TEST(EntryForm, AcceptsTheContractsMembers) {
  EntryForm form;
  ASSERT_TRUE(form.check(0, canonical_json(first_entry())));
  json::object second = first_entry();
  second["id"] = "abcd-1";
  second["sequence"] = "1";
  second["type"] = "org.imprimatur.boot.started.v1";
  EXPECT_TRUE(form.check(1, canonical_json(second)));
  EXPECT_EQ(form.by_type().size(), 2U);
  second["source"] = "urn:imprimatur:other";
  EXPECT_EQ(form.check(1, canonical_json(second)).error().field, "/source");
  second = first_entry();
  second["id"] = "ffff-1";
  second["sequence"] = "1";
  EXPECT_EQ(form.check(1, canonical_json(second)).error().field, "/id");
}

TEST(EntryForm, NamesTheMemberThatIsWrong) {
  const auto with = [](const char* name, json::value value) {
    json::object entry = first_entry();
    entry[name] = std::move(value);
    return field_of_problem(entry);
  };
  EXPECT_EQ(with("specversion", "1.1"), "/specversion");
  EXPECT_EQ(with("type", "org.example.epoch.begun.v1"), "/type");
  EXPECT_EQ(with("type", "org.imprimatur.boot.started.v1"), "/type");
  EXPECT_EQ(with("subject", ""), "/subject");
  EXPECT_EQ(with("sequence", "1"), "/sequence");
  EXPECT_EQ(with("sequence", 0), "/sequence");
  EXPECT_EQ(with("id", "abcd-1"), "/id");
  EXPECT_EQ(with("data", "text"), "/data");
  EXPECT_EQ(with("data", json::object{{"boot", "00"}, {"clock", "late"}, {"actor", "station"}}),
            "/data/clock");
  EXPECT_EQ(with("data", json::object{{"boot", "00"}, {"clock", "ok"}}), "/data/actor");
  json::object timeless = first_entry();
  timeless["time"] = "yesterday";
  EntryForm form;
  EXPECT_FALSE(form.check(0, canonical_json(timeless)));
}

TEST(EntryForm, RefusesASecondSpellingOfTheSameEntry) {
  EntryForm form;
  EXPECT_FALSE(form.check(0, pretty_json(first_entry())));
  json::object number = first_entry();
  std::string text = canonical_json(number);
  text.insert(text.size() - 1, ",\"x\":1.50");
  EXPECT_FALSE(form.check(0, text));
  EXPECT_FALSE(form.check(0, std::string(5000, ' ')));
  EXPECT_FALSE(form.check(0, "{\"a\":1,\"a\":1}"));
}

}  // namespace
}  // namespace imprimatur::audit
