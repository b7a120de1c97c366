#include "base/guard.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace imprimatur {
namespace {

// What a station is built of knows no way to leave a guard out: the word is a constant to the compiler.
static_assert(guarded("any") && guarded("of.a.kind", "any"));

TEST(Guards, StandWhateverTheEnvironmentSays) {
  ASSERT_EQ(::setenv("IMPRIMATUR_MUTANT", "any", 1), 0);
  EXPECT_TRUE(guarded("any"));
  ::unsetenv("IMPRIMATUR_MUTANT");
}

}  // namespace
}  // namespace imprimatur
