// The station as the API sees it: intake, reads from the ledger, requests to the station's loop.
#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <mutex>

#include "api/backend.hpp"
#include "app/line_desk.hpp"
#include "app/loading.hpp"
#include "app/metrics.hpp"
#include "app/statement_desk.hpp"
#include "app/station_loop.hpp"
#include "app/tidying.hpp"
#include "ledger/reader.hpp"

namespace imprimatur::app {

class StationBackend final : public api::Backend {
 public:
  struct Parts {
    const Loaded& loaded;
    std::map<std::string, job::Checks> checks;
    ledger::Ledger& ledger;     // touched in the loop's turns only
    station::Station& station;  // likewise
    StationLoop& loop;
    std::unique_ptr<ledger::LedgerReader> reader;
    std::filesystem::path log_folder;
    std::string source;
    std::string line;
    const Clock& clock;
    Random& random;
    std::string time_zone;                 // of the shifts
    std::chrono::milliseconds chip_limit;  // how long reading one chip may take
    const Tidying& tidying;
    Metrics& metrics;
    ledger::Sequence counted_from;  // the first entry of this run
    LineDesk* desk = nullptr;       // of a line whose cards a person moves
  };
  explicit StationBackend(Parts parts)
      : parts_(std::move(parts)),
        desk_({parts_.loaded.policy, parts_.loaded.product_rules, parts_.ledger, parts_.clock,
               parts_.random}) {}

  Result<api::SubmitAnswer> submit(std::string_view envelope, const api::Actor& actor) override;
  std::vector<Result<api::SubmitAnswer>> submit_many(std::vector<std::string> envelopes,
                                                     const api::Actor& actor) override;
  std::optional<JobPlace> job_place(const std::string& job) override;
  Result<json::value> jobs(const std::string& state, std::uint64_t after, std::size_t limit) override;
  Result<json::value> job(const std::string& id) override;
  Result<json::value> act_on_job(const std::string& id, JobAction action, const api::Actor& actor) override;
  json::value station() override;
  Result<json::value> set_paused(const std::string& line, bool paused, const api::Actor& actor) override;
  Result<json::value> line_task(const std::string& line) override;
  Result<json::value> answer_line_task(const std::string& line, std::string_view answer) override;
  Result<json::value> stock() override;
  Result<json::value> receive_stock(std::string_view csv, const std::string& to,
                                    const api::Actor& actor) override;
  Result<json::value> act_on_stock(StockAction action, std::string_view text,
                                   const api::Actor& actor) override;
  Result<json::value> statement(std::string_view text, const api::Actor& actor) override;
  Result<json::value> statements() override;
  Result<api::JournalPage> journal(std::int64_t after, std::size_t limit) override;
  Progress progress() override;
  Status ready() override;
  std::string metrics() override;
  Result<std::string> log_file(const std::string& path) override;

  // The loop does not run any more: what it could record is over.
  void halt() { halted_ = true; }
  // In the loop, after a turn: what devices do now.
  void show(json::object snapshot);
  // In the loop, in the turn that ends the journal of this run: requests that come after it change nothing
  // any more (error station.stopping). What is read is still answered.
  void close() {
    closed_ = true;
    stopping_ = true;
  }
  // The housekeeper's: makes progress news of counts and snapshot. True when they differ from the last news.
  bool refresh_progress();

 private:
  // Runs in a turn; an error when the station has halted or is stopping.
  template <class Answer>
  Result<Answer> in_turn(std::function<Result<Answer>()> work) {
    try {
      return parts_.loop.ask<Result<Answer>>([this, work = std::move(work)]() -> Result<Answer> {
        if (!closed_) return work();
        return fail("station.stopping", "the station is stopping and takes nothing any more", {},
                    "Ask again when it runs.");
      });
    } catch (const std::future_error&) {
      return halted();
    }
  }
  static Error halted() {
    return unknown("station.halted", "the station has halted and could not record the request",
                   "Read the daemon's log; ask again when the station runs.");
  }
  Result<json::value> move_stock(const json::object& request, const ledger::Actor& actor);
  Result<json::value> count_stock(const json::object& request, const ledger::Actor& actor);
  Result<json::object> verify_chip(const std::string& attempt);

  // Everything of an envelope that needs no ledger; any thread.
  Result<ledger::NewJob> examine(std::string_view envelope, const api::Actor& actor) const;

  Parts parts_;
  StatementDesk desk_;  // in the loop's turns only
  std::mutex places_mutex_;
  std::map<std::string, JobPlace> places_;  // of the jobs that were asked for lately
  std::atomic<bool> stopping_{false};
  std::atomic<bool> halted_{false};
  bool closed_ = false;  // touched in the loop's turns only
  std::mutex reader_mutex_;
  std::mutex news_mutex_;
  json::object snapshot_;
  Progress progress_;
  std::string last_data_;
  // The housekeeper's: how far the journal of this run is counted.
  void count_entries();
  std::uint64_t counted_ = 0;
};

}  // namespace imprimatur::app
