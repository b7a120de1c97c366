#include "app/metrics.hpp"

#include <prometheus/histogram.h>
#include <prometheus/text_serializer.h>

#include "base/json.hpp"

namespace imprimatur::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr std::string_view kPrefix = "org.imprimatur.";
// Devices and keys have names of the configuration, so there are few; a bound all the same.
constexpr std::size_t kNamesMax = 256;

// Seconds: from an inspection over a quick reader to a jam that a person clears.
prometheus::Histogram::BucketBoundaries step_buckets() {
  return {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 60, 120, 300};
}

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_in(const json::object& object, std::string_view name, std::int64_t otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

MetricFamily family(const char* name, const char* help, MetricType type) {
  MetricFamily made;
  made.name = name;
  made.help = help;
  made.type = type;
  return made;
}

void add(MetricFamily& into, Labels labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  metric.counter.value = value;
  into.metric.push_back(std::move(metric));
}

MetricFamily single(const char* name, const char* help, MetricType type, double value, Labels labels = {}) {
  MetricFamily made = family(name, help, type);
  add(made, std::move(labels), value);
  return made;
}

double seconds_of(std::chrono::milliseconds time) {
  return static_cast<double>(time.count()) / 1000.0;
}

}  // namespace

struct Metrics::State {
  std::string version;
  std::int64_t signatures_max = 0;
  std::map<std::string, std::int64_t> cards;       // by result
  std::map<std::string, std::int64_t> statements;  // accepted, refused
  std::map<std::string, std::unique_ptr<prometheus::Histogram>> steps;
  std::map<std::string, std::string> devices;  // up, down, fault
  LogProgress log;

  void observe_attempt(std::string_view what, const json::object& data);
  void add_cards(std::vector<MetricFamily>& families) const;
  void add_devices(std::vector<MetricFamily>& families) const;
  void add_log(std::vector<MetricFamily>& families, std::uint64_t entries, WallTime now) const;
  void add_signers(std::vector<MetricFamily>& families, ledger::LedgerReader& reader) const;
};

void Metrics::State::observe_attempt(std::string_view what, const json::object& data) {
  if (what == "step") {
    const std::string step = text_in(data, "step");
    const json::value* evidence = data.if_contains("evidence");
    if (step.empty() || evidence == nullptr || !evidence->is_object()) return;
    const std::int64_t took = number_in(evidence->get_object(), "ms", -1);
    if (took < 0 || (!steps.contains(step) && steps.size() >= kNamesMax)) return;
    auto& histogram = steps[step];
    if (!histogram) histogram = std::make_unique<prometheus::Histogram>(step_buckets());
    histogram->Observe(seconds_of(std::chrono::milliseconds(took)));
  } else if (what == "good" || what == "spoiled" || what == "in_doubt" || what == "missing") {
    ++cards[std::string(what)];
  }
}

void Metrics::State::add_cards(std::vector<MetricFamily>& families) const {
  auto results = family("imprimatur_cards_total", "Cards of this run by result.", MetricType::Counter);
  for (const char* result : {"good", "spoiled", "in_doubt", "missing"}) {
    const auto found = cards.find(result);
    add(results, {{"result", result}}, found == cards.end() ? 0.0 : static_cast<double>(found->second));
  }
  families.push_back(std::move(results));
  auto times = family("imprimatur_step_seconds", "Time of one step of a card.", MetricType::Histogram);
  for (const auto& [step, histogram] : steps) {
    ClientMetric metric = histogram->Collect();
    metric.label = {{"step", step}};
    times.metric.push_back(std::move(metric));
  }
  if (!times.metric.empty()) families.push_back(std::move(times));
  auto decided = family("imprimatur_statements_total", "Statements of this run.", MetricType::Counter);
  for (const char* result : {"accepted", "refused"}) {
    const auto found = statements.find(result);
    add(decided, {{"result", result}}, found == statements.end() ? 0.0 : static_cast<double>(found->second));
  }
  families.push_back(std::move(decided));
}

void Metrics::State::add_devices(std::vector<MetricFamily>& families) const {
  auto states = family("imprimatur_device_state", "1 for the state that a device is in.", MetricType::Gauge);
  for (const auto& [device, current] : devices) {
    for (const char* state : {"up", "down", "fault"}) {
      add(states, {{"device", device}, {"state", state}}, current == state ? 1 : 0);
    }
  }
  if (!states.metric.empty()) families.push_back(std::move(states));
}

