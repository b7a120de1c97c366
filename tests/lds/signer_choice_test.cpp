#include "lds/signer_choice.hpp"

#include "authority.hpp"

namespace imprimatur::lds {
namespace {

WallTime at(std::string_view time) {
  return parse_rfc3339(time).value();
}

// A signer whose key is used from `from` to `to`, with a certificate until `not_after`.
Certificate signer_with(std::string_view from, std::string_view to, std::string_view not_after) {
  CertificateRequest request = Authority::request(CertificateRole::document_signer);
  request.not_before = at(from);
  request.usage_to = at(to);
  request.not_after = at(not_after);
  return Authority(request).signer;
}

const Certificate& first() {
  static const Certificate one =
      signer_with("2026-09-01T00:00:00Z", "2026-11-30T23:59:59Z", "2036-12-01T12:00:00Z");
  return one;
}
const Certificate& second() {
  static const Certificate one =
      signer_with("2026-11-30T00:00:00Z", "2027-02-28T23:59:59Z", "2037-03-02T12:00:00Z");
  return one;
}

TEST(SignerCovers, CountsTheCardsWholeLastDay) {
  EXPECT_TRUE(signer_covers(first(), Date{2036, 11, 30}, kToday));
  EXPECT_EQ(code_of(signer_covers(first(), Date{2036, 12, 1}, kToday)),
            "lds.signer_outlived");  // ends at noon
  EXPECT_EQ(code_of(signer_covers(first(), Date{2036, 12, 2}, kToday)), "lds.signer_outlived");
  const auto to_the_second =
      signer_with("2026-09-01T00:00:00Z", "2026-11-30T23:59:59Z", "2036-12-01T23:59:59Z");
  EXPECT_TRUE(signer_covers(to_the_second, Date{2036, 12, 1}, kToday));
}

TEST(SignerCovers, TakesUnknownPartsOfADateToTheirEnd) {
  EXPECT_TRUE(signer_covers(first(), Date{2036, 11, 0}, kToday));
  EXPECT_EQ(code_of(signer_covers(first(), Date{2036, 12, 0}, kToday)), "lds.signer_outlived");
  EXPECT_TRUE(signer_covers(first(), Date{2035, 0, 0}, kToday));
  EXPECT_EQ(code_of(signer_covers(first(), Date{2036, 0, 0}, kToday)), "lds.signer_outlived");
  EXPECT_EQ(code_of(signer_covers(first(), Date{2035, 2, 29}, kToday)), "lds.card_expiry");
  EXPECT_EQ(code_of(signer_covers(first(), Date{2035, 0, 5}, kToday)), "lds.card_expiry");
}

TEST(SignerCovers, GivesACardWithoutExpiryTheYearsOfTheSetting) {
  EXPECT_TRUE(signer_covers(first(), std::nullopt, kToday, 10));  // to 2036-11-24
  EXPECT_EQ(code_of(signer_covers(first(), std::nullopt, at("2026-12-01T00:00:00Z"), 10)),
            "lds.signer_outlived");
  EXPECT_EQ(code_of(signer_covers(first(), std::nullopt, kToday, 11)), "lds.signer_outlived");
  EXPECT_TRUE(signer_covers(first(), std::nullopt, at("2028-02-29T10:00:00Z"), 1));
}

TEST(SignerCovers, SaysBothDates) {
  const auto refused = signer_covers(first(), Date{2040, 5, 6}, kToday);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("2040-05-06"), std::string::npos);
  EXPECT_NE(refused.error().message.find("2036-12-01"), std::string::npos);
  EXPECT_FALSE(refused.error().remedy.empty());
}

TEST(SignerInUse, RunsFromTheFirstToTheLastSecond) {
  EXPECT_EQ(code_of(signer_in_use(first(), at("2026-08-31T23:59:59.999Z"))), "lds.signer_not_yet");
  EXPECT_TRUE(signer_in_use(first(), at("2026-09-01T00:00:00Z")));
  EXPECT_TRUE(signer_in_use(first(), at("2026-11-30T23:59:59.999Z")));
  EXPECT_EQ(code_of(signer_in_use(first(), at("2026-12-01T00:00:00Z"))), "lds.signer_expired");
}

TEST(SignerHasLeft, StopsAtTheLimit) {
  EXPECT_TRUE(signer_has_left(99, {.signatures_max = 100}));
  EXPECT_EQ(code_of(signer_has_left(100, {.signatures_max = 100})), "lds.signer_count");
  EXPECT_EQ(code_of(signer_has_left(0, {.signatures_max = 0})), "lds.signer_count");
  EXPECT_TRUE(signer_has_left(UINT64_MAX, {}));
}

const SignerRules kRules{.signatures_max = 1000, .years_without_expiry = 10};
const Date kExpiry{2036, 11, 23};

std::string code_of_choice(const std::vector<SignerCandidate>& candidates, std::string_view now,
                           Date expiry) {
  const auto chosen = choose_signer(candidates, at(now), expiry, kRules);
  return chosen ? std::to_string(chosen.value()) : chosen.error().code;
}

TEST(ChooseSigner, ChangesOverByDate) {
  const std::vector<SignerCandidate> both{{"ds-UTO", first(), 7}, {"ds-UTO-2", second(), 0}};
  EXPECT_EQ(code_of_choice(both, "2026-11-24T00:00:00Z", kExpiry), "0");
  EXPECT_EQ(code_of_choice(both, "2026-11-30T12:00:00Z", kExpiry), "0");  // both could: the elder goes first
  EXPECT_EQ(code_of_choice(both, "2026-12-01T00:00:00Z", kExpiry), "1");
  EXPECT_EQ(code_of_choice(both, "2027-03-01T00:00:00Z", kExpiry), "lds.signer_expired");
}

TEST(ChooseSigner, ChangesOverByCount) {
  const std::vector<SignerCandidate> both{{"ds-UTO", first(), 1000}, {"ds-UTO-2", second(), 999}};
  EXPECT_EQ(code_of_choice(both, "2026-11-30T12:00:00Z", kExpiry), "1");
  // The next may not yet sign: the count of the first is what stops the line.
  EXPECT_EQ(code_of_choice(both, "2026-11-24T00:00:00Z", kExpiry), "lds.signer_count");
}

TEST(ChooseSigner, TakesTheSignerWhoseCertificateLivesLongEnough) {
  const std::vector<SignerCandidate> both{{"ds-UTO", first(), 7}, {"ds-UTO-2", second(), 0}};
  EXPECT_EQ(code_of_choice(both, "2026-11-30T12:00:00Z", {2036, 12, 15}), "1");
  EXPECT_EQ(code_of_choice(both, "2026-11-24T12:00:00Z", {2036, 12, 15}), "lds.signer_outlived");
}

TEST(ChooseSigner, SaysWhyForEachOne) {
  const std::vector<SignerCandidate> both{{"ds-UTO", first(), 1000}, {"ds-UTO-2", second(), 0}};
  const auto none = choose_signer(both, kToday, kExpiry, kRules);
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("ds-UTO: the signer's key has made 1000"), std::string::npos);
  EXPECT_NE(none.error().message.find("ds-UTO-2: the signer's key may not be used before 2026-11-30"),
            std::string::npos);
  EXPECT_EQ(code_of(choose_signer({}, kToday, kExpiry, kRules)), "lds.no_signer");
}

}  // namespace
}  // namespace imprimatur::lds
