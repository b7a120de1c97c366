// Stock: every blank by serial, class and place.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "crypto/digest.hpp"
#include "ledger/ledger_state.hpp"
#include "ledger/schema.hpp"
#include "ledger/serial_ranges.hpp"

namespace imprimatur::ledger {
namespace {

constexpr std::size_t kReceiptRowsMax = 100000;
constexpr std::size_t kChipIdDigits = 84;  // CPLC, 42 bytes in hex

struct PlaceName {
  StockPlace place;
  std::string_view text;
};
constexpr std::array kPlaceNames{
    PlaceName{StockPlace::vault, "vault"},
    PlaceName{StockPlace::line, "line"},
    PlaceName{StockPlace::machine, "machine"},
    PlaceName{StockPlace::in_doubt, "in_doubt"},
    PlaceName{StockPlace::quarantine, "quarantine"},
    PlaceName{StockPlace::spoiled, "spoiled"},
    PlaceName{StockPlace::destroyed, "destroyed"},
    PlaceName{StockPlace::sample, "sample"},
    PlaceName{StockPlace::returned, "returned"},
    PlaceName{StockPlace::missing, "missing"},
    PlaceName{StockPlace::good_on_hand, "good_on_hand"},
    PlaceName{StockPlace::delivered, "delivered"},
};

Error bad_line(std::size_t line, std::string_view expected) {
  return fail("stock.csv", "line " + std::to_string(line) + ": expected " + std::string(expected), {},
              "Correct the receipt; nothing of it was taken.");
}

bool plain_word(std::string_view text) {
  return !text.empty() && text.size() <= 40 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
  });
}

Result<BlankRecord> parse_row(std::string_view row, std::size_t line) {
  const std::size_t first = row.find(',');
  const std::size_t second = first == std::string_view::npos ? first : row.find(',', first + 1);
  if (second == std::string_view::npos || row.find(',', second + 1) != std::string_view::npos) {
    return bad_line(line, "three columns: serial,class,chip_id");
  }
  BlankRecord blank;
  blank.serial = row.substr(0, first);
  blank.blank_class = row.substr(first + 1, second - first - 1);
  if (!plain_word(blank.serial) || !plain_word(blank.blank_class)) {
    return bad_line(line, "serial and class of letters, digits, - and _");
  }
  auto chip = from_hex(row.substr(second + 1));
  if (!chip || chip.value().size() * 2 != kChipIdDigits) return bad_line(line, "chip_id of 84 hex digits");
  blank.chip_id = to_hex(chip.value());
  return blank;
}

Result<std::vector<BlankRecord>> parse_receipt(std::string_view csv) {
  std::vector<BlankRecord> blanks;
  std::size_t line = 0;
  while (!csv.empty()) {
    const std::size_t end = std::min(csv.find('\n'), csv.size());
    std::string_view row = csv.substr(0, end);
    csv.remove_prefix(std::min(end + 1, csv.size()));
    ++line;
    if (!row.empty() && row.back() == '\r') row.remove_suffix(1);
    if (line == 1) {
      if (row != "serial,class,chip_id") return bad_line(line, "the header serial,class,chip_id");
      continue;
    }
    if (blanks.size() == kReceiptRowsMax) return bad_line(line, "at most 100,000 rows");
    TRY(auto blank, parse_row(row, line));
    blanks.push_back(std::move(blank));
  }
  if (blanks.empty()) return bad_line(line, "at least one blank");
  return blanks;
}

// Journals the receipt of a class, in as many entries as its ranges need, and keeps what was received.
Status record_receipt(Ledger::State& state, const std::string& blank_class, std::vector<std::string> serials,
                      const std::string& digest, StockPlace to, const Actor& actor) {
  const auto count = static_cast<std::int64_t>(serials.size());
  const json::object told{
      {"class", blank_class}, {"from", "outside"}, {"receipt", digest}, {"to", std::string(text_of(to))}};
  TRY(auto newest, append_serials(state, {"stock.received", blank_class, told, std::move(serials), actor}));
  Query receipt(*state.database, "INSERT INTO receipts VALUES (?, ?, ?, ?)");
  receipt.bind(digest).bind(blank_class).bind(count).bind(static_cast<std::int64_t>(newest));
  TRY_STATUS(receipt.run());
  return ok();
}

}  // namespace

std::string_view text_of(StockPlace place) {
  for (const auto& name : kPlaceNames) {
    if (name.place == place) return name.text;
  }
  return "";
}

