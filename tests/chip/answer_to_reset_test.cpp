#include "chip/answer_to_reset.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace imprimatur::chip {
namespace {

struct Case {
  std::string atr;
  bool extended;
  bool chaining;
};

// The bytes as ISO/IEC 7816-3 section 8.2 and 7816-4 section 12.1.1 build them.
TEST(AnswerToReset, SaysWhatTheCardCanDo) {
  const Case cases[] = {{"3B05"
                         "8073C82140",
                         true, false},  // no interface bytes
                        {"3B95800180"
                         "73C821C0",
                         true, true},  // TA1, TD1
                        {"3B85800180"
                         "73C82180",
                         false, true},  // TD1, TD2
                        {"3B8E8001"
                         "8031CC0073C8214090001122334455",
                         true, false},  // another object before, 14 historical bytes
                        {"3B87"
                         "01"
                         "0073C82140"
                         "9000",
                         true, false},  // category 00, status at the end
                        {"3B85800180"
                         "73C82100",
                         false, false}};
  for (const Case& each : cases) {
    const auto found = capabilities_of(hex(each.atr));
    EXPECT_EQ(found.extended_length, each.extended) << each.atr;
    EXPECT_EQ(found.command_chaining, each.chaining) << each.atr;
  }
}

TEST(AnswerToReset, SaysNothingWhenItIsMalformed) {
  for (const std::string atr : {"", "3B", "3B0F",
                                "3B05"
                                "8073C821",
                                "3BFF", "3BFF18", "3B15",
                                "3B0580"
                                "73",
                                "3B0180", "3B028073",
                                "3B05"
                                "1073C82140",
                                "3B068F73C8214000", "3B8580018080"}) {
    const auto found = capabilities_of(hex(atr));
    EXPECT_FALSE(found.extended_length || found.command_chaining) << atr;
  }
}

}  // namespace
}  // namespace imprimatur::chip
