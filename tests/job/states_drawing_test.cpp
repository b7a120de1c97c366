#include "job/states_drawing.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "base/files.hpp"
#include "job/states.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::job {
namespace {

TEST(StatesDrawing, TellsEveryTransitionInALineThatFitsAScreen) {
  std::istringstream text(states_text());
  std::size_t lines = 0;
  for (std::string line; std::getline(text, line); ++lines) EXPECT_LE(line.size(), 240U) << line;
  EXPECT_GE(lines, job_transitions().size() + attempt_transitions().size());
  EXPECT_NE(states_text().find("attempt.in_doubt"), std::string::npos);
}

// Graphviz is the reader that we did not write: it draws the graph, with every state and every edge.
TEST(StatesDrawing, IsAGraphThatGraphvizDraws) {
  const test_support::TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "states.dot", bytes_of(states_dot())));
  const auto drawn = test_support::run_command("dot -Tsvg " + (folder / "states.dot").string());
  ASSERT_EQ(drawn.exit_code, 0) << drawn.output;
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = drawn.output.find(what); at != std::string::npos; at = drawn.output.find(what, at + 1))
      ++found;
    return found;
  };
  EXPECT_EQ(count("class=\"node\""), static_cast<std::size_t>(kJobStates + kAttemptStates));
  std::size_t edges = 0;
  for (int i = 0; i < kJobStates; ++i) {
    for (const auto& line : job_transitions())
      edges += line.from.contains(static_cast<JobState>(i)) ? 1U : 0U;
  }
  for (int i = 0; i < kAttemptStates; ++i) {
    for (const auto& line : attempt_transitions()) {
      edges += line.from.contains(static_cast<AttemptState>(i)) ? 1U : 0U;
    }
  }
  EXPECT_EQ(count("class=\"edge\""), edges);
}

}  // namespace
}  // namespace imprimatur::job
