#include "tests/sim/seeded_run.hpp"

#include <algorithm>
#include <array>

#include "tests/sim/disk_trouble.hpp"
#include "tests/sim/line_trouble.hpp"
#include "tests/sim/promises.hpp"
#include "tests/sim/seeded_openssl.hpp"

namespace imprimatur::sim {
namespace {

using namespace std::chrono_literals;
using station::Place;

constexpr int kTurnsMax = 30000;
constexpr int kVisitsMax = 80;     // of the operators at the end of the day, until all is cleared up
constexpr int kPatientVisits = 6;  // then what is still held is cancelled
constexpr int kRemakesMax = 2;     // of the product
constexpr int kStopsMax = 4;       // by the disk, before somebody looks after it
constexpr int kPrinterLookMs = 20'000;
constexpr auto kPatience = 2h;  // with cards that wait, once nothing more is on the agenda

std::string time_text(SteadyTime when) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(when - SteadyTime{}).count();
  return std::to_string(seconds / 3600) + "h" + std::to_string(seconds / 60 % 60) + "m" +
         std::to_string(seconds % 60) + "s";
}

WorldSize size_of(std::uint64_t seed, const SeededOptions& options, SimulatedDisk& disk) {
  Dice dice(seed * 7 + 3);
  WorldSize size;
  size.readers = dice.between(1, 4);
  size.printers = dice.between(1, 2);
  size.seed = seed;
  size.modelled_chips = !options.real_chips;
  size.disk = &disk;
  if (options.line_stops) size.printer_look_ms = kPrinterLookMs;
  return size;
}

class SeededRun {
 public:
  SeededRun(std::uint64_t seed, const SeededOptions& options)
      : plan_(seed * 13 + 1),
        disk_trouble_(seed * 29 + 5, disk_),
        options_(options),
        world_(size_of(seed, options, disk_)),
        line_trouble_(seed * 31 + 7, world_),
        promises_(world_) {}

  SeededResult run();

 private:
  void plan_day();
  void plan_trouble();
  void plan_people();
  void plan_disk_trouble();
  void plan_line_trouble();
  void at(std::chrono::seconds when, std::string what, std::function<void()> action);
  void go_on();  // one turn, or what is next on the agenda
  void come_up();
  void start_again();
  void check_stop();
  void mend_disk();
  void submit(int count);
  void visit();
  void resume();
  void clear_slots();
  void resolve_doubts();
  void resolve(const std::string& attempt, const std::string& serial);
  void release_held(bool cancel);
  void try_stale_finish();
  void act_on_some_job();
  bool busy();
  bool all_done();
  void note(const std::string& what) { world_.note("-- " + time_text(world_.clock().steady()) + " " + what); }
  std::vector<std::vector<std::string>> rows(const std::string& query);

