#include "app/backend.hpp"

#include "base/files.hpp"

namespace imprimatur::app {
namespace {

constexpr std::size_t kLogFileBytesMax = 32U << 20;
constexpr std::size_t kPlacesMax = 4096;
constexpr std::size_t kCountPage = 256;

json::array findings_of(const std::vector<job::Finding>& findings) {
  json::array out;
  for (const auto& finding : findings) {
    json::object object{{"code", finding.code}, {"field", finding.field}};
    if (!finding.sentence.empty()) {
      object["sentence"] = finding.sentence;
      object["severity"] = finding.severity == job::Severity::blocks ? "blocks" : "warns";
    }
    out.push_back(std::move(object));
  }
  return out;
}

json::object job_json(const ledger::JobRecord& job) {
  json::object object{{"id", job.id},
                      {"state", std::string(job::text_of(job.state))},
                      {"product", job.product},
                      {"campaign", job.campaign},
                      {"unit", job.unit},
                      {"batch", job.batch},
                      {"kind", std::string(job::text_of(job.kind))},
                      {"priority", job.priority},
                      {"not_after", format_rfc3339(job.not_after)},
                      {"attempts", job.attempts},
                      {"received", job.received},
                      {"findings", job.findings}};
  if (!job.blank.empty()) object["blank"] = job.blank;
  if (!job.replaces.empty()) object["replaces"] = job.replaces;
  if (!job.epoch.empty()) object["epoch"] = job.epoch;
  return object;
}

json::object attempt_json(const ledger::AttemptRecord& attempt) {
  json::array sequences;
  for (const auto sequence : attempt.sequences) sequences.push_back(sequence);
  json::object object{{"number", attempt.number},
                      {"blank", attempt.blank},
                      {"state", std::string(job::text_of(attempt.state))},
                      {"evidence", attempt.evidence},
                      {"sequences", std::move(sequences)}};
  if (!attempt.epoch.empty()) object["epoch"] = attempt.epoch;
  if (!attempt.question.empty()) object["question"] = attempt.question;
  if (!attempt.reject_reason.empty()) object["reject_reason"] = attempt.reject_reason;
  return object;
}

Status apply(ledger::Ledger& ledger, const std::string& id, api::Backend::JobAction action,
             const ledger::Actor& actor) {
  switch (action) {
    case api::Backend::JobAction::hold:
      return ledger.hold(id, actor);
    case api::Backend::JobAction::release:
      return ledger.release(id, actor);
    case api::Backend::JobAction::cancel:
      return ledger.cancel(id, actor);
    case api::Backend::JobAction::deliver:
      return ledger.deliver(id, actor);
  }
  return fail("api.method", "no such action on a job");
}

ledger::Actor journalled(const api::Actor& actor) {
  return {actor.person, actor.role};
}

// Only names that the audit log has: nothing outside its folder is ever opened.
bool is_log_path(std::string_view path) {
  if (path == "checkpoint") return true;
  if (!path.starts_with("tile/") || path.find("..") != std::string_view::npos) return false;
  return path.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789/.") == std::string_view::npos;
}

}  // namespace

Result<ledger::NewJob> StationBackend::examine(std::string_view envelope, const api::Actor& actor) const {
  if (!parts_.tidying.has_room()) {
    return fail("station.no_room", "the disk is nearly full and no job is taken", {},
                "Make room on the disk of the work folder, then submit again.");
  }
  const job::IntakeRules rules{parts_.loaded.policy, parts_.loaded.product_rules, parts_.checks};
  TRY(auto examined, job::examine_envelope(envelope, rules, parts_.clock.now()));
  ledger::NewJob job;
  job.document = std::move(examined.document);
  job.envelope_digest = examined.envelope.digest;
  job.document_text = std::move(examined.envelope.document_text);
  job.salt = std::move(examined.envelope.salt);
  job.images = std::move(examined.envelope.images);
  job.approval = std::move(examined.approval.jws);
  job.approval_id = examined.approval.id;
  job.approval_digest = examined.approval.digest;
  job.findings = std::move(examined.findings);
  job.submitter = journalled(actor);
  return job;
}

Result<api::SubmitAnswer> StationBackend::submit(std::string_view envelope, const api::Actor& actor) {
  return std::move(submit_many({std::string(envelope)}, actor).front());
}

// Verified one after the other on this thread; other threads do the same with theirs. Then all are received
// in one turn, which is one commit, and answered after it.
std::vector<Result<api::SubmitAnswer>> StationBackend::submit_many(std::vector<std::string> envelopes,
                                                                   const api::Actor& actor) {
  using Receipts = std::vector<Result<ledger::Received>>;
  std::vector<Result<ledger::NewJob>> jobs;
  for (const std::string& envelope : envelopes) jobs.push_back(examine(envelope, actor));
  auto received = in_turn<Receipts>([this, &jobs]() -> Result<Receipts> {
    Receipts receipts;
    bool feed = false;
    for (const auto& job : jobs) {
      receipts.push_back(job ? parts_.ledger.receive_job(job.value())
                             : Result<ledger::Received>(job.error()));
      if (!receipts.back()) continue;
      const ledger::Received& answer = receipts.back().value();
      feed = feed || (!answer.already && answer.state == job::JobState::ready);
    }
    if (feed) parts_.station.feed();
    return receipts;
  });
  std::vector<Result<api::SubmitAnswer>> answers;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (!received || !received.value()[i]) {
      // What is wrong with the envelope itself is told even when the station cannot answer.
      answers.emplace_back(!jobs[i]    ? jobs[i].error()
                           : !received ? received.error()
                                       : received.value()[i].error());
      continue;
    }
    const ledger::Received& one = received.value()[i].value();
    answers.emplace_back(api::SubmitAnswer{one.already,
                                           {{"id", jobs[i].value().document.id},
                                            {"state", std::string(job::text_of(one.state))},
                                            {"findings", findings_of(one.findings)}}});
  }
  return answers;
}

