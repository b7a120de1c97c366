// The whole line on simulated machines when nothing breaks.
#include <gmock/gmock.h>

#include "tests/sim/world.hpp"

namespace imprimatur::sim {
namespace {

using testing::IsEmpty;

class Batch : public testing::TestWithParam<WorldSize> {};

TEST_P(Batch, IssuesEveryCardWithoutADeadlock) {
  World world(GetParam());
  world.add_blanks(6);
  const auto jobs = world.submit(6);
  ASSERT_TRUE(world.run()) << world.trace();
  for (const auto& job : jobs) EXPECT_EQ(world.state_of(job), job::JobState::issued) << world.trace();
  EXPECT_EQ(world.stock(ledger::StockPlace::good_on_hand), 6);
  EXPECT_EQ(world.transport().count(station::Place::Kind::output), 6);
  EXPECT_EQ(world.documents_max(), 1);
  for (const auto& body : world.transport().bodies) {
    EXPECT_GT(body->store_data_commands, 0);
    EXPECT_EQ(body->faces.size(), 1U);
  }
  EXPECT_THAT(world.broken_promises(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(OnLines, Batch,
                         testing::Values(WorldSize{3, 2}, WorldSize{1, 1}, WorldSize{2, 1}, WorldSize{1, 2}),
                         [](const auto& line) {
                           return std::to_string(line.param.readers) + "Readers" +
                                  std::to_string(line.param.printers) + "Printers";
                         });

}  // namespace
}  // namespace imprimatur::sim
