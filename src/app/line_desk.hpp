// Where the question of a line's manual transport lies until a person answers it through the API. Implements
// station::Operators. Any thread: the transport's lane asks and waits, workers of the API show and answer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/json.hpp"
#include "station/manual_transport.hpp"

namespace imprimatur::app {

class LineDesk final : public station::Operators {
 public:
  // A question waits so long at most.
  explicit LineDesk(const Clock& clock, std::chrono::milliseconds patience = std::chrono::hours(12))
      : clock_(clock), patience_(patience), run_(clock.now().time_since_epoch().count() % kRuns) {}

  Result<station::LineAnswer> ask(const station::LineTask& task) override;

  // The open question as JSON, or an object without `task`.
  json::object show() const;
  // {"id":…, "answer":"done"|"nothing", "serial":…, "place":…}. Errors station.task (there is no such
  // question open any more), line.answer (what is wrong with the answer).
  Status answer(std::string_view text);

  // The station stops: nobody waits any more.
  void close();

 private:
  struct Open {
    std::string id;
    station::LineTask task;
    WallTime since;
    std::optional<station::LineAnswer> answer;
  };

  static constexpr std::int64_t kRuns = 10'000'000;  // ms: almost three hours

  const Clock& clock_;
  const std::chrono::milliseconds patience_;
  const std::int64_t
      run_;  // in the ids: a late answer to a question of an earlier run meets none of this one
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Open> open_;
  std::uint64_t asked_ = 0;
  bool closed_ = false;
};

}  // namespace imprimatur::app
