// Where the question of a line's manual transport lies until a person answers it through the API. Implements
// station::Operators. Any thread: the transport's lane asks and waits, workers of the API show and answer.
#pragma once

#include <chrono>
#include <condition_variable>
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
      : clock_(clock), patience_(patience) {}

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

  const Clock& clock_;
  const std::chrono::milliseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Open> open_;
  std::uint64_t asked_ = 0;
  bool closed_ = false;
};

}  // namespace imprimatur::app
