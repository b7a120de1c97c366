// What people do with stock: moves, counts and shifts. The sum of promise 3 holds after each.
#include <algorithm>
#include <array>
#include <set>

#include "base/guard.hpp"
#include "ledger/ledger_state.hpp"
#include "ledger/serial_ranges.hpp"

namespace imprimatur::ledger {
namespace {

struct Move {
  StockPlace from, to;
};
// What one person may do; all else needs two, or a machine that did it.
constexpr std::array kMoves{
    Move{StockPlace::vault, StockPlace::line},          Move{StockPlace::line, StockPlace::vault},
    Move{StockPlace::vault, StockPlace::sample},        Move{StockPlace::line, StockPlace::sample},
    Move{StockPlace::vault, StockPlace::returned},      Move{StockPlace::line, StockPlace::returned},
    Move{StockPlace::quarantine, StockPlace::returned},
};

Status check_move(const BlankRecord& blank, StockPlace to) {
  const bool allowed = std::any_of(kMoves.begin(), kMoves.end(), [&](const Move& move) {
    return move.from == blank.place && move.to == to;
  });
  if (allowed || !guarded("stock.move.allowed")) return ok();
  return fail("stock.place",
              "nobody alone moves a blank from " + std::string(text_of(blank.place)) + " to " +
                  std::string(text_of(to)),
              blank.serial, "Have two people decide it, or correct the serials.");
}

// Serials of a class that are on the books in a place.
Result<std::set<std::string>> booked(Database& database, const std::string& blank_class, StockPlace place) {
  Query query(database, "SELECT serial FROM blanks WHERE class = ? AND place = ?");
  query.bind(blank_class).bind(text_of(place));
  std::set<std::string> serials;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return serials;
    serials.insert(query.text(0));
  }
}

Result<std::optional<Shift>> open_one(Database& database) {
  Query query(database, "SELECT number, opened_at FROM shifts WHERE closed IS NULL");
  TRY(auto row, query.step());
  if (!row) return std::optional<Shift>();
  return std::optional(
      Shift{query.integer(0), WallTime{std::chrono::milliseconds{query.integer(1)}}, std::nullopt});
}

// Counts of every class by place, as shift entries tell them.
Result<json::object> all_counts(Database& database) {
  Query query(database,
              "SELECT class, place, count(*) FROM blanks GROUP BY class, place ORDER BY class, place");
  json::object classes;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return classes;
    auto& places = classes[query.text(0)];
    if (!places.is_object()) places = json::object();
    places.as_object()[query.text(1)] = query.integer(2);
  }
}

// Whether each class has as many blanks on the books as were received.
Status check_balance(Database& database) {
  Query query(database,
              "SELECT class, sum(received), sum(booked) FROM ("
              "SELECT class, count AS received, 0 AS booked FROM receipts UNION ALL "
              "SELECT class, 0, 1 FROM blanks) GROUP BY class HAVING sum(received) <> sum(booked)");
  TRY(auto row, query.step());
  if (!row || !guarded("shift.close.balance")) return ok();
  return fail("shift.difference",
              "of class " + query.text(0) + " " + std::to_string(query.integer(1)) + " were received and " +
                  std::to_string(query.integer(2)) + " are on the books",
              query.text(0), "The ledger was changed by something else: tell who audits this station.");
}

// A class that has blanks on the line and was not counted there since the shift began.
Status check_counted(Database& database, Sequence opened) {
  Query query(database,
              "SELECT DISTINCT class FROM blanks WHERE place = 'line' AND class NOT IN "
              "(SELECT class FROM counts WHERE place = 'line' AND sequence > ?) ORDER BY class LIMIT 1");
  TRY(auto row, query.bind(static_cast<std::int64_t>(opened)).step());
  if (!row || !guarded("shift.close.counted")) return ok();
  return fail("shift.not_counted", "the blanks on the line were not counted in this shift", query.text(0),
              "Count them: imprimatur stock count.");
}