std::optional<api::Backend::JobPlace> StationBackend::job_place(const std::string& job) {
  {
    const std::lock_guard lock(places_mutex_);
    if (const auto found = places_.find(job); found != places_.end()) return found->second;
  }
  std::optional<JobPlace> place;
  {
    const std::lock_guard lock(reader_mutex_);
    if (auto record = parts_.reader->job(job)) place = JobPlace{record.value().campaign, record.value().unit};
  }
  if (!place) return place;
  const std::lock_guard lock(places_mutex_);
  if (places_.size() >= kPlacesMax) places_.clear();
  places_[job] = *place;
  return place;
}

Result<json::value> StationBackend::jobs(const std::string& state, std::uint64_t after, std::size_t limit) {
  ledger::JobFilter filter;
  if (!state.empty()) {
    filter.state = job::job_state_named(state);
    if (!filter.state) return fail("api.state", "there is no such state of a job", "/state");
  }
  filter.after_row = static_cast<std::int64_t>(after);
  filter.limit = limit;
  const std::lock_guard lock(reader_mutex_);
  TRY(auto jobs, parts_.reader->jobs(filter));
  json::array rows;
  for (const auto& job : jobs) rows.push_back(job_json(job));
  json::object answer{{"jobs", std::move(rows)}};
  if (jobs.size() == limit) answer["next"] = jobs.back().row;
  return json::value(std::move(answer));
}

Result<json::value> StationBackend::job(const std::string& id) {
  const std::lock_guard lock(reader_mutex_);
  TRY(auto job, parts_.reader->job(id));
  TRY(auto attempts, parts_.reader->attempts(id));
  json::object object = job_json(job);
  json::array list;
  for (const auto& attempt : attempts) list.push_back(attempt_json(attempt));
  object["attempt_list"] = std::move(list);
  return json::value(std::move(object));
}

Result<json::value> StationBackend::act_on_job(const std::string& id, JobAction action,
                                               const api::Actor& actor) {
  return in_turn<json::value>([this, id, action, actor]() -> Result<json::value> {
    TRY_STATUS(apply(parts_.ledger, id, action, journalled(actor)));
    if (action == JobAction::release) parts_.station.feed();
    TRY(auto job, parts_.ledger.job(id));
    return json::value(job_json(job));
  });
}

json::value StationBackend::station() {
  const std::lock_guard lock(news_mutex_);
  return snapshot_;
}

