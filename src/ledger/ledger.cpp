#include "ledger/ledger.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "ledger/journal_types.hpp"
#include "ledger/ledger_state.hpp"

namespace imprimatur::ledger {
namespace {

constexpr std::size_t kEpochBytes = 8;
constexpr std::size_t kBootBytes = 8;
constexpr std::chrono::seconds kClockTolerance{2};  // corrections that keep a clock right are smaller
constexpr std::int64_t kWholeNumberMax = (std::int64_t{1} << 53) - 1;

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

// What an entry may hold, so that its sorted text is its canonical form (RFC 8785): names in ASCII, no
// floating-point numbers, no null.
bool is_journal_value(const json::value& value) {
  switch (value.kind()) {
    case json::kind::object:
      return std::all_of(value.get_object().begin(), value.get_object().end(), [](const auto& member) {
        return is_ascii(member.key()) && is_journal_value(member.value());
      });
    case json::kind::array:
      return std::all_of(value.get_array().begin(), value.get_array().end(), is_journal_value);
    case json::kind::int64:
      return value.get_int64() <= kWholeNumberMax && value.get_int64() >= -kWholeNumberMax;
    case json::kind::uint64:
      return value.get_uint64() <= static_cast<std::uint64_t>(kWholeNumberMax);
    case json::kind::string:
    case json::kind::bool_:
      return true;
    case json::kind::null:
    case json::kind::double_:
      return false;
  }
  return false;
}

Status write_meta(Database& database, std::string_view key, std::string_view value) {
  Query query(database,
              "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
  TRY_STATUS(query.bind(key).bind(value).run());
  return ok();
}

}  // namespace

Ledger::Ledger(std::unique_ptr<State> state) : state_(std::move(state)) {}
Ledger::~Ledger() = default;

Operation::Operation(Ledger::State& state)
    : state_(state),
      size_(state.size),
      lost_(!state.database->in_transaction()),
      savepoint_(*state.database) {
  CHECK(state_.in_group);
}

Status Operation::begun() const {
  if (lost_ && guarded("ledger.group_lost"))
    return fail("ledger.store", "the group was rolled back by the database", {}, "Roll back and stop.");
  return savepoint_.begun();
}

// The first transaction of a new ledger.
Status Ledger::State::begin_epoch() {
  TRY_STATUS(database->execute("BEGIN IMMEDIATE"));
  TRY_STATUS(make_tables(*database));
  TRY_STATUS(write_meta(*database, "source", "urn:imprimatur:" + identity.station));
  TRY_STATUS(first_entry({{"reason", "new"}}));
  return database->execute("COMMIT");
}

Status Ledger::State::first_entry(json::object data) {
  epoch = to_hex_lower(ports.random.bytes(kEpochBytes));
  boot = to_hex_lower(ports.random.bytes(kBootBytes));
  size = 0;
  TRY_STATUS(write_meta(*database, "origin", identity.origin));
  TRY_STATUS(write_meta(*database, "epoch", epoch));
  data["origin"] = identity.origin;
  TRY_STATUS(append("epoch.begun", identity.origin, std::move(data)));
  return ok();
}

Result<std::unique_ptr<Ledger>> Ledger::create(const std::filesystem::path& file,
                                               const LedgerIdentity& identity, Ports ports) {
  TRY(auto database, Database::open(file, Database::Mode::create));
  Status begun = ok();
  {
    State state(std::move(database), identity, ports);
    begun = state.begin_epoch();
  }
  if (!begun) {  // half a ledger must not be taken for one
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return begun.error();
  }
  return open(file, identity, ports);
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& file,
                                             const LedgerIdentity& identity, Ports ports) {
  TRY(auto database, Database::open(file, Database::Mode::write));
  // After a sync that failed, the kernel takes the pages for clean: the write-ahead log that is read now may
  // never have reached the disk. What it holds is written anew before anything is built on it.
  if (guarded("ledger.open.truncate_log")) {
    TRY_STATUS(database->truncate_log());
  }
  TRY_STATUS(ledger::bring_up_to_date(*database, ports.clock.now()));
  auto state = std::make_unique<State>(std::move(database), identity, ports);
  TRY(auto source, read_meta(*state->database, "source"));
  TRY(auto origin, read_meta(*state->database, "origin"));
  if (guarded("ledger.open.identity") &&
      (source != "urn:imprimatur:" + identity.station || origin != identity.origin)) {
    return fail("ledger.identity", "the ledger belongs to " + source + ", log " + origin, file.string(),
                "Correct station and log_origin in the configuration.");
  }
  TRY(state->epoch, read_meta(*state->database, "epoch"));
  state->boot = to_hex_lower(ports.random.bytes(kBootBytes));
  TRY_STATUS(state->take_up_journal());
  return std::unique_ptr<Ledger>(new Ledger(std::move(state)));
}

Status Ledger::bring_up_to_date(const std::filesystem::path& file, const Clock& clock) {
  TRY(auto database, Database::open(file, Database::Mode::write));
  return ledger::bring_up_to_date(*database, clock.now());
}

// Size and time of the journal; every entry from 0 on must be there.
Status Ledger::State::take_up_journal() {
  Query query(*database, "SELECT count(*), max(sequence) FROM journal");
  TRY(auto row, query.step());
  if (!row || query.integer(0) == 0 ||
      (guarded("ledger.open.journal_gap") && query.integer(0) != query.integer(1) + 1)) {
    return fail("ledger.store", "the journal has a gap", {}, "Restore a backup: entries were removed.");
  }
  size = committed = static_cast<Sequence>(query.integer(0));
  return take_up_time();
}

// The time that the clock must not fall behind: a restart forgets nothing of it. Entries that were written by
// a clock that had gone back are passed over, up to the one by which somebody answered for the clock.
Status Ledger::State::take_up_time() {
  Query query(*database, "SELECT entry FROM journal ORDER BY sequence DESC");
  for (;;) {
    TRY(const auto row, query.step());
    if (!row) return ok();
    TRY(const auto entry, parse_json_object(imprimatur::text_of(query.blob(0))));
    TRY(const auto time_text, member_text(entry, "time"));
    TRY(const auto type, member_text(entry, "type"));
    TRY(const auto* data, member_object(entry, "data"));
    TRY(const auto clock, member_text(*data, "clock"));
    TRY(const auto time, parse_rfc3339(time_text));
    last_time = std::max(last_time, time);
    const bool stepped = clock == "stepped" && type != "org.imprimatur.clock.stepped.v1";
    if (!stepped || !guarded("ledger.open.clock")) return ok();
  }
}

bool Ledger::State::clock_went_back() const {
  return ports.clock.now() + kClockTolerance < last_time;
}

Status Ledger::begin_group() {
  CHECK(!state_->in_group);
  TRY_STATUS(state_->database->execute("BEGIN IMMEDIATE"));
  state_->in_group = true;
  return ok();
}

Status Ledger::commit_group() {
  CHECK(state_->in_group);
  TRY_STATUS(state_->database->execute("COMMIT"));
  state_->in_group = false;
  state_->committed = state_->size;
  return ok();
}

void Ledger::roll_back_group() {
  if (!state_->in_group) return;
  state_->in_group = false;
  state_->size = state_->committed;
  const auto rolled_back = state_->database->execute("ROLLBACK");
  // SQLite rolls back by itself when the connection goes: nothing half done can stay.
  static_cast<void>(rolled_back.has_value());
}

Result<Sequence> Ledger::State::append(std::string_view type, std::string_view subject, json::object data,
                                       const Actor& actor) {
  CHECK(is_journal_type(type));
  const WallTime now = ports.clock.now();
  if (guarded("ledger.append.form") && !is_journal_value(data)) {
    return fail("ledger.entry_form",
                "a journal entry holds only strings, whole numbers, booleans, arrays and objects",
                std::string(type));
  }
  data["boot"] = boot;
  data["clock"] = clock_went_back() ? "stepped" : "ok";
  if (actor.role.empty()) {
    data["actor"] = actor.name;
  } else {
    data["actor"] = json::object{{"name", actor.name}, {"role", actor.role}};
  }
  last_time = std::max(last_time, now);
  const std::string sequence = std::to_string(size);
  const json::object event{{"specversion", "1.0"},
                           {"id", epoch + "-" + sequence},
                           {"source", "urn:imprimatur:" + identity.station},
                           {"type", "org.imprimatur." + std::string(type) + ".v1"},
                           {"subject", std::string(subject)},
                           {"time", format_rfc3339(now)},
                           {"sequence", sequence},
                           {"data", std::move(data)}};
  const std::string bytes = canonical_json(event);
  if (guarded("ledger.append.size") && bytes.size() > kEntryBytesMax) {
    return fail("ledger.entry_too_large", "a journal entry of " + std::to_string(bytes.size()) +
                                              " bytes, at most " + std::to_string(kEntryBytesMax) +
                                              " are kept");
  }
  if (!guarded("journal", type)) return size;
  Query query(*database, "INSERT INTO journal VALUES (?, ?)");
  TRY_STATUS(query.bind(static_cast<std::int64_t>(size)).bind(bytes_of(bytes)).run());
  return size++;
}

// -- life of the station -------------------------------------------------------------------------------

Status Ledger::boot_started(const BootReport& report) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("boot.started", state_->identity.station,
                            {{"version", report.version},
                             {"build", report.build_id},
                             {"configuration", report.configuration_hash},
                             {"manifest", report.manifest_hash},
                             {"recovered", report.recovered}}));
  return operation.keep();
}