// A count stands for what it found: it is settled when nothing of the difference is on the books any more.
Result<std::int64_t> unsettled(Database& database, const Query& count) {
  const std::string place = count.text(1);
  TRY(auto missing, parse_json(count.text(4)));
  TRY(auto surplus, parse_json(count.text(5)));
  if (!missing.is_array() || !surplus.is_array()) return fail("ledger.store", "a count cannot be read");
  if (missing.get_array().empty() && surplus.get_array().empty()) {
    return std::abs(count.integer(2) - count.integer(3));  // only a number was counted
  }
  std::int64_t open = 0;
  TRY(auto lost, serials_of(missing.get_array()));
  for (const std::string& serial : lost) {
    TRY(auto blank, find_blank(database, serial));
    if (text_of(blank.place) == place) ++open;
  }
  TRY(auto found, serials_of(surplus.get_array()));
  for (const std::string& serial : found) {
    auto blank = find_blank(database, serial);
    if (!blank && blank.error().code != "ledger.blank_unknown") return blank.error();
    if (!blank || text_of(blank.value().place) != place) ++open;
  }
  return open;
}

Status check_counts(Database& database, Sequence opened) {
  Query query(database,
              "SELECT class, place, expected, counted, missing, surplus FROM counts WHERE sequence > ? "
              "ORDER BY class, place");
  query.bind(static_cast<std::int64_t>(opened));
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return ok();
    TRY(auto open, unsettled(database, query));
    if (open == 0 || !guarded("shift.close.settled")) continue;
    return fail("shift.difference",
                "the count of class " + query.text(0) + " in " + query.text(1) +
                    " differs from the books by " + std::to_string(open) + " blanks",
                query.text(0) + " " + query.text(1),
                "Find them and count again, or have two people write them off with a reason.");
  }
}

// What two people wrote off since the shift began: class, blanks, and the statement's sequence.
Result<json::array> written_off(Database& database, Sequence opened) {
  Query query(database,
              "SELECT entry ->> '$.data.class', entry ->> '$.data.count', entry ->> '$.data.statement' FROM "
              "(SELECT sequence, CAST(entry AS TEXT) AS entry FROM journal WHERE sequence > ? AND "
              "instr(entry, CAST('.stock.adjusted.' AS BLOB)) > 0) ORDER BY sequence LIMIT 20");
  query.bind(static_cast<std::int64_t>(opened));
  json::array list;
  for (;;) {
    TRY(auto row, query.step());
    if (!row) return list;
    list.push_back(
        json::object{{"class", query.text(0)}, {"count", query.integer(1)}, {"statement", query.integer(2)}});
  }
}

Status keep_count(Database& database, const BlankCount& count, const CountOutcome& outcome,
                  Sequence sequence) {
  Query query(database,
              "INSERT INTO counts VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (class, place) DO UPDATE SET "
              "sequence = excluded.sequence, expected = excluded.expected, counted = excluded.counted, "
              "missing = excluded.missing, surplus = excluded.surplus");
  query.bind(count.blank_class).bind(text_of(count.place)).bind(static_cast<std::int64_t>(sequence));
  query.bind(outcome.expected).bind(outcome.counted);
  query.bind(canonical_json(texts_of(ranges_of(outcome.missing))));
  query.bind(canonical_json(texts_of(ranges_of(outcome.surplus))));
  TRY_STATUS(query.run());
  return ok();
}

}  // namespace

Status Ledger::move_blanks(const std::vector<std::string>& serials, StockPlace to, std::string_view reason,
                           const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  std::map<std::pair<std::string, StockPlace>, std::vector<std::string>> groups;
  for (const std::string& serial : serials) {
    TRY(auto blank, find_blank(*state_->database, serial));
    TRY_STATUS(check_move(blank, to));
    TRY_STATUS(set_blank_place(*state_->database, serial, to));
    groups[{blank.blank_class, blank.place}].push_back(serial);
  }
  for (auto& [group, moved] : groups) {
    const json::object data{{"class", group.first},
                            {"from", std::string(text_of(group.second))},
                            {"reason", std::string(reason)},
                            {"to", std::string(text_of(to))}};
    TRY_STATUS(append_serials(*state_, {"stock.moved", group.first, data, std::move(moved), actor}));
  }
  return operation.keep();
}

