// The published JSON Schema says of every shipped profile what the daemon says of it.
#include <gtest/gtest.h>

#include "tests/support/command.hpp"

namespace imprimatur::chip {
namespace {

// For each profile: does python3-jsonschema, a tool that is not ours, find it valid?
test_support::CommandResult validate(const std::string& change) {
  test_support::TemporaryFolder folder;
  const std::string script = (folder / "validate.py").string();
  std::FILE* file = std::fopen(script.c_str(), "w");
  std::fputs(
      ("import glob, json, jsonschema\n"
       "folder = \"" SOURCE_DIR "/templates/chips/\"\n"
       "schema = json.load(open(folder + \"profile.schema.json\"))\n"
       "jsonschema.Draft202012Validator.check_schema(schema)\n"
       "validator = jsonschema.Draft202012Validator(schema)\n"
       "names = [n for n in sorted(glob.glob(folder + \"*.json\")) if not n.endswith(\".schema.json\")]\n"
       "assert len(names) >= 6, names\n"
       "for name in names:\n"
       "    profile = json.load(open(name))\n"
       "    " +
       change +
       "\n"
       "    validator.validate(profile)\n")
          .c_str(),
      file);
  std::fclose(file);
  return test_support::run_command("/usr/bin/python3 " + script);
}

TEST(ChipProfileSchema, HoldsForEveryShippedProfile) {
  const auto result = validate("pass");
  EXPECT_EQ(result.exit_code, 0) << result.output;
}

TEST(ChipProfileSchema, RefusesWhatIsMisspeltOrMissing) {
  EXPECT_NE(validate("profile[\"hope\"] = 1").exit_code, 0);
  EXPECT_NE(validate("del profile[\"closing\"]").exit_code, 0);
  EXPECT_NE(validate("profile[\"transfer\"][\"command_bytes_max\"] = 256").exit_code, 0);
}

}  // namespace
}  // namespace imprimatur::chip