Status Ledger::boot_stopped(std::string_view reason) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("boot.stopped", state_->identity.station, {{"reason", std::string(reason)}}));
  return operation.keep();
}

Status Ledger::manifest_loaded(const json::object& hashes) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("manifest.loaded", state_->identity.station, {{"files", hashes}}));
  return operation.keep();
}

Status Ledger::key_changed(const json::object& data) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("key.changed", state_->identity.station, data));
  return operation.keep();
}

Status Ledger::device_event(std::string_view type, std::string_view device, std::string_view reason,
                            const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(state_->append("device." + std::string(type), device,
                            {{"device", std::string(device)}, {"reason", std::string(reason)}}, actor));
  return operation.keep();
}

Status Ledger::accept_clock(const Actor& actor) {
  if (!state_->clock_went_back()) return ok();
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  const WallTime now = state_->ports.clock.now();
  const WallTime newest = state_->last_time;
  TRY_STATUS(state_->append("clock.stepped", state_->identity.station,
                            {{"by_ms", milliseconds(now) - milliseconds(newest)},
                             {"newest", format_rfc3339(newest)},
                             {"seen", "journal"}},
                            actor));
  TRY_STATUS(operation.keep());
  state_->last_time = now;
  return ok();
}

Status Ledger::keep_checkpoint(std::string_view note) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  TRY_STATUS(write_meta(*state_->database, "checkpoint", note));
  return operation.keep();
}

Result<std::optional<std::string>> Ledger::kept_checkpoint() {
  return find_checkpoint(*state_->database);
}

Result<JobRecord> Ledger::job(std::string_view id) {
  return find_job(*state_->database, id);
}

Result<JobCounts> Ledger::counts() {
  return count_jobs(*state_->database);
}

std::string Ledger::epoch() const {
  return state_->epoch;
}

std::string Ledger::source() const {
  return "urn:imprimatur:" + state_->identity.station;
}

Sequence Ledger::journal_size() const {
  return state_->size;
}

}  // namespace imprimatur::ledger