Result<CountOutcome> Ledger::count_blanks(const BlankCount& count, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  if (count.number < 0) return fail("stock.count", "nobody counts less than none", "/number");
  TRY(auto books, booked(*state_->database, count.blank_class, count.place));
  CountOutcome outcome;
  outcome.expected = static_cast<std::int64_t>(books.size());
  outcome.counted = count.number;
  if (count.serials) {
    const std::set<std::string> found(count.serials->begin(), count.serials->end());
    outcome.counted = static_cast<std::int64_t>(found.size());
    std::set_difference(books.begin(), books.end(), found.begin(), found.end(),
                        std::back_inserter(outcome.missing));
    std::set_difference(found.begin(), found.end(), books.begin(), books.end(),
                        std::back_inserter(outcome.surplus));
  }
  const auto missing = ranges_of(outcome.missing);
  const auto surplus = ranges_of(outcome.surplus);
  if (missing.size() + surplus.size() > kRangesInEntry) {
    return fail("stock.count",
                "the count differs from the books in " + std::to_string(missing.size() + surplus.size()) +
                    " ranges of serials",
                "/serials", "Look whether class and place are right, then count again.");
  }
  TRY(auto sequence, state_->append("stock.counted", count.blank_class,
                                    {{"class", count.blank_class},
                                     {"count", outcome.counted},
                                     {"expected", outcome.expected},
                                     {"missing", texts_of(missing)},
                                     {"place", std::string(text_of(count.place))},
                                     {"surplus", texts_of(surplus)}},
                                    actor));
  TRY_STATUS(keep_count(*state_->database, count, outcome, sequence));
  TRY_STATUS(operation.keep());
  return outcome;
}

Result<Shift> Ledger::open_shift(std::string_view zone, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto open, open_one(database));
  if (open && guarded("shift.open.one"))
    return fail("shift.open", "shift " + std::to_string(open->number) + " is open", {}, "Close it first.");
  Query last(database, "SELECT coalesce(max(number), 0) + 1 FROM shifts");
  TRY_STATUS(last.step());
  Shift shift{last.integer(0), state_->ports.clock.now(), std::nullopt};
  TRY(auto counts, all_counts(database));
  TRY(auto sequence,
      state_->append("shift.opened", std::to_string(shift.number),
                     {{"classes", std::move(counts)}, {"shift", shift.number}, {"zone", std::string(zone)}},
                     actor));
  Query insert(database, "INSERT INTO shifts (number, opened, opened_at) VALUES (?, ?, ?)");
  insert.bind(shift.number).bind(static_cast<std::int64_t>(sequence)).bind(milliseconds(shift.opened));
  TRY_STATUS(insert.run());
  TRY_STATUS(operation.keep());
  return shift;
}

Result<Shift> Ledger::close_shift(std::string_view zone, const Actor& actor) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  TRY(auto open, open_one(database));
  if (!open) return fail("shift.none", "no shift is open", {}, "Open one: imprimatur shift open.");
  Query query(database, "SELECT opened FROM shifts WHERE number = ?");
  TRY_STATUS(query.bind(open->number).step());
  const auto opened = static_cast<Sequence>(query.integer(0));
  TRY_STATUS(check_balance(database));
  TRY_STATUS(check_counted(database, opened));
  TRY_STATUS(check_counts(database, opened));
  TRY(auto adjusted, written_off(database, opened));
  open->closed = state_->ports.clock.now();
  TRY(auto counts, all_counts(database));
  TRY(auto sequence, state_->append("shift.closed", std::to_string(open->number),
                                    {{"classes", std::move(counts)},
                                     {"difference", 0},
                                     {"opened", opened},
                                     {"shift", open->number},
                                     {"written_off", std::move(adjusted)},
                                     {"zone", std::string(zone)}},
                                    actor));
  Query update(database, "UPDATE shifts SET closed = ?, closed_at = ? WHERE number = ?");
  update.bind(static_cast<std::int64_t>(sequence)).bind(milliseconds(*open->closed)).bind(open->number);
  TRY_STATUS(update.run());
  TRY_STATUS(operation.keep());
  return *open;
}

}  // namespace imprimatur::ledger