  SimulatedDisk disk_;
  Dice plan_;
  DiskTrouble disk_trouble_;
  SeededOptions options_;
  World world_;
  LineTrouble line_trouble_;
  Promises promises_;
  std::multimap<SteadyTime, std::pair<std::string, std::function<void()>>> agenda_;
  int syncs_until_cut_ = 0;  // 0: none is planned
  int move_trouble_ = 0;     // in a thousand
  int statements_ = 0;
  int stops_in_a_row_ = 0;  // by the disk, since somebody looked after it
  SteadyTime patient_until_{};
  SeededResult result_;
};

void SeededRun::at(std::chrono::seconds when, std::string what, std::function<void()> action) {
  agenda_.emplace(world_.clock().steady() + when, std::pair{std::move(what), std::move(action)});
}

std::vector<std::vector<std::string>> SeededRun::rows(const std::string& query) {
  sqlite3* database = nullptr;
  std::vector<std::vector<std::string>> found;
  CHECK(sqlite3_open_v2(world_.ledger_file().c_str(), &database, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        nullptr) == SQLITE_OK);
  sqlite3_stmt* row = nullptr;
  CHECK(sqlite3_prepare_v2(database, query.c_str(), -1, &row, nullptr) == SQLITE_OK);
  while (sqlite3_step(row) == SQLITE_ROW) {
    auto& columns = found.emplace_back();
    for (int i = 0; i < sqlite3_column_count(row); ++i) {
      const auto* text = sqlite3_column_text(row, i);
      columns.emplace_back(text == nullptr ? "" : reinterpret_cast<const char*>(text));
    }
  }
  sqlite3_finalize(row);
  sqlite3_close(database);
  return found;
}

// -- the plan ------------------------------------------------------------------------------------------

void SeededRun::plan_trouble() {
  const int mood = plan_.below(4);  // 0: everything works
  world_.chip_trouble() = {.no_answer = 6 * mood,
                           .torn = 8 * mood,
                           .mute = 4 * mood,
                           .hang = 3 * mood,
                           .slow = 4 * mood,
                           .bad = 5 * mood};
  move_trouble_ = 4 * mood;
  world_.transport().on_move = [this](Body&, Place) {
    if (plan_.below(1000) >= move_trouble_) return MoveFault::none;
    return static_cast<MoveFault>(plan_.between(1, 4));
  };
  for (int printer = 1; printer <= world_.printers(); ++printer) {
    for (int i = 0; i < 60; ++i) {
      const bool fault = plan_.below(100) < 6 * mood;
      world_.printer(printer).faults.push_back(fault ? static_cast<PrintFault>(plan_.between(1, 9))
                                                     : PrintFault::none);
    }
  }
  disk_.on_call = [this](DiskCall call) {
    if (call == DiskCall::sync && syncs_until_cut_ > 0 && --syncs_until_cut_ == 0) {
      disk_.cut_power();
      note("the power goes in a commit");
    }
    return disk_trouble_.on_call(call);
  };
  if (options_.disk_faults) plan_disk_trouble();
  if (options_.line_stops) plan_line_trouble();
  const int crashes = mood == 0 ? plan_.below(2) : plan_.below(4);
  for (int i = 0; i < crashes; ++i) {
    at(std::chrono::seconds(plan_.below(5400)), "a crash is due", [this] {
      if (plan_.one_in(2)) {
        syncs_until_cut_ = plan_.between(1, 12);
      } else {
        world_.crash_after({plan_.between(1, 12), plan_.one_in(2)});
      }
    });
  }
  if (mood == 0) return;
  for (int i = plan_.below(3); i > 0; --i) {
    at(std::chrono::seconds(plan_.below(5400)), "a reader is lost", [this] {
      auto& reader = world_.reader_device(plan_.between(1, world_.readers()));
      reader.lost_until = world_.clock().steady() + std::chrono::seconds(plan_.between(1, 300));
    });
  }
  if (plan_.one_in(3)) {
    at(std::chrono::seconds(plan_.below(5400)), "the clock jumps", [this] {
      constexpr std::array kJumps{-86400, -7200, -60, -1, 30, 3600};
      world_.clock().set_wall_by(std::chrono::seconds(kJumps[static_cast<std::size_t>(plan_.below(6))]));
    });
  }
}

// The last one is over when the day ends: the operators have made room by then.
void SeededRun::plan_disk_trouble() {
  for (int i = disk_trouble_.dice().between(1, 3); i > 0; --i) {
    at(std::chrono::seconds(disk_trouble_.dice().below(5400)), "the disk begins to fail",
       [this] { note(disk_trouble_.begin()); });
  }
}

// Each trouble is looked after before long, at the latest when the operators come.
void SeededRun::plan_line_trouble() {
  for (int i = line_trouble_.dice().between(1, 5); i > 0; --i) {
    at(std::chrono::seconds(line_trouble_.dice().below(5400)), "the line begins to fail", [this] {
      note(line_trouble_.begin());
      at(std::chrono::seconds(line_trouble_.dice().between(20, 1500)), "a person looks after the line",
         [this] { line_trouble_.end(); });
    });
  }
}

void SeededRun::plan_people() {
  for (int i = 1; i <= 4; ++i) {
    at(std::chrono::minutes(25 * i + plan_.below(10)), "the operators come", [this] { visit(); });
  }
  for (int i = plan_.below(3); i > 0; --i) {
    at(std::chrono::seconds(plan_.below(5000)), "pause", [this] { world_.pause(true); });
  }
  for (int i = plan_.below(4); i > 0; --i) {
    at(std::chrono::seconds(plan_.below(5400)), "somebody acts on a job", [this] { act_on_some_job(); });
    at(std::chrono::seconds(plan_.below(5400)), "a stale finish comes", [this] { try_stale_finish(); });
  }
}

void SeededRun::plan_day() {
  const int batches = plan_.between(1, 4);
  const int batch = options_.real_chips ? 2 : plan_.between(1, 5);
  const int blanks = batches * batch + plan_.below(6);
  world_.add_blanks(std::max(1, blanks / 2));
  if (plan_.one_in(4)) world_.add_counterfeits(plan_.between(1, 2));
  if (plan_.one_in(6) && !options_.real_chips) world_.add_swapped_blanks();
  world_.add_blanks(std::max(1, blanks / 4));
  if (plan_.one_in(6) && !options_.real_chips) world_.add_copied_blank();
  if (plan_.one_in(3)) {
    world_.add_blanks(2, false);  // their receipt comes late
    at(std::chrono::seconds(plan_.below(5400)), "a receipt comes late", [this] { world_.receive(); });
  }
  if (plan_.one_in(3)) {
    auto& bodies = world_.transport().bodies;
    bodies[static_cast<std::size_t>(plan_.below(static_cast<int>(bodies.size())))]->model.worn = true;
  }
  for (int i = 0; i < batches; ++i) {
    at(std::chrono::seconds(plan_.below(5000)), "jobs come", [this, batch] { submit(batch); });
  }
  at(std::chrono::seconds(plan_.between(600, 5000)), "blanks come", [this] { world_.add_blanks(6); });
  plan_trouble();
  plan_people();
}

// -- what people and clients do ------------------------------------------------------------------------

void SeededRun::submit(int count) {
  std::vector<std::string> ids = world_.submit(count);
  if (world_.crashed()) {  // no answer came: the queue hands the same jobs over again
    world_.submit_again(count);
    at(20s, "jobs come again", [this, count] { submit(count); });
    return;
  }
  for (const auto& id : ids) promises_.acknowledged(id);
}

void SeededRun::clear_slots() {
  const json::object snapshot = world_.station().snapshot();
  for (const auto& device : snapshot.at("devices").as_array()) {
    const std::string doing(device.at("doing").as_string());
    if (!doing.starts_with("closed")) continue;
    const Place place = station::place_named(std::string(device.at("name").as_string())).value();
    Body* body = world_.transport().at(place);
    if (body == nullptr) continue;
    const bool unused = rows("SELECT 1 FROM attempts WHERE blank = '" + body->serial + "'").empty();
    note("a person takes " + body->serial + " out of " + station::text_of(place));
    body->place = {unused ? Place::Kind::hopper : Place::Kind::reject, 0};
    world_.workers().end_hang(station::text_of(place));
  }
}

void SeededRun::resolve_doubts() {
  for (const auto& row : rows("SELECT id, blank FROM attempts WHERE state = 'in_doubt'")) {
    if (world_.crashed()) return;
    resolve(row[0], row[1]);
  }
}

// Two people look at the card: good only after complete verification now (design section 4).
void SeededRun::resolve(const std::string& attempt, const std::string& serial) {
  Body* body = world_.transport().find(serial);
  if (world_.station().idle() && !world_.transport().is_lost(*body) &&
      (body->place.kind == Place::Kind::reader || body->place.kind == Place::Kind::printer)) {
    // No sensor showed it when the station began; a person who looks for it finds it.
    note("a person finds " + serial + " in " + station::text_of(body->place));
    body->place = {Place::Kind::reject, 0};
  }
  const bool in_hand = body->place.kind == Place::Kind::reject || body->place.kind == Place::Kind::output;
  const bool gone = world_.transport().is_lost(*body) && !in_hand;
  if (!in_hand && !gone) return;  // on its way
  const std::string job = attempt.substr(0, attempt.find('/'));
  const bool complete = world_.is_closed(*body) && (options_.real_chips || body->model.job == job) &&
                        body->faces.size() == 1 && body->faces.front() == attempt;
  const bool was_out = body->place.kind == Place::Kind::output;
  const bool good = in_hand && complete && was_out;
  if (in_hand && !good) body->place = {Place::Kind::reject, 0};
  const auto resolution = good      ? ledger::Resolution::good
                          : in_hand ? ledger::Resolution::spoiled
                                    : ledger::Resolution::missing;
  note("two people resolve " + attempt + (good ? ": good" : in_hand ? ": spoiled" : ": missing"));
  const std::string number = std::to_string(++statements_);
  world_.turn([&] {
    const auto statement = world_.ledger().accept_statement(
        {"statement-" + number, number, {{"payload", number}, {"signatures", json::array{}}}},
        {"binh", "supervisor"});
    if (!statement) return;
    const auto resolved = world_.ledger().resolve(attempt, resolution, statement.value().sequence,
                                                  kRemakesMax, {"binh", "supervisor"});
    if (!resolved && resolved.error().code != "ledger.store") {
      promises_.breaks("4: a card in doubt cannot be resolved: " + resolved.error().code);
    }
    world_.station().feed();
  });
}

void SeededRun::release_held(bool cancel) {
  for (const auto& row : rows("SELECT id FROM jobs WHERE state = 'held'")) {
    world_.turn([&] {
      const auto done = cancel ? world_.ledger().cancel(row[0], {"chi", "operator"})
                               : world_.ledger().release(row[0], {"chi", "operator"});
      if (done) world_.station().feed();
    });
    if (world_.crashed()) return;
  }
}

void SeededRun::visit() {
  disk_trouble_.end();
  line_trouble_.end();
  if (plan_.one_in(2)) world_.transport().find_again();
  clear_slots();
  world_.clock().set_wall_by(-world_.clock().wall_difference());
  resolve_doubts();
  if (!world_.crashed()) release_held(false);
  resume();
}

// As the daemon: who lets a line go on that stands for the clock answers for it.
void SeededRun::resume() {
  world_.turn([this] {
    if (world_.station().stands_for("ledger.clock")) {
      note("the operators answer for the clock");
      const auto accepted = world_.ledger().accept_clock({"binh", "supervisor"});
      if (!accepted && accepted.error().code != "ledger.store") {
        promises_.breaks("nobody can answer for the clock: " + accepted.error().code);
      }
    }
    world_.station().pause(false);
  });
}

// An answer to an old claim: it must be refused, whatever it says.
void SeededRun::try_stale_finish() {
  const auto attempts = rows("SELECT a.id, a.fence FROM attempts a ORDER BY a.id");
  if (attempts.empty()) return;
  const auto& chosen = attempts[static_cast<std::size_t>(plan_.below(static_cast<int>(attempts.size())))];
  const ledger::Ledger::AttemptKey stale{chosen[0], std::stoll(chosen[1]) - 1};
  const int what = plan_.below(4);
  world_.turn([&] {
    ledger::Ledger& ledger = world_.ledger();
    const Status done = what == 0   ? ledger.finish_good(stale)
                        : what == 1 ? ledger.finish_spoiled(stale, "late", kRemakesMax)
                        : what == 2 ? ledger.record_step(stale, job::AttemptState::verified, {})
                                    : ledger.doubt(stale, "late");
    if (done) promises_.breaks("1: a stale finish was taken: " + stale.attempt);
  });
}

void SeededRun::act_on_some_job() {
  const auto jobs = rows("SELECT id FROM jobs ORDER BY row");
  if (jobs.empty()) return;
  const std::string& job = jobs[static_cast<std::size_t>(plan_.below(static_cast<int>(jobs.size())))][0];
  const int what = plan_.below(3);
  world_.turn([&] {
    ledger::Ledger& ledger = world_.ledger();
    const Status done = what == 0   ? ledger.hold(job, {"chi", "operator"})
                        : what == 1 ? ledger.cancel(job, {"chi", "operator"})
                                    : ledger.release(job, {"chi", "operator"});
    if (!done && done.error().code != "ledger.state")
      promises_.breaks("a job's act fails: " + done.error().code);
    world_.station().feed();
  });
}

// -- the day -------------------------------------------------------------------------------------------

// A station stops by itself for one reason only, and says what is to be done.
void SeededRun::check_stop() {
  if (!disk_.powered()) return;
  const std::string halted = world_.started() ? world_.station().halted() : "";
  const auto& failure = world_.failure();
  if (halted.empty() && !failure) return;  // killed
  const bool says = failure ? failure->code == "ledger.store" && !failure->remedy.empty()
                            : halted.starts_with("ledger.store: ");
  note("it has stopped: " + (failure ? failure->code + ": " + failure->message : halted));
  if (!says) promises_.breaks("the station stops without saying why: " + halted);
  if (!disk_trouble_.was_met()) promises_.breaks("the station halted: " + halted);
  ++result_.disk_stops;
  // It may be started again as it is, and stop again soon: not for ever.
  if (++stops_in_a_row_ == kStopsMax) mend_disk();
}

// After a crash: killed, or a power cut with any image of the disk, or a start that goes wrong again.
void SeededRun::come_up() {
  ++result_.crashes;
  check_stop();
  promises_.close();
  syncs_until_cut_ = 0;
  start_again();
  if (world_.crashed() && world_.failure() && disk_.powered()) {
    check_stop();  // the disk still fails: it does not work before somebody has mended it
    mend_disk();
    start_again();
  }
  if (!world_.started()) return promises_.breaks("it does not start on a sound disk");
  promises_.check_again();
  if (!world_.crashed() && plan_.one_in(4)) world_.crash_after({plan_.between(1, 3), plan_.one_in(2)});
}

void SeededRun::start_again() {
  if (!disk_.powered() || plan_.one_in(2)) {
    note("the power comes back");
    world_.restart_from(disk_.image(plan_.engine()));
  } else {
    note("the process starts again");
    world_.restart_killed();
  }
}

void SeededRun::mend_disk() {
  world_.workers().wait_until(world_.clock().steady() +
                              std::chrono::minutes(disk_trouble_.dice().between(1, 60)));
  note("a person makes room on the disk, or puts another in its place");
  disk_trouble_.end();
  stops_in_a_row_ = 0;
}

void SeededRun::go_on() {
  ++result_.turns;
  // A cut in a checkpoint after the commit: SQLite says nothing of it, and there is no machine any more.
  const bool crashed = world_.crashed() || !disk_.powered();
  if (crashed) return come_up();
  const auto due = world_.workers().next_due();
  if (!agenda_.empty() && (!due || agenda_.begin()->first <= *due)) {
    auto next = agenda_.extract(agenda_.begin());
    world_.workers().wait_until(next.key());
    note(next.mapped().first);
    next.mapped().second();
  } else {
    world_.run_turns(1);
  }
  if (!world_.crashed() && disk_.powered()) promises_.check();
}

bool SeededRun::all_done() {
  return promises_.count(
             "SELECT count(*) FROM jobs WHERE state IN ('ready', 'held', 'claimed', "
             "'in_progress', 'in_doubt')") == 0 &&
         world_.station().idle();
}

// Printers that are looked at leave the workers never without a call: then it is cards that count.
bool SeededRun::busy() {
  if (!agenda_.empty()) patient_until_ = world_.clock().steady() + kPatience;
  if (!agenda_.empty() || world_.crashed() || !disk_.powered()) return true;
  if (!options_.line_stops) return world_.workers().next_due().has_value();
  return !world_.station().idle() && world_.clock().steady() < patient_until_;
}

SeededResult SeededRun::run() {
  plan_day();
  while (busy() && result_.turns < kTurnsMax && promises_.broken().empty()) go_on();
  // The end of the day: nothing more goes wrong, and everything is cleared up.
  note("the end of the day");
  world_.chip_trouble() = {};
  disk_trouble_.end();
  line_trouble_.end();
  move_trouble_ = 0;
  for (int i = 1; i <= world_.printers(); ++i) world_.printer(i).faults.clear();
  for (int visits = 0; visits < kVisitsMax && !all_done() && promises_.broken().empty(); ++visits) {
    const bool impatient = visits > kPatientVisits;
    at(10min, "the operators come", [this, impatient] {
      world_.transport().find_again();
      visit();
      world_.add_blanks(4);
      if (impatient && !world_.crashed()) release_held(true);
    });
    while (busy() && result_.turns < kTurnsMax && promises_.broken().empty()) go_on();
  }
  if (promises_.broken().empty() && !all_done()) {
    std::string left;
    for (const auto& row : rows("SELECT id, state FROM jobs WHERE state NOT IN ('issued', 'failed', "
                                "'cancelled')")) {
      left += " " + row[0].substr(24) + "=" + row[1];
    }
    promises_.breaks("the day never ends:" + left);
  }
  result_.issued = static_cast<int>(promises_.count("SELECT count(*) FROM jobs WHERE state = 'issued'"));
  result_.spoiled =
      static_cast<int>(promises_.count("SELECT count(*) FROM attempts WHERE state = 'spoiled'"));
  result_.doubts = statements_;
  result_.journal_digest = promises_.journal_digest();
  result_.lasted = std::chrono::duration_cast<std::chrono::seconds>(world_.clock().steady() - SteadyTime{});
  result_.broken = promises_.broken();
  if (!result_.broken.empty()) result_.trace = world_.trace();
  promises_.close();
  disk_.on_call = nullptr;
  return result_;
}

}  // namespace

SeededResult run_seed(std::uint64_t seed, const SeededOptions& options) {
  const SeededOpenSsl chance(seed * 17 + 11);
  return SeededRun(seed, options).run();
}

}  // namespace imprimatur::sim
