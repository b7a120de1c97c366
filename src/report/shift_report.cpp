#include "report/shift_report.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "report/time_zone.hpp"

namespace imprimatur::report {
namespace {

Result<std::string> time_of(ledger::LedgerReader& reader, ledger::Sequence sequence) {
  TRY(auto entries, reader.journal(sequence, 1));
  if (entries.empty()) return fail("report.empty", "the journal has no entry");
  TRY(auto event, parse_json_object(entries.front().bytes));
  return member_text(event, "time");
}

std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out.push_back('"');
    out.push_back(c);
  }
  return out + "\"";
}

// Rows of one report. Figures that are counted say of which entries, cards which are their own.
class Csv {
 public:
  explicit Csv(const ShiftReport& report) : all_("0-" + std::to_string(report.log_size - 1)) {}
  void row(std::string_view section, std::string_view name, std::string_view detail, std::string_view value,
           std::string_view entries) {
    text_ += quoted(section) + "," + quoted(name) + "," + quoted(detail) + "," + quoted(value) + "," +
             quoted(entries) + "\r\n";
  }
  void fact(std::string_view name, std::string_view value) { row("log", name, value, "", all_); }
  void count(std::string_view section, std::string_view name, std::string_view detail, std::int64_t count) {
    row(section, name, detail, std::to_string(count), all_);
  }
  void card(std::string_view section, const ledger::AttemptRecord& attempt, std::string_view why) {
    std::string entries;
    for (const auto sequence : attempt.sequences) {
      entries += (entries.empty() ? "" : " ") + std::to_string(sequence);
    }
    row(section, attempt.blank, why, "1", entries);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string all_;
  std::string text_;
};

Result<ShiftReport> read_shift(ledger::LedgerReader& reader) {
  ShiftReport report;
  TRY(report.station, reader.source());
  TRY(report.log_origin, reader.origin());
  TRY(report.epoch, reader.epoch());
  TRY(report.log_size, reader.journal_size());
  if (report.log_size == 0) return fail("report.empty", "the journal has no entry");
  TRY(report.from, time_of(reader, 0));
  TRY(report.until, time_of(reader, report.log_size - 1));
  TRY(auto note, reader.kept_checkpoint());
  if (note) {
    TRY(auto parsed, audit::parse_note(*note));
    TRY(report.checkpoint, audit::parse_checkpoint(parsed.text));
  }
  TRY(report.shift, reader.last_shift());
  if (report.shift) {
    TRY_STATUS(shift_period(*report.shift));  // told now, so that the sheet cannot fail of it
  }
  TRY(report.jobs, reader.counts());
  TRY(report.units, reader.units());
  TRY(report.stock, reader.stock_balance());
  TRY(report.spoil_reasons, reader.spoil_reasons());
  TRY(report.spoiled, reader.spoiled(kCardsMax));
  TRY(report.in_doubt, reader.in_doubt(kCardsMax));
  return report;
}

}  // namespace

Result<std::string> shift_period(const ledger::ShiftSpan& span) {
  TRY(auto zone, TimeZone::named(span.zone));
  const std::string from = zone.local(span.shift.opened);
  if (!span.shift.closed) return from + ", open, " + span.zone;
  const auto minutes =
      std::chrono::duration_cast<std::chrono::minutes>(*span.shift.closed - span.shift.opened).count();
  const std::string rest = std::to_string(minutes % 60);
  return from + " to " + zone.local(*span.shift.closed) + ", " + std::to_string(minutes / 60) + " h " +
         (rest.size() < 2 ? "0" : "") + rest + " min, " + span.zone;
}

bool is_balanced(const ShiftReport& report) {
  return std::all_of(report.stock.begin(), report.stock.end(),
                     [](const ledger::StockBalance& balance) { return balance.difference() == 0; });
}

Result<ShiftReport> collect_shift(ledger::LedgerReader& reader) {
  TRY_STATUS(reader.begin_snapshot());
  auto report = read_shift(reader);
  reader.end_snapshot();
  return report;
}

std::string shift_csv(const ShiftReport& report) {
  Csv csv(report);
  csv.row("section", "name", "detail", "count", "entries");
  csv.fact("station", report.station);
  csv.fact("origin", report.log_origin);
  csv.fact("epoch", report.epoch);
  csv.fact("from", report.from);
  csv.fact("until", report.until);
  if (report.shift) {
    const auto& span = *report.shift;
    const std::string entries =
        std::to_string(span.opened) + (span.closed ? "-" + std::to_string(*span.closed) : std::string());
    csv.row("shift", std::to_string(span.shift.number), shift_period(span).value(), "", entries);
  }
  if (report.checkpoint) {
    csv.fact("signed size", std::to_string(report.checkpoint->size));
    csv.fact("signed root", to_base64(report.checkpoint->root));
  }
  for (const auto& [state, count] : report.jobs.by_state) csv.count("jobs", job::text_of(state), "", count);
  for (const auto& unit : report.units) {
    csv.count("unit", unit.unit, unit.campaign + " received", unit.received);
    csv.count("unit", unit.unit, unit.campaign + " issued", unit.issued);
  }
  for (const auto& balance : report.stock) {
    csv.count("blanks", balance.blank_class, "received", balance.received);
    for (const auto& [place, count] : balance.by_place) {
      csv.count("blanks", balance.blank_class, ledger::text_of(place), count);
    }
    csv.count("blanks", balance.blank_class, "difference", balance.difference());
  }
  for (const auto& [reason, count] : report.spoil_reasons) csv.count("spoil reason", reason, "", count);
  csv.count("spoiled", "", "all", report.jobs.blanks_spoiled);
  for (const auto& attempt : report.spoiled) csv.card("spoiled", attempt, attempt.reject_reason);
  csv.count("in doubt", "", "all", report.jobs.blanks_in_doubt);
  for (const auto& attempt : report.in_doubt) csv.card("in doubt", attempt, attempt.question);
  return csv.take();
}

}  // namespace imprimatur::report