void Metrics::State::add_log(std::vector<MetricFamily>& families, std::uint64_t entries, WallTime now) const {
  families.push_back(single("imprimatur_journal_entries", "Entries of the journal.", MetricType::Gauge,
                            static_cast<double>(entries)));
  if (log.published == WallTime{}) return;
  families.push_back(single("imprimatur_log_checkpoint_entries", "Entries that the newest checkpoint covers.",
                            MetricType::Gauge, static_cast<double>(log.size)));
  // A log that has all entries is not late, however long ago the last one came.
  const auto age = log.size >= entries ? std::chrono::milliseconds(0) : now - log.published;
  families.push_back(single("imprimatur_log_checkpoint_age_seconds",
                            "How long entries have waited for a checkpoint that covers them, at most.",
                            MetricType::Gauge, seconds_of(age)));
}

void Metrics::State::add_signers(std::vector<MetricFamily>& families, ledger::LedgerReader& reader) const {
  const auto signers = reader.signers();
  if (!signers || signers.value().empty()) return;
  auto used = family("imprimatur_signer_signatures", "Signatures that a document signer's key has made.",
                     MetricType::Gauge);
  auto left = family("imprimatur_signer_signatures_left", "Signatures that a document signer's key may make.",
                     MetricType::Gauge);
  for (const auto& [key, count] : signers.value()) {
    add(used, {{"key", key}}, static_cast<double>(count));
    add(left, {{"key", key}}, static_cast<double>(std::max<std::int64_t>(0, signatures_max - count)));
  }
  families.push_back(std::move(used));
  families.push_back(std::move(left));
}

namespace {

void add_jobs(std::vector<MetricFamily>& families, ledger::LedgerReader& reader) {
  const auto counts = reader.counts();
  if (!counts) return;
  auto jobs =
      family("imprimatur_jobs", "Jobs by state; those that are ready are the queue.", MetricType::Gauge);
  for (const auto& [state, count] : counts.value().by_state) {
    add(jobs, {{"state", std::string(job::text_of(state))}}, static_cast<double>(count));
  }
  if (!jobs.metric.empty()) families.push_back(std::move(jobs));
  const auto ready = counts.value().by_state.find(job::JobState::ready);
  families.push_back(
      single("imprimatur_queue_depth", "Jobs that wait for a card.", MetricType::Gauge,
             ready == counts.value().by_state.end() ? 0.0 : static_cast<double>(ready->second)));
  families.push_back(single("imprimatur_blanks_spoiled", "Blanks that were spoiled.", MetricType::Gauge,
                            static_cast<double>(counts.value().blanks_spoiled)));
}

void add_stock(std::vector<MetricFamily>& families, ledger::LedgerReader& reader) {
  const auto stock = reader.stock();
  if (!stock) return;
  auto blanks = family("imprimatur_stock_blanks", "Blanks by class and place.", MetricType::Gauge);
  for (const auto& [blank_class, places] : stock.value()) {
    for (const auto& [place, count] : places) {
      add(blanks, {{"class", blank_class}, {"place", std::string(ledger::text_of(place))}},
          static_cast<double>(count));
    }
  }
  if (!blanks.metric.empty()) families.push_back(std::move(blanks));
}

}  // namespace

Metrics::Metrics(std::string version, std::int64_t signatures_max) : state_(std::make_unique<State>()) {
  state_->version = std::move(version);
  state_->signatures_max = signatures_max;
}
Metrics::~Metrics() = default;

void Metrics::observe(std::string_view entry) {
  const auto event = parse_json_object(entry);
  if (!event) return;
  const std::string type = text_in(event.value(), "type");
  const json::value* data = event.value().if_contains("data");
  if (!type.starts_with(kPrefix) || data == nullptr || !data->is_object()) return;
  const std::string_view name = std::string_view(type).substr(kPrefix.size());
  const std::string_view kind = name.substr(0, name.find('.'));
  const std::string_view rest = name.substr(std::min(kind.size() + 1, name.size()));
  const std::string_view what = rest.substr(0, rest.find('.'));
  const std::lock_guard lock(mutex_);
  if (kind == "attempt") state_->observe_attempt(what, data->get_object());
  if (kind == "statement") ++state_->statements[std::string(what)];
  if (kind != "device") return;
  const std::string device = text_in(data->get_object(), "device");
  if (device.empty() || (!state_->devices.contains(device) && state_->devices.size() >= kNamesMax)) return;
  state_->devices[device] = what == "cleared" ? "up" : std::string(what);
}

void Metrics::log_published(const LogProgress& progress) {
  const std::lock_guard lock(mutex_);
  state_->log = progress;
}

std::string Metrics::text(ledger::LedgerReader& reader, WallTime now) const {
  std::vector<MetricFamily> families;
  families.push_back(single("imprimatur_build_info", "The program that runs.", MetricType::Gauge, 1,
                            {{"version", state_->version}}));
  add_jobs(families, reader);
  add_stock(families, reader);
  const auto entries = reader.journal_size();
  const std::lock_guard lock(mutex_);
  state_->add_signers(families, reader);
  state_->add_cards(families);
  state_->add_devices(families);
  if (entries) state_->add_log(families, entries.value(), now);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace imprimatur::app
