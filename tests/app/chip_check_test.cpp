// imprimatur chip check, from the words of the command line to the exit code and what people read.
#include <gtest/gtest.h>

#include <algorithm>

#include "app/commands/command.hpp"
#include "base/files.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::app {
namespace {

struct Outcome {
  int exit_code = -1;
  std::string out;
  std::string err;
};

Outcome check(const std::string& profile, bool json = false) {
  CommandContext context;
  context.templates = SOURCE_DIR "/templates";
  context.json = json;
  CLI::App parser("imprimatur");
  add_chip(parser, context);
  parser.parse("chip check " + profile);
  Outcome outcome;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  outcome.exit_code = context.run();
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

// A shipped profile under its own name, with one piece of text replaced.
class BrokenProfile {
 public:
  BrokenProfile(const std::string& name, std::string_view from, std::string_view to)
      : path_((folder_ / (name + ".json")).string()) {
    std::string text = read_text_file(SOURCE_DIR "/templates/chips/" + name + ".json").value();
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    line_ =
        1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    EXPECT_TRUE(write_file(path_, bytes_of(text)));
  }
  const std::string& path() const { return path_; }
  int line() const { return line_; }  // of what was replaced

 private:
  test_support::TemporaryFolder folder_;
  std::string path_;
  int line_ = 0;
};

TEST(ChipCheck, SaysWhatASoundProfileDoes) {
  const auto outcome = check("utopia-pace");
  EXPECT_EQ(outcome.exit_code, kExitYes);
  EXPECT_NE(outcome.out.find("holds"), std::string::npos);
  EXPECT_NE(outcome.out.find("scp03 S8 level 33"), std::string::npos);
  EXPECT_EQ(outcome.err, "");
}

TEST(ChipCheck, SaysThatAProfileIsForTestKeysOnly) {
  const auto outcome = check("emrtd-applet-older");
  EXPECT_EQ(outcome.exit_code, kExitYes);
  EXPECT_NE(outcome.out.find("active authentication RSA-1024"), std::string::npos);
  EXPECT_NE(outcome.out.find("for test keys only"), std::string::npos);
}

TEST(ChipCheck, NamesLineAndFieldOfABadProfile) {
  const BrokenProfile broken("vn-citizen", R"("level": "33")", R"("level": "77")");
  const auto outcome = check(broken.path());
  EXPECT_EQ(outcome.exit_code, kExitNo);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("vn-citizen.json"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("line " + std::to_string(broken.line())), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("at: /secure_channel/level"), std::string::npos) << outcome.err;
}

TEST(ChipCheck, NamesTheFieldForMachinesToo) {
  const BrokenProfile broken("iso7816-precreated", R"("size": 96, )", "");
  const auto outcome = check(broken.path(), true);
  EXPECT_EQ(outcome.exit_code, kExitNo);
  const auto answer = parse_json_object(outcome.out);
  ASSERT_TRUE(answer) << outcome.out;
  EXPECT_EQ(answer.value().at("code"), "chip.profile");
  EXPECT_EQ(answer.value().at("field"), "/files/1/size");
}

TEST(ChipCheck, SaysNoToTheWholeWhenOneOfManyIsBad) {
  const BrokenProfile broken("vn-citizen", R"("mode": "S8")", R"("mode": "S9")");
  const auto outcome = check(broken.path() + " utopia-pace");
  EXPECT_EQ(outcome.exit_code, kExitNo);
  EXPECT_NE(outcome.out.find("utopia-pace"), std::string::npos);
  EXPECT_NE(outcome.err.find("/secure_channel/mode"), std::string::npos);
}

TEST(ChipCheck, SaysNoToAProfileThatIsNotThere) {
  EXPECT_EQ(check("no-such-profile").exit_code, kExitNo);
}

}  // namespace
}  // namespace imprimatur::app
