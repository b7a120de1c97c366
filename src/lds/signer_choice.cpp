#include "lds/signer_choice.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/guard.hpp"

namespace imprimatur::lds {
namespace {

constexpr int kYearsMax = 100;

std::chrono::year_month_day calendar_day(Date date) {
  return {std::chrono::year(date.year), std::chrono::month(static_cast<unsigned>(date.month)),
          std::chrono::day(static_cast<unsigned>(date.day))};
}

std::string day_text(WallTime time) {
  return format_date(date_of(time));
}

// The last day that a date can mean: unknown parts, written 00, count to their end.
Result<std::chrono::sys_days> last_day_of(Date date) {
  using namespace std::chrono;
  if (date.month == 0 && date.day == 0) return sys_days(year(date.year) / December / 31);
  if (date.day == 0 && date.month >= 1 && date.month <= 12) {
    return sys_days(year(date.year) / month(static_cast<unsigned>(date.month)) / last);
  }
  const year_month_day day = calendar_day(date);
  if (!day.ok()) return fail("lds.card_expiry", "the card's expiry is not a date");
  return sys_days(day);
}

// The same day so many years later; 29 February becomes the last of the month.
std::chrono::sys_days years_after(WallTime now, int years) {
  using namespace std::chrono;
  year_month_day day(floor<days>(now));
  day += std::chrono::years(years);
  return day.ok() ? sys_days(day) : sys_days(day.year() / day.month() / last);
}

// What has to be changed first, when several candidates were refused for several reasons.
std::size_t weight_of(std::string_view code) {
  constexpr std::array<std::string_view, 5> kOrder{"lds.card_expiry", "lds.signer_outlived",
                                                   "lds.signer_count", "lds.signer_expired",
                                                   "lds.signer_not_yet"};
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), code) - kOrder.begin());
}

Status may_sign(const SignerCandidate& candidate, WallTime now, std::optional<Date> card_expiry,
                const SignerRules& rules) {
  TRY_STATUS(signer_in_use(candidate.certificate, now));
  TRY_STATUS(signer_has_left(candidate.signatures, rules));
  return signer_covers(candidate.certificate, card_expiry, now, rules.years_without_expiry);
}

}  // namespace

Status signer_covers(const crypto::Certificate& signer, std::optional<Date> card_expiry, WallTime now,
                     int years_without_expiry) {
  CHECK(years_without_expiry >= 0 && years_without_expiry <= kYearsMax);
  std::chrono::sys_days last_day = years_after(now, years_without_expiry);
  if (card_expiry) {
    TRY(last_day, last_day_of(*card_expiry));
  }
  // To the last second of that day: certificates count in whole seconds, both ends included.
  const WallTime end = last_day + std::chrono::days(1) - std::chrono::seconds(1);
  if (signer.not_after() >= end || !guarded("signer.outlives_card")) return ok();
  return fail("lds.signer_outlived",
              "the card would live until " + day_text(end) + ", the signer's certificate only until " +
                  day_text(signer.not_after()),
              {}, "load a document signer with a longer certificate, or ask for a shorter validity");
}

Status signer_in_use(const crypto::Certificate& signer, WallTime now) {
  if (now < std::max(signer.usage_from(), signer.not_before())) {
    return fail("lds.signer_not_yet", "the signer's key may not be used before " +
                                          day_text(std::max(signer.usage_from(), signer.not_before())));
  }
  const WallTime until = std::min(signer.usage_to(), signer.not_after());
  if (now < until + std::chrono::seconds(1) || !guarded("signer.usage_period")) return ok();
  return fail("lds.signer_expired", "the signer's key could be used until " + day_text(until), {},
              "load the next document signer: keys request, keys import, reload");
}

Status signer_has_left(std::uint64_t signatures, const SignerRules& rules) {
  if (!rules.signatures_max || signatures < *rules.signatures_max || !guarded("signer.count")) return ok();
  return fail("lds.signer_count",
              "the signer's key has made " + std::to_string(signatures) + " signatures and may make " +
                  std::to_string(*rules.signatures_max),
              {}, "load the next document signer: keys request, keys import, reload");
}

Result<std::size_t> choose_signer(const std::vector<SignerCandidate>& candidates, WallTime now,
                                  std::optional<Date> card_expiry, const SignerRules& rules) {
  if (candidates.empty()) return fail("lds.no_signer", "there is no document signer for this issuer");
  std::optional<Error> worst;
  std::string reasons;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto allowed = may_sign(candidates[i], now, card_expiry, rules);
    if (allowed) return i;
    reasons += (i == 0 ? "" : "; ") + candidates[i].label + ": " + allowed.error().message;
    if (!worst || weight_of(allowed.error().code) < weight_of(worst->code)) worst = allowed.error();
  }
  worst->message = "no document signer may sign this card: " + reasons;
  return *worst;
}

}  // namespace imprimatur::lds
