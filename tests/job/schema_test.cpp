// The published schema and the parser are two readings of one form: an independent validator
// (python3-jsonschema) must judge the same documents in the same way.
#include <fstream>

#include "job_fixture.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::job {
namespace {

constexpr std::string_view kValidator = R"(import json, sys
from jsonschema import Draft202012Validator, FormatChecker
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"]))
for line in open(sys.argv[2]):
    print("1" if validator.is_valid(json.loads(line)) else "0", end="")
)";

// Documents of which each differs from a good one in one place.
std::vector<json::object> documents() {
  const json::object good = parse_json_object(write_document(citizen())).value();
  std::vector<json::object> all = {good, parse_json_object(write_document(utopian())).value()};
  const auto add = [&](auto change) {
    json::object document = good;
    change(document);
    all.push_back(document);
  };
  for (const auto& member : good) {
    add([&](json::object& document) { document.erase(member.key()); });
    add([&](json::object& document) { document[member.key()] = 7; });
    add([&](json::object& document) { document[member.key()] = ""; });
    add([&](json::object& document) { document[member.key()] = nullptr; });
  }
  for (const char* part : {"document", "holder"}) {
    for (const auto& member : good.at(part).get_object()) {
      const auto set = [&](const json::value& value) {
        add([&](json::object& document) { document.at(part).get_object()[member.key()] = value; });
      };
      add([&](json::object& document) { document.at(part).get_object().erase(member.key()); });
      for (const json::value& value :
           {json::value(nullptr), json::value(""), json::value(1), json::value("x y"), json::value("X"),
            json::value("I"), json::value("ABCD"), json::value("2000-02-29"), json::value("2001-02-29"),
            json::value("1950-00-00"), json::value("1950-05-00"), json::value("1950-00-05"),
            json::value("0000-00-00"), json::value("1950-13-00"), json::value(std::string(150, 'A')),
            json::value(std::string(251, 'A'))}) {
        set(value);
      }
    }
  }
  add([](json::object& document) { document["more"] = 1; });
  add([](json::object& document) { document["priority"] = 9; });
  add([](json::object& document) { document["priority"] = 10; });
  add([](json::object& document) { document["images"] = json::object{}; });
  add([](json::object& document) {
    document.at("images").get_object()["Face"] = document.at("images").at("face");
  });
  add([](json::object& document) { document.at("images").at("face").get_object()["type"] = "image/gif"; });
  add([](json::object& document) { document.at("mrz").get_array().pop_back(); });
  add([](json::object& document) { document.at("mrz").get_array()[0] = "short"; });
  return all;
}

TEST(JobDocumentSchema, JudgesAsTheParserDoes) {
  const test_support::TemporaryFolder folder;
  std::string lines, expected;
  std::vector<std::string> texts;
  for (const json::object& document : documents()) {
    const std::string text = canonical_json(document);
    texts.push_back(text);
    lines += text + "\n";
    expected += parse_document(text).has_value() ? "1" : "0";
  }
  ASSERT_TRUE(write_file(folder / "validate.py", bytes_of(kValidator)));
  ASSERT_TRUE(write_file(folder / "documents", bytes_of(lines)));
  const auto result = test_support::run_command("/usr/bin/python3 " + (folder / "validate.py").string() +
                                                " " SOURCE_DIR "/src/job/job_document.schema.json " +
                                                (folder / "documents").string());
  ASSERT_EQ(result.exit_code, 0) << result.output;
  ASSERT_EQ(result.output.size(), expected.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(result.output[i], expected[i]) << texts[i];
  EXPECT_EQ(expected.substr(0, 2), "11");
  EXPECT_GT(std::count(expected.begin(), expected.end(), '0'), 100);
}

}  // namespace
}  // namespace imprimatur::job