std::optional<StockPlace> stock_place_named(std::string_view text) {
  for (const auto& name : kPlaceNames) {
    if (name.text == text) return name.place;
  }
  return std::nullopt;
}

Result<Sequence> append_serials(Ledger::State& state, SerialsEntry entry) {
  const std::vector<SerialRange> ranges = ranges_of(std::move(entry.serials));
  Sequence newest = 0;
  for (std::size_t first = 0; first < ranges.size(); first += kRangesInEntry) {
    json::array texts;
    std::int64_t count = 0;
    for (std::size_t i = first; i < std::min(ranges.size(), first + kRangesInEntry); ++i) {
      texts.emplace_back(ranges[i].text);
      count += ranges[i].count;
    }
    json::object data = entry.data;
    data["count"] = count;
    data["serials"] = std::move(texts);
    TRY(newest, state.append(entry.type, entry.subject, std::move(data), entry.actor));
  }
  return newest;
}

Result<BlankRecord> find_blank(Database& database, std::string_view serial) {
  Query query(database, "SELECT " LEDGER_BLANK_COLUMNS " FROM blanks WHERE serial = ?");
  TRY(auto row, query.bind(serial).step());
  if (!row)
    return fail("ledger.blank_unknown", "no blank with this serial was received", std::string(serial));
  return blank_of(query);
}

Status set_blank_place(Database& database, std::string_view serial, StockPlace place) {
  Query query(database, "UPDATE blanks SET place = ? WHERE serial = ?");
  TRY(auto changed, query.bind(text_of(place)).bind(serial).run());
  CHECK(changed == 1);
  return ok();
}

Result<int> Ledger::receive_blanks(std::string_view csv, const Actor& actor, StockPlace to) {
  TRY(auto blanks, parse_receipt(csv));
  if (to != StockPlace::line && to != StockPlace::vault) {
    return fail("stock.place", "blanks are taken in to the vault or to the line", "/to");
  }
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Database& database = *state_->database;
  const std::string digest = to_base64url(crypto::sha256(bytes_of(csv)));
  std::map<std::string, std::vector<std::string>> by_class;
  for (const BlankRecord& blank : blanks) {
    Query query(database, "INSERT INTO blanks VALUES (?, ?, ?, ?)");
    const auto inserted =
        query.bind(blank.serial).bind(blank.blank_class).bind(blank.chip_id).bind(text_of(to)).run();
    if (!inserted && inserted.error().code == "ledger.constraint") {
      return fail("stock.known", "a blank with this serial or chip is in stock already", blank.serial,
                  "Nothing was taken: compare the receipt with the stock.");
    }
    TRY_STATUS(inserted);
    by_class[blank.blank_class].push_back(blank.serial);
  }
  for (auto& [name, serials] : by_class) {
    TRY_STATUS(record_receipt(*state_, name, std::move(serials), digest, to, actor));
  }
  TRY_STATUS(operation.keep());
  return static_cast<int>(blanks.size());
}

Result<bool> Ledger::has_unused_blank(std::string_view blank_class) {
  Query query(*state_->database, "SELECT 1 FROM blanks WHERE class = ? AND place = 'line' LIMIT 1");
  return query.bind(blank_class).step();
}

Result<BlankRecord> Ledger::blank(std::string_view serial) {
  return find_blank(*state_->database, serial);
}

Status Ledger::quarantine_blank(std::string_view serial, std::string_view reason) {
  Operation operation(*state_);
  TRY_STATUS(operation.begun());
  Query query(*state_->database, "SELECT class, place FROM blanks WHERE serial = ?");
  TRY(auto row, query.bind(serial).step());
  if (!row)
    return fail("ledger.blank_unknown", "no blank with this serial was received", std::string(serial));
  const std::string blank_class = query.text(0);
  const std::string from = query.text(1);
  if (guarded("stock.quarantine.from_line") && from != text_of(StockPlace::line))
    return ok();  // used before: its place is already told
  TRY_STATUS(set_blank_place(*state_->database, serial, StockPlace::quarantine));
  TRY_STATUS(state_->append("stock.moved", blank_class,
                            {{"class", blank_class},
                             {"count", 1},
                             {"from", from},
                             {"reason", std::string(reason)},
                             {"serials", json::array{std::string(serial)}},
                             {"to", std::string(text_of(StockPlace::quarantine))}}));
  return operation.keep();
}

}  // namespace imprimatur::ledger
