#include "api/problems.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace imprimatur::api {
namespace {

// Codes in calls of fail() and unknown(), and in error types of the rooms.
std::set<std::string> raised_in(const std::filesystem::path& folder) {
  static const std::regex call("\\b(?:fail|unknown|error|Error)\\w*\\(\\s*\"([a-z_0-9]+\\.[a-z_0-9.]+)\"");
  std::set<std::string> codes;
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (file.path().extension() != ".cpp" && file.path().extension() != ".hpp") continue;
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    const std::string source = text.str();
    for (std::sregex_iterator match(source.begin(), source.end(), call), end; match != end; ++match) {
      codes.insert((*match)[1]);
    }
  }
  return codes;
}

TEST(Problems, CatalogueHasEveryCodeThatIsRaisedAnywhere) {
  std::size_t count = 0;
  for (const char* folder : {"/src", "/devices", "/keys"}) {
    for (const std::string& code : raised_in(std::string(SOURCE_DIR) + folder)) {
      EXPECT_FALSE(problem_of(code).code.empty()) << code << " is not in the catalogue";
      ++count;
    }
  }
  EXPECT_GT(count, 200U);  // the search finds what there is
}

TEST(Problems, CatalogueHasNoRowThatAnotherHides) {
  for (const Problem& problem : problem_catalogue()) {
    EXPECT_EQ(&problem_of(problem.code), &problem) << problem.code;
    EXPECT_FALSE(problem.meaning.empty()) << problem.code;
    EXPECT_TRUE(problem.status >= 400 && problem.status < 600) << problem.code;
  }
  EXPECT_EQ(problem_of("nothing.of_this").code, "");
}

}  // namespace
}  // namespace imprimatur::api
