#include "report/shift_report.hpp"

#include "base/json.hpp"

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

class Csv {
 public:
  void row(std::string_view section, std::string_view name, std::string_view detail, std::string_view value) {
    text_ += quoted(section) + "," + quoted(name) + "," + quoted(detail) + "," + quoted(value) + "\r\n";
  }
  void row(std::string_view section, std::string_view name, std::string_view detail, std::int64_t count) {
    row(section, name, detail, std::to_string(count));
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

Result<ShiftReport> collect_shift(ledger::LedgerReader& reader) {
  ShiftReport report;
  TRY(report.station, reader.source());
  TRY(report.log_origin, reader.origin());
  TRY(report.epoch, reader.epoch());
  TRY(report.log_size, reader.journal_size());
  TRY(report.from, time_of(reader, 0));
  TRY(report.until, time_of(reader, report.log_size - 1));
  TRY(report.jobs, reader.counts());
  TRY(report.units, reader.units());
  TRY(report.stock, reader.stock());
  TRY(report.spoil_reasons, reader.spoil_reasons());
  TRY(report.in_doubt, reader.in_doubt(kDoubtsMax));
  return report;
}

std::string shift_csv(const ShiftReport& report) {
  Csv csv;
  csv.row("section", "name", "detail", "count");
  csv.row("log", report.log_origin, "entries", static_cast<std::int64_t>(report.log_size));
  csv.row("log", report.log_origin, "epoch", report.epoch);
  csv.row("station", report.station, "from", report.from);
  csv.row("station", report.station, "until", report.until);
  for (const auto& [state, count] : report.jobs.by_state) csv.row("jobs", job::text_of(state), "", count);
  for (const auto& unit : report.units) {
    csv.row("unit", unit.unit, unit.campaign + " received", unit.received);
    csv.row("unit", unit.unit, unit.campaign + " issued", unit.issued);
  }
  for (const auto& [name, places] : report.stock) {
    std::int64_t sum = 0;
    for (const auto& [place, count] : places) {
      csv.row("blanks", name, ledger::text_of(place), count);
      sum += count;
    }
    csv.row("blanks", name, "sum = received", sum);
  }
  for (const auto& [reason, count] : report.spoil_reasons) csv.row("spoiled", reason, "", count);
  for (const auto& attempt : report.in_doubt) csv.row("in doubt", attempt.blank, attempt.question, 1);
  return csv.take();
}

}  // namespace imprimatur::report
