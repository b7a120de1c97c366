// The shift report on paper.
#include <algorithm>

#include "base/encoding.hpp"
#include "report/sheet.hpp"
#include "report/shift_report.hpp"

namespace imprimatur::report {
namespace {

using Weight = Sheet::Weight;

const Columns kCount{{Sheet::kLeft, 440}, {440, Sheet::kRight, true}};
const Columns kUnits{{Sheet::kLeft, 230}, {240, 400}, {400, 470, true}, {470, Sheet::kRight, true}};
const Columns kCards{{Sheet::kLeft, 180}, {186, 350}, {356, 450}, {450, Sheet::kRight, true}};

// "2026-11-24T08:00:00.000Z" for people.
std::string time_text(std::string text) {
  if (text.size() < 19) return text;
  text[10] = ' ';
  return text.substr(0, 19) + " UTC";
}

// "good_on_hand" for people.
std::string words(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// Where the journal tells of the card: each step is an entry, others' may stand between.
std::string entries_of(const ledger::AttemptRecord& attempt) {
  if (attempt.sequences.empty()) return "";
  const auto [first, last] = std::minmax_element(attempt.sequences.begin(), attempt.sequences.end());
  return std::to_string(*first) + " to " + std::to_string(*last);
}

void add_facts(Sheet& sheet, const ShiftReport& report) {
  sheet.fact("Period", time_text(report.from) + " to " + time_text(report.until));
  if (report.shift) {
    sheet.fact("Shift " + std::to_string(report.shift->shift.number), shift_period(*report.shift).value());
  }
  sheet.fact("Log", report.log_origin);
  sheet.fact("Epoch", report.epoch);
  sheet.fact("Figures are of", "entries 0 to " + std::to_string(report.log_size - 1));
  if (report.checkpoint) {
    sheet.fact("Last signed", "size " + std::to_string(report.checkpoint->size) + ", root " +
                                  to_base64(report.checkpoint->root));
  } else {
    sheet.fact("Last signed", "no checkpoint yet");
  }
}

void add_jobs(Sheet& sheet, const ShiftReport& report) {
  sheet.section("Jobs", kCount, {"State", "Jobs"});
  std::int64_t sum = 0;
  for (const auto& [state, count] : report.jobs.by_state) {
    sheet.row(kCount, {words(job::text_of(state)), std::to_string(count)});
    sum += count;
  }
  sheet.row(kCount, {"all", std::to_string(sum)}, Weight::strong);
}

void add_units(Sheet& sheet, const ShiftReport& report) {
  sheet.section("Units", kUnits, {"Unit", "Campaign", "Received", "Issued"});
  std::int64_t received = 0, issued = 0;
  for (const auto& unit : report.units) {
    sheet.row(kUnits, {unit.unit, unit.campaign, std::to_string(unit.received), std::to_string(unit.issued)});
    received += unit.received;
    issued += unit.issued;
  }
  sheet.row(kUnits, {"all, without refused jobs", "", std::to_string(received), std::to_string(issued)},
            Weight::strong);
}

void add_stock(Sheet& sheet, const ShiftReport& report) {
  for (const auto& balance : report.stock) {
    sheet.section("Blanks of class " + balance.blank_class, kCount, {"Place", "Blanks"});
    std::int64_t sum = 0;
    for (const auto& [place, count] : balance.by_place) {
      sheet.row(kCount, {words(ledger::text_of(place)), std::to_string(count)});
      sum += count;
    }
    sheet.row(kCount, {"in all places", std::to_string(sum)}, Weight::strong);
    sheet.row(kCount, {"received", std::to_string(balance.received)});
    if (balance.difference() != 0) {
      sheet.row(kCount, {"DIFFERENCE: not accounted for", std::to_string(balance.difference())},
                Weight::strong);
    }
  }
}

void add_more(Sheet& sheet, std::int64_t all, std::size_t shown) {
  const std::int64_t more = all - static_cast<std::int64_t>(shown);
  if (more > 0) sheet.sentence("and " + std::to_string(more) + " more: the journal names each of them");
}

void add_spoiled(Sheet& sheet, const ShiftReport& report) {
  if (report.spoiled.empty()) {
    sheet.section("Spoiled cards", {}, {});
    sheet.sentence("none");
    return;
  }
  sheet.section("Spoiled cards, by reason", kCount, {"Reason", "Blanks"});
  for (const auto& [reason, count] : report.spoil_reasons) {
    sheet.row(kCount, {reason, std::to_string(count)});
  }
  sheet.row(kCount, {"all", std::to_string(report.jobs.blanks_spoiled)}, Weight::strong);
  sheet.section("Spoiled cards", kCards, {"Blank", "Reason", "Line", "Entries"});
  for (const auto& attempt : report.spoiled) {
    sheet.row(kCards, {attempt.blank, attempt.reject_reason, attempt.line, entries_of(attempt)});
  }
  add_more(sheet, report.jobs.blanks_spoiled, report.spoiled.size());
}

void add_doubts(Sheet& sheet, const ShiftReport& report) {
  if (report.in_doubt.empty()) {
    sheet.section("Cards in doubt", {}, {});
    sheet.sentence("none");
    return;
  }
  sheet.section("Cards in doubt: two people decide", kCards, {"Blank", "Question", "Line", "Entries"});
  for (const auto& attempt : report.in_doubt) {
    sheet.row(kCards, {attempt.blank, attempt.question, attempt.line, entries_of(attempt)});
  }
  add_more(sheet, report.jobs.blanks_in_doubt, report.in_doubt.size());
}

}  // namespace

Result<Bytes> shift_pdf(const ShiftReport& report, const print::FontSet& fonts) {
  TRY(auto sheet, Sheet::create(fonts));
  sheet->title("Shift report", report.station);
  add_facts(*sheet, report);
  add_jobs(*sheet, report);
  add_units(*sheet, report);
  add_stock(*sheet, report);
  add_spoiled(*sheet, report);
  add_doubts(*sheet, report);
  sheet->signatures(is_balanced(report)
                        ? "Every blank that was received is accounted for above. Seen and signed:"
                        : "NOT every blank that was received is accounted for above. Seen and signed:",
                    {"Operator: name, date and time", "Supervisor: name, date and time"});
  return sheet->finish("Shift report, " + report.log_origin + ", entries 0 to " +
                       std::to_string(report.log_size - 1));
}

}  // namespace imprimatur::report
