#include "app/tidying.hpp"

#include <filesystem>
#include <future>

#include "app/messages.hpp"
#include "base/guard.hpp"

namespace imprimatur::app {
namespace {

constexpr std::chrono::seconds kBetweenErasures{60};
constexpr std::size_t kJobsInTurn = 200;  // so that the line does not wait for it
constexpr int kTurnsMax = 10000;
constexpr std::uintmax_t kMebibyte = 1U << 20;
// A clock that is set by a time server moves by less; a machine that slept, or a wrong date, by more.
constexpr std::chrono::hours kClockTolerance{1};

Error halted() {
  return unknown("station.halted", "the station has halted");
}

}  // namespace

void Tidying::round() {
  look_for_room();
  if (parts_.clock.steady() < next_erasure_) return;
  next_erasure_ = parts_.clock.steady() + kBetweenErasures;
  const auto erased = erase();
  if (!erased) {
    parts_.log.write(message::kNotErased, {{"code", erased.error().code}, {"cause", erased.error().message}});
  } else if (erased.value() > 0) {
    parts_.log.write(message::kErased, {{"jobs", std::to_string(erased.value())}});
  }
}

Status Tidying::check_clock() const {
  const auto by_wall = parts_.clock.now() - began_at_;
  const auto by_steady = parts_.clock.steady() - began_;
  if (by_wall <= by_steady + kClockTolerance || !guarded("tidying.clock_ahead")) return ok();
  return fail("station.clock", "the clock has run ahead since the start: nothing is erased by it", {},
              "Check the date; then start the station again.");
}

Result<int> Tidying::erase() {
  TRY_STATUS(check_clock());
  const WallTime now = parts_.clock.now();
  const ledger::Retention retention{now - std::chrono::hours(parts_.config.issued_hours),
                                    now - std::chrono::hours(parts_.config.other_hours)};
  int all = 0;
  try {
    for (int turn = 0; turn < kTurnsMax; ++turn) {
      TRY(auto erased, parts_.loop.ask<Result<int>>(
                           [this, retention] { return parts_.ledger.erase_due(retention, kJobsInTurn); }));
      all += erased;
      if (erased < static_cast<int>(kJobsInTurn)) break;
    }
    // After the commit. Also on a new day, and when an earlier call could not: a key may be spent without an
    // erasure now. Not always, since emptying the log waits for whoever reads the ledger.
    const std::string today = format_date(date_of(now));
    if (all == 0 && today == tidied_on_) return 0;
    tidied_on_.clear();
    TRY_STATUS(parts_.loop.ask_alone<Result<int>>([this] { return parts_.ledger.destroy_day_keys(); }));
  } catch (const std::future_error&) {
    return halted();
  }
  tidied_on_ = format_date(date_of(now));
  return all;
}

void Tidying::look_for_room() {
  std::error_code failed;
  const auto space = std::filesystem::space(parts_.config.work, failed);
  // A disk that cannot even be asked has no room to count on.
  room_ = !failed && space.available >= static_cast<std::uintmax_t>(parts_.config.free_mib_min) * kMebibyte;
  if (room_ == told_) return;
  told_ = room_;
  parts_.loop.post([this, enough = told_] { parts_.set_room(enough); });
}

}  // namespace imprimatur::app
