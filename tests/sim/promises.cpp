#include "tests/sim/promises.hpp"

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::sim {
namespace {

using station::Place;

constexpr std::size_t kBrokenMax = 10;

struct Rule {
  const char* query;  // its rows are what breaks the promise
  const char* promise;
};

constexpr Rule kRules[] = {
    {"SELECT j.id FROM jobs j LEFT JOIN attempts a ON a.job = j.id GROUP BY j.id HAVING "
     "total(a.state = 'good') <> (j.state IN ('issued', 'delivered', 'recalled', 'destroyed', 'missing'))",
     "1: an issued job has one good card, no other has one"},
    {"SELECT a.id FROM attempts a JOIN attempts b ON a.job = b.job AND a.number < b.number "
     "WHERE a.state <> 'spoiled'",
     "1: a remake was begun while the card before it was not spoiled"},
    {"SELECT a.id FROM attempts a JOIN jobs j ON j.id = a.job AND a.state NOT IN ('good', 'spoiled', "
     "'missing') WHERE a.fence <> j.fence",
     "1: an open attempt has an old fence"},
    {"SELECT 1 WHERE (SELECT count(*) FROM blanks) <> (SELECT coalesce(sum(count), 0) FROM receipts)",
     "3: the stock's sum is wrong"},
    {"SELECT a.id FROM attempts a JOIN blanks b ON b.serial = a.blank WHERE b.place <> CASE a.state "
     "WHEN 'good' THEN 'good_on_hand' WHEN 'spoiled' THEN 'spoiled' WHEN 'in_doubt' THEN 'in_doubt' "
     "WHEN 'missing' THEN 'missing' ELSE 'machine' END",
     "3: a blank is not where its attempt says"},
    {"SELECT serial FROM blanks WHERE place NOT IN ('vault', 'line', 'quarantine') AND serial NOT IN "
     "(SELECT blank FROM attempts)",
     "3: a blank that was never begun counts as used"},
    {"SELECT j.id FROM jobs j LEFT JOIN attempts a ON a.job = j.id AND a.state NOT IN ('good', 'spoiled', "
     "'missing') WHERE CASE j.state WHEN 'in_progress' THEN a.state IS NULL OR a.state = 'in_doubt' "
     "WHEN 'in_doubt' THEN a.state IS NOT 'in_doubt' ELSE a.state IS NOT NULL END",
     "4: a job's state and its open attempt do not fit"},
    {"SELECT id FROM attempts WHERE state = 'in_doubt' AND coalesce(question, '') = ''",
     "4: a card is in doubt and nobody knows why"},
    {"SELECT j.id FROM jobs j WHERE j.state IN ('ready', 'held', 'claimed', 'in_progress', 'in_doubt') AND "
     "NOT EXISTS (SELECT 1 FROM personal p WHERE p.job = j.id)",
     "2: the data of a job that must still be made are gone"},
    {"SELECT state FROM (SELECT state, count(*) AS made, 0 AS told FROM jobs GROUP BY state UNION ALL "
     "SELECT state, 0, count FROM job_counts) GROUP BY state HAVING sum(made) <> sum(told)",
     "2: the count of jobs is wrong"},
};

std::string text(sqlite3_stmt* row, int column) {
  const auto* text = sqlite3_column_text(row, column);
  return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

std::string member(const json::object& object, const char* name) {
  const json::value* found = object.if_contains(name);
  return found != nullptr && found->is_string() ? std::string(found->get_string()) : std::string();
}

}  // namespace

Promises::Promises(World& world) : world_(world) {
  world_.on_chip_write() = [this](Body& body) { on_write(body); };
  for (int i = 1; i <= world_.printers(); ++i) {
    world_.printer(i).on_document = [this](const std::string& attempt, const std::string& uuid) {
      on_document(attempt, uuid);
    };
  }
  check();
}

Promises::~Promises() {
  close();
}

void Promises::close() {
  for (const auto& [query, statement] : statements_) sqlite3_finalize(statement);
  statements_.clear();
  sqlite3_close(database_);
  database_ = nullptr;
  version_ = -1;
}

void Promises::breaks(std::string what) {
  if (broken_.size() < kBrokenMax) {
    world_.note("-- BROKEN " + what);
    broken_.push_back(std::move(what));
  }
}

sqlite3_stmt* Promises::prepared(const char* query) {
  if (database_ == nullptr) {
    const int opened = sqlite3_open_v2(world_.ledger_file().c_str(), &database_,
                                       SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
    CHECK(opened == SQLITE_OK);
  }
  sqlite3_stmt*& statement = statements_[query];
  if (statement == nullptr) {
    const int outcome = sqlite3_prepare_v2(database_, query, -1, &statement, nullptr);
    if (outcome != SQLITE_OK) breaks(std::string("a query fails: ") + sqlite3_errmsg(database_));
    CHECK(outcome == SQLITE_OK);
  }
  sqlite3_reset(statement);
  return statement;
}

std::int64_t Promises::count(const char* query) {
  sqlite3_stmt* row = prepared(query);
  const std::int64_t value = sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_int64(row, 0) : -1;
  sqlite3_reset(row);
  return value;
}

void Promises::expect_no_row(const char* query, const char* promise) {
  sqlite3_stmt* row = prepared(query);
  if (sqlite3_step(row) == SQLITE_ROW) breaks(std::string(promise) + " (" + text(row, 0) + ")");
  sqlite3_reset(row);
}

void Promises::check() {
  const std::int64_t version = count("PRAGMA data_version");
  if (version != version_) {
    version_ = version;
    read_new_entries();
    for (const Rule& rule : kRules) expect_no_row(rule.query, rule.promise);
    sqlite3_stmt* row = prepared("SELECT key_id, count FROM signers");
    while (sqlite3_step(row) == SQLITE_ROW) {
      if (sqlite3_column_int64(row, 1) != signed_[text(row, 0)]) {
        breaks("9: the signer's counter is not what the log says");
      }
    }
    sqlite3_reset(row);
  }
  check_bodies();
}

void Promises::check_again() {
  close();
  sqlite3_stmt* row = prepared("SELECT sequence, entry FROM journal ORDER BY sequence");
  std::size_t there = 0;
  while (sqlite3_step(row) == SQLITE_ROW && there < entries_.size()) {
    if (text(row, 1) != entries_[there++]) breaks("7: an entry that was told was changed");
  }
  sqlite3_reset(row);
  if (there < entries_.size()) breaks("2: an entry that was told is gone");
  for (const std::string& job : jobs_) {
    sqlite3_stmt* found = prepared("SELECT 1 FROM jobs WHERE id = ?");
    sqlite3_bind_text(found, 1, job.c_str(), -1, SQLITE_TRANSIENT);
    if (sqlite3_step(found) != SQLITE_ROW) breaks("2: an acknowledged job is lost: " + job);
    sqlite3_reset(found);
  }
  check();
}

void Promises::read_new_entries() {
  sqlite3_stmt* row = prepared("SELECT sequence, entry FROM journal WHERE sequence >= ? ORDER BY sequence");
  sqlite3_bind_int64(row, 1, static_cast<std::int64_t>(entries_.size()));
  while (sqlite3_step(row) == SQLITE_ROW) {
    if (sqlite3_column_int64(row, 0) != static_cast<std::int64_t>(entries_.size())) {
      breaks("7: the journal has a gap");
      break;
    }
    entries_.push_back(text(row, 1));
    listen(parse_json_object(entries_.back()).value());
  }
  sqlite3_reset(row);
}

void Promises::listen(const json::object& entry) {
  const json::object& data = entry.at("data").as_object();
  const std::string type = member(entry, "type");
  Told& told = told_[member(data, "blank")];
  if (type == "org.imprimatur.attempt.begun.v1") {
    if (!told.job.empty()) breaks("3: a blank was begun twice: " + member(data, "blank"));
    told.job = member(data, "job");
  } else if (type == "org.imprimatur.attempt.intent.v1") {
    const std::string act = member(data, "act");
    told.acts.insert(act);
    if (act == "sign") ++signed_[member(data, "device")];
    if (act == "print") bound_.insert(member(data.at("what").as_object(), "job_uuid"));
  } else if (type == "org.imprimatur.attempt.step.v1") {
    told.steps.insert(member(data, "step"));
  } else if (type == "org.imprimatur.attempt.in_doubt.v1") {
    told.acts.insert("doubt");
  }
}

void Promises::on_write(const Body& body) {
  read_new_entries();
  const Told& told = told_[body.serial];
  if (!told.acts.contains("write") || !told.acts.contains("sign")) {
    breaks("1: a chip was written before that was on record: " + body.serial);
  }
}

void Promises::on_document(const std::string& attempt, const std::string& uuid) {
  read_new_entries();
  if (!bound_.contains(uuid)) breaks("5: a document was sent before its job-uuid was on record: " + attempt);
}

void Promises::check_bodies() {
  std::map<std::string, std::string> places;
  sqlite3_stmt* row = prepared("SELECT serial, place FROM blanks");
  while (sqlite3_step(row) == SQLITE_ROW) places[text(row, 0)] = text(row, 1);
  sqlite3_reset(row);
  std::map<std::string, int> good_of_job;
  for (const auto& body : world_.transport().bodies) {
    const auto place = places.find(body->serial);
    check_body(*body, place == places.end() ? "" : place->second, good_of_job);
  }
  for (const auto& [job, count] : good_of_job) {
    if (count > 1) breaks("1: two good cards of one job: " + job);
  }
}

// What the ledger says of a blank against what its body shows.
void Promises::check_body(const Body& body, const std::string& place,
                          std::map<std::string, int>& good_of_job) {
  const Place::Kind kind = body.place.kind;
  const Told& told = told_[body.serial];
  const bool written = body.store_data_commands > 0;
  if (written && told.job.empty()) breaks("3: a blank was written that was never begun: " + body.serial);
  if (world_.modelled() && body.store_data_commands > 1)
    breaks("1: a chip was written twice: " + body.serial);
  if (body.faces.size() > 1) breaks("1: a body was printed twice: " + body.serial);
  if (kind == Place::Kind::hopper && (written || !body.faces.empty())) {
    breaks("3: a used blank lies in the hopper: " + body.serial);
  }
  const bool complete = world_.is_closed(body) && (!world_.modelled() || body.model.job == told.job) &&
                        body.faces.size() == 1 && body.faces.front().starts_with(told.job + "/");
  if (kind == Place::Kind::output) {
    if (complete) ++good_of_job[told.job];
    if (!complete && place != "in_doubt") breaks("6: a card in the output is not complete: " + body.serial);
    if (place != "good_on_hand" && place != "in_doubt" && place != "machine") {
      breaks("3: a card in the output counts as " + place + ": " + body.serial);
    }
    if (!told.steps.contains("verified")) breaks("5: a card came out unverified: " + body.serial);
  }
  if (place == "good_on_hand" && (kind != Place::Kind::output || !complete)) {
    breaks("6: a good card is not complete in the output: " + body.serial);
  }
  if (place == "spoiled" && kind != Place::Kind::reject) {
    breaks("1: a spoiled card is not in the locked reject: " + body.serial);
  }
  if (kind == Place::Kind::reject && place == "machine" && !told.acts.contains("move")) {
    breaks("3: a card was rejected before that was on record: " + body.serial);
  }
}

std::string Promises::journal_digest() {
  read_new_entries();
  std::string all;
  for (const std::string& entry : entries_) all += entry + "\n";
  return to_hex_lower(crypto::sha256(bytes_of(all)));
}

}  // namespace imprimatur::sim
