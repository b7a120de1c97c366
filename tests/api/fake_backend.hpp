// A backend for tests of the API: a journal in memory, and answers that a test sets.
#pragma once

#include <atomic>
#include <mutex>
#include <stdexcept>

#include "api/backend.hpp"

namespace imprimatur::api {

class FakeBackend : public Backend {
 public:
  Result<SubmitAnswer> submit(std::string_view envelope, const Actor& actor) override {
    if (envelope == "bad") return fail("job.schema", "expected a string", "/holder/sex", "Correct it.");
    SubmitAnswer answer;
    answer.already = envelope == "again";
    answer.job = {{"id", "j1"}, {"state", "ready"}, {"submitter", actor.person}};
    return answer;
  }
  std::vector<Result<SubmitAnswer>> submit_many(std::vector<std::string> envelopes,
                                                const Actor& actor) override {
    ++groups;
    std::vector<Result<SubmitAnswer>> answers;
    for (const std::string& envelope : envelopes) {
      answers.push_back(submit(envelope, actor));
      if (answers.back()) answers.back().value().job["id"] = envelope;
    }
    return answers;
  }
  std::optional<JobPlace> job_place(const std::string& job) override {
    if (job != "j1") return std::nullopt;
    return JobPlace{"spring", "unit-7"};
  }
  Result<json::value> jobs(const std::string& state, std::uint64_t after, std::size_t limit) override {
    return json::value(json::object{{"state", state}, {"after", after}, {"limit", limit}});
  }
  Result<json::value> job(const std::string& id) override {
    if (id != "j1") return fail("ledger.no_job", "there is no such job", id);
    return json::value(json::object{{"id", id}});
  }
  Result<json::value> act_on_job(const std::string& id, JobAction action, const Actor& actor) override {
    if (action == JobAction::cancel) return fail("ledger.state", "a job that is issued takes no cancel", id);
    return json::value(json::object{{"id", id}, {"actor", actor.person}, {"role", actor.role}});
  }
  json::value station() override {
    if (station_throws) throw std::runtime_error("a fault with a secret in its text");
    return json::object{{"line", "line-1"}};
  }
  Result<json::value> set_paused(const std::string& line, bool paused, const Actor&) override {
    return json::value(json::object{{"line", line}, {"paused", paused}});
  }
  Result<json::value> line_task(const std::string&) override { return json::value(json::object{}); }
  Result<json::value> answer_line_task(const std::string&, std::string_view answer) override {
    if (answer == "late") return fail("station.task", "this question is not open", "/id");
    return json::value(json::object{{"taken", true}});
  }
  Result<json::value> stock() override { return json::value(json::object{}); }
  Result<json::value> receive_stock(std::string_view csv, const std::string& to, const Actor&) override {
    return json::value(json::object{{"bytes", csv.size()}, {"to", to}});
  }
  Result<json::value> act_on_stock(StockAction, std::string_view text, const Actor& actor) override {
    return json::value(json::object{{"bytes", text.size()}, {"role", actor.role}});
  }
  Result<json::value> statement(std::string_view text, const Actor& actor) override {
    return json::value(json::object{{"bytes", text.size()}, {"role", actor.role}});
  }
  Result<json::value> statements() override { return json::value(json::array{}); }
  Result<JournalPage> journal(std::int64_t after, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (journal_fails) return fail("ledger.store", "the database failed");
    JournalPage page;
    page.size = entries_.size();
    page.epoch = "e1";
    for (auto i = static_cast<std::size_t>(after + 1); i < entries_.size() && page.entries.size() < limit;
         ++i) {
      page.entries.push_back({i, entries_[i]});
    }
    return page;
  }
  Progress progress() override {
    const std::lock_guard lock(mutex_);
    return progress_;
  }
  Status ready() override {
    if (halted) return fail("station.halted", "the station has halted");
    return ok();
  }
  std::string metrics() override { return "imprimatur_jobs 1\n"; }
  Result<std::string> log_file(const std::string& path) override {
    if (path != "tile/0/000") return fail("api.not_found", "no such file");
    return std::string("\x01\x02", 2);
  }

  // Set by a test before it asks.
  std::atomic<bool> journal_fails{false};
  std::atomic<bool> station_throws{false};
  std::atomic<bool> halted{false};
  std::atomic<int> groups{0};  // of batches that were handed over

  void add_entry() {
    const std::lock_guard lock(mutex_);
    const std::string n = std::to_string(entries_.size());
    entries_.push_back("{\"sequence\":\"" + n + "\",\"type\":\"org.imprimatur.test.v1\"}");
  }
  void add_entry(std::string bytes) {
    const std::lock_guard lock(mutex_);
    entries_.push_back(std::move(bytes));
  }
  void set_progress(std::string bytes) {
    const std::lock_guard lock(mutex_);
    progress_ = {progress_.version + 1, std::move(bytes)};
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> entries_;
  Progress progress_;
};

}  // namespace imprimatur::api
