#include "job/vn_expiry.hpp"

#include "job_fixture.hpp"

namespace imprimatur::job {
namespace {

VnExpiryRule rule() {
  return {.ages = {14, 25, 40, 60}};
}

// vn-cccd.json, expiry: boundary cases by calendar arithmetic.
TEST(VnExpiry, AgreesWithEveryBoundaryOfTheVectors) {
  const json::object vectors = test_data("vn-cccd.json");
  const auto& cases = vectors.at("expiry").get_array();
  ASSERT_EQ(cases.size(), 17U);
  for (const auto& entry : cases) {
    const auto date = [&](const char* name) { return parse_date(entry.at(name).get_string()).value(); };
    const auto expires = vn_expiry(date("birth"), date("issued"), rule());
    if (entry.at("expires").is_null()) {
      EXPECT_FALSE(expires) << entry;
    } else {
      ASSERT_TRUE(expires) << entry;
      EXPECT_EQ(*expires, date("expires")) << entry;
    }
  }
}

TEST(VnExpiry, FollowsTheSettingsOfTheOpenQuestions) {
  VnExpiryRule exclusive = rule();
  exclusive.window_inclusive = false;
  EXPECT_EQ(vn_expiry({1996, 8, 15}, {2019, 8, 15}, rule()), (Date{2036, 8, 15}));
  EXPECT_EQ(vn_expiry({1996, 8, 15}, {2019, 8, 15}, exclusive), (Date{2021, 8, 15}));
  EXPECT_EQ(vn_expiry({1996, 8, 15}, {2019, 8, 16}, exclusive), (Date{2036, 8, 15}));
  VnExpiryRule march = rule();
  march.leap = LeapBirthday::march_1;
  EXPECT_EQ(vn_expiry({2004, 2, 29}, {2026, 2, 28}, march), (Date{2029, 3, 1}));
}

}  // namespace
}  // namespace imprimatur::job
