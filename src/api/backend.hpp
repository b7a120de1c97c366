// Port Backend: the station as the API sees it. Implemented by app, by a fake in tests.
//
// Calls come from several worker threads at once and may block until what they did is durable; never from
// the network thread. Who may call what is decided before (route_table.cpp); `actor` is for the journal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/roles.hpp"
#include "base/json.hpp"

namespace imprimatur::api {

struct JournalPage {
  struct Entry {
    std::uint64_t sequence = 0;
    std::string bytes;  // the stored bytes, never re-serialised
  };
  std::vector<Entry> entries;
  std::uint64_t size = 0;  // of the journal when it was read
  std::string epoch;
};

struct SubmitAnswer {
  bool already = false;  // the same job was here before
  json::object job;      // id, state, findings
};

class Backend {
 public:
  virtual ~Backend() = default;

  // One envelope. Durable when it answers.
  virtual Result<SubmitAnswer> submit(std::string_view envelope, const Actor& actor) = 0;

  // Several at once: durable together when it answers, each with its own answer, in their order.
  virtual std::vector<Result<SubmitAnswer>> submit_many(std::vector<std::string> envelopes,
                                                        const Actor& actor) = 0;

  virtual Result<json::value> jobs(const std::string& state, std::uint64_t after, std::size_t limit) = 0;
  virtual Result<json::value> job(const std::string& id) = 0;
  enum class JobAction { hold, release, cancel, deliver };
  virtual Result<json::value> act_on_job(const std::string& id, JobAction action, const Actor& actor) = 0;

  virtual json::value station() = 0;
  virtual Result<json::value> set_paused(const std::string& line, bool paused, const Actor& actor) = 0;

  // The question that the line has for the person who moves its cards: {"task":{"id","kind","text",…}}, or
  // {}.
  virtual Result<json::value> line_task(const std::string& line) = 0;
  // {"id","answer":"done"|"nothing","serial","place"}. Errors station.task (not open any more), line.answer.
  virtual Result<json::value> answer_line_task(const std::string& line, std::string_view answer) = 0;

  virtual Result<json::value> stock() = 0;
  // CSV rows serial,class,chip_id with a header line. `to` is vault or line.
  virtual Result<json::value> receive_stock(std::string_view csv, const std::string& to,
                                            const Actor& actor) = 0;

  // JSON of what is moved or counted; empty for shifts.
  enum class StockAction { move, count, open_shift, close_shift };
  virtual Result<json::value> act_on_stock(StockAction action, std::string_view text, const Actor& actor) = 0;

  // A decision of several people (design section 4). Either a proposal, `{"statement": kind, "reason": …,
  // …}`, answered with exactly what has to be signed; or a JWS with one signature or more, answered with who
  // still has to sign, or with what it did. Durable when it answers.
  virtual Result<json::value> statement(std::string_view text, const Actor& actor) = 0;
  // Those that wait for signatures.
  virtual Result<json::value> statements() = 0;

  // Entries after sequence `after` (-1: from the first), at most `limit`.
  virtual Result<JournalPage> journal(std::int64_t after, std::size_t limit) = 0;

  // Which campaign and unit a job belongs to; nothing when there is no such job. Quick: asked for every
  // entry.
  struct JobPlace {
    std::string campaign;
    std::string unit;
  };
  virtual std::optional<JobPlace> job_place(const std::string& job) = 0;

  // Latest coalesced progress; `version` grows when it has changed.
  struct Progress {
    std::uint64_t version = 0;
    std::string bytes;  // a CloudEvent, unnumbered
  };
  virtual Progress progress() = 0;

  // Whether it can take jobs. Errors station.halted, station.stopping.
  virtual Status ready() = 0;

  // Prometheus text format.
  virtual std::string metrics() = 0;

  // A file of the audit log: "checkpoint", "tile/0/000", "tile/entries/000.p/7".
  virtual Result<std::string> log_file(const std::string& path) = 0;
};

}  // namespace imprimatur::api