Result<json::value> StationBackend::set_paused(const std::string& line, bool paused,
                                               const api::Actor& actor) {
  if (line != parts_.line) return fail("api.not_found", "there is no such line", line);
  return in_turn<json::value>([this, paused, actor]() -> Result<json::value> {
    // Who lets the line go on when it stands for the clock, as its cause says, answers for the clock. A line
    // that goes on after anything else says nothing of it.
    if (!paused && parts_.station.stands_for("ledger.clock")) {
      TRY_STATUS(parts_.ledger.accept_clock(journalled(actor)));
    }
    TRY_STATUS(
        parts_.ledger.device_event(paused ? "down" : "up", parts_.line, "operator", journalled(actor)));
    parts_.station.pause(paused);
    return json::value(parts_.station.snapshot());
  });
}

Result<json::value> StationBackend::stock() {
  const std::lock_guard lock(reader_mutex_);
  TRY(auto counts, parts_.reader->stock());
  json::object classes;
  for (const auto& [name, places] : counts) {
    json::object row;
    std::int64_t total = 0;
    for (const auto& [place, count] : places) {
      row[std::string(ledger::text_of(place))] = count;
      total += count;
    }
    row["received"] = total;
    classes[name] = std::move(row);
  }
  return json::value(json::object{{"classes", std::move(classes)}});
}

Result<api::JournalPage> StationBackend::journal(std::int64_t after, std::size_t limit) {
  const std::lock_guard lock(reader_mutex_);
  TRY(auto entries, parts_.reader->journal(static_cast<ledger::Sequence>(after + 1), limit));
  api::JournalPage page;
  for (auto& entry : entries) page.entries.push_back({entry.sequence, std::move(entry.bytes)});
  TRY(page.size, parts_.reader->journal_size());
  TRY(page.epoch, parts_.reader->epoch());
  return page;
}

void StationBackend::show(json::object snapshot) {
  const std::lock_guard lock(news_mutex_);
  snapshot_ = std::move(snapshot);
}

bool StationBackend::refresh_progress() {
  count_entries();
  json::object jobs;
  std::int64_t spoiled = 0;
  {
    const std::lock_guard lock(reader_mutex_);
    auto counts = parts_.reader->counts();
    if (!counts) return false;
    for (const auto& [state, count] : counts.value().by_state) jobs[std::string(job::text_of(state))] = count;
    spoiled = counts.value().blanks_spoiled;
  }
  const std::lock_guard lock(news_mutex_);
  json::object data = snapshot_;
  data["jobs"] = std::move(jobs);
  data["spoiled"] = spoiled;
  std::string text = canonical_json(data);
  if (text == last_data_) return false;
  last_data_ = std::move(text);
  ++progress_.version;
  progress_.bytes = canonical_json(json::object{{"specversion", "1.0"},
                                                {"id", "progress-" + std::to_string(progress_.version)},
                                                {"source", parts_.source},
                                                {"type", "org.imprimatur.progress.v1"},
                                                {"time", format_rfc3339(parts_.clock.now())},
                                                {"data", std::move(data)}});
  return true;
}

api::Backend::Progress StationBackend::progress() {
  const std::lock_guard lock(news_mutex_);
  return progress_;
}

Status StationBackend::ready() {
  if (halted_) return fail("station.halted", "the station could not record and has halted");
  if (stopping_) return fail("station.stopping", "the station is stopping and takes nothing any more");
  return ok();
}

std::string StationBackend::metrics() {
  const std::lock_guard lock(reader_mutex_);
  return parts_.metrics.text(*parts_.reader, parts_.clock.now());
}

// What was committed before this run is not counted again.
void StationBackend::count_entries() {
  for (std::size_t read = kCountPage; read == kCountPage;) {
    std::vector<ledger::JournalEntry> entries;
    {
      const std::lock_guard lock(reader_mutex_);
      auto page = parts_.reader->journal(parts_.counted_from + counted_, kCountPage);
      if (!page) return;
      entries = std::move(page).value();
    }
    for (const auto& entry : entries) parts_.metrics.observe(entry.bytes);
    read = entries.size();
    counted_ += read;
  }
}

Result<std::string> StationBackend::log_file(const std::string& path) {
  if (!is_log_path(path)) return fail("api.not_found", "the audit log has no such file");
  auto text = read_text_file(parts_.log_folder / path, kLogFileBytesMax);
  if (!text) return fail("api.not_found", "the audit log has no such file");
  return text;
}

}  // namespace imprimatur::app
