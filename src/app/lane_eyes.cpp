#include "app/lane_eyes.hpp"

#include <future>

namespace imprimatur::app {
namespace {

constexpr int kSeeMs = 15'000;  // for one look, the queue of the lane included
constexpr std::chrono::milliseconds kPatience{20'000};

}  // namespace

Result<std::optional<std::string>> LaneEyes::chip_in(int reader) {
  using Chip = Result<std::optional<std::string>>;
  std::vector<const chip::ChipProfile*> profiles;
  for (const auto& [name, line] : sight_->loaded.products) profiles.push_back(&line->profile);
  const auto station = sight_->readers.at(static_cast<std::size_t>(reader - 1));
  // Shared: a call that hangs outlives this one.
  auto promise = std::make_shared<std::promise<Chip>>();
  auto future = promise->get_future();
  auto call = [promise, station, profiles]() -> station::Report {
    promise->set_value(station->see(profiles));
    return [] {};
  };
  const station::Workers::Limit limit{kSeeMs, [] {}, [] {}};
  sight_->workers.run_within("reader-" + std::to_string(reader), 0, std::move(call), limit);
  try {
    if (future.wait_for(kPatience) == std::future_status::ready) return future.get();
  } catch (const std::future_error&) {
    // The lanes have ended: the call was dropped.
  }
  return fail("reader.hung", "reader-" + std::to_string(reader) + " does not answer", {},
              "Take the card out; unplug the reader and plug it in again.");
}

Result<station::ChipEyes::Seen> LaneEyes::see(int reader) {
  if (!sight_ || reader < 1 || static_cast<std::size_t>(reader) > sight_->readers.size()) {
    return fail("eyes.closed", "there is no reader to look into");
  }
  TRY(const auto chip, chip_in(reader));
  Seen seen;
  if (!chip) return seen;
  seen.card = true;
  TRY(const auto blank, sight_->receipts->blank_with_chip(*chip));
  if (!blank) return seen;
  seen.blank = blank->serial;
  seen.blank_class = blank->blank_class;
  return seen;
}

Result<std::vector<station::ManualTransport::Body>> LaneEyes::bodies_on_record() {
  std::vector<station::ManualTransport::Body> bodies;
  if (!sight_) return bodies;
  TRY(const auto attempts, sight_->receipts->open_attempts());
  for (const auto& attempt : attempts) {
    // What is in doubt was locked away, or two people look for it.
    if (attempt.state == job::AttemptState::in_doubt) continue;
    TRY(const auto blank, sight_->receipts->blank(attempt.blank));
    bodies.push_back({attempt.blank, blank ? blank->blank_class : std::string()});
  }
  return bodies;
}

}  // namespace imprimatur::app
