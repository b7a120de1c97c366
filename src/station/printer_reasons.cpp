#include "station/printer_reasons.hpp"

#include <algorithm>
#include <array>

#include "base/guard.hpp"

namespace imprimatur::station {
namespace {

constexpr std::size_t kReasonsMax = 32;
constexpr std::size_t kKeywordMax = 64;  // characters

// clang-format off
constexpr std::array kReasons{
    ReasonRule{"media-empty",             PrinterCan::wait, "Put blank cards into the printer's input hopper."},
    ReasonRule{"media-needed",            PrinterCan::wait, "Put blank cards into the printer's input hopper."},
    ReasonRule{"media-low",               PrinterCan::warn, "Have blank cards ready: the input hopper is nearly empty."},
    ReasonRule{"media-jam",               PrinterCan::stop, "Open the printer, take the card out, lock it away as spoiled, close the printer."},
    ReasonRule{"input-tray-missing",      PrinterCan::wait, "Put the input hopper or the cartridge back."},
    ReasonRule{"output-area-almost-full", PrinterCan::warn, "Empty the output tray soon."},
    ReasonRule{"output-area-full",        PrinterCan::wait, "Empty the output tray; count the cards."},
    ReasonRule{"output-tray-missing",     PrinterCan::wait, "Put the output tray back."},
    ReasonRule{"marker-supply-low",       PrinterCan::warn, "Have a new ribbon ready."},
    ReasonRule{"toner-low",               PrinterCan::warn, "Have a new ribbon ready."},
    ReasonRule{"marker-supply-empty",     PrinterCan::stop, "Take out a card that is half printed and lock it away as spoiled; put in a new ribbon, destroy the used one."},
    ReasonRule{"marker-supply-missing",   PrinterCan::wait, "Put a ribbon in."},
    ReasonRule{"toner-empty",             PrinterCan::stop, "Take out a card that is half printed and lock it away as spoiled; put in a new ribbon, destroy the used one."},
    ReasonRule{"marker-waste-almost-full", PrinterCan::warn, "Have a new cleaning roller or waste box ready."},
    ReasonRule{"marker-waste-full",       PrinterCan::wait, "Change the cleaning roller or waste box; destroy used ribbon."},
    ReasonRule{"cover-open",              PrinterCan::wait, "Close the printer's cover."},
    ReasonRule{"door-open",               PrinterCan::wait, "Close the printer's door."},
    ReasonRule{"interlock-open",          PrinterCan::wait, "Close the printer's cover or lock."},
    ReasonRule{"fuser-over-temp",         PrinterCan::wait, "Wait: the laminator or transfer roller cools down."},
    ReasonRule{"fuser-under-temp",        PrinterCan::wait, "Wait: the laminator or transfer roller warms up."},
    ReasonRule{"moving-to-paused",        PrinterCan::wait, "Resume the printer at its own panel."},
    ReasonRule{"paused",                  PrinterCan::wait, "Resume the printer at its own panel."},
    ReasonRule{"hold-new-jobs",           PrinterCan::wait, "Let the printer take jobs again, at its own panel or page."},
    ReasonRule{"connecting-to-device",    PrinterCan::wait, "Wait; check the printer's cable when it lasts."},
    ReasonRule{"timed-out",               PrinterCan::wait, "Check that the printer is on and connected."},
    ReasonRule{"stopping",                PrinterCan::wait, "Wait until the printer has stopped; then resume it at its own panel."},
    ReasonRule{"stopped-partly",          PrinterCan::warn, "Look at the printer's own display."},
    ReasonRule{"shutdown",                PrinterCan::wait, "Switch the printer on."},
    ReasonRule{"deactivated",             PrinterCan::wait, "Activate the printer at its own panel or page."},
    ReasonRule{"spool-area-full",         PrinterCan::wait, "Wait; delete old jobs at the printer when it lasts."},
    ReasonRule{"developer-low",           PrinterCan::warn, "Clean the printer as its manual says."},
    ReasonRule{"developer-empty",         PrinterCan::wait, "Clean the printer as its manual says."},
    ReasonRule{"opc-near-eol",            PrinterCan::warn, "Have the print head changed soon."},
    ReasonRule{"opc-life-over",           PrinterCan::warn, "Have the print head changed."},
    ReasonRule{"identify-printer-requested", PrinterCan::go, ""},
    ReasonRule{"none",                    PrinterCan::go,   ""},
};
// clang-format on

constexpr std::string_view kLookAtIt = "Look at the printer's own display.";

bool take_suffix(std::string_view& keyword, std::string_view suffix) {
  if (!keyword.ends_with(suffix) || keyword.size() == suffix.size()) return false;
  keyword.remove_suffix(suffix.size());
  return true;
}

// What a printer sends is shown and journalled: only what a keyword may have (RFC 8011 section 5.1.4).
std::string printable(std::string_view keyword) {
  std::string text(keyword.substr(0, kKeywordMax));
  for (char& c : text) {
    const bool allowed = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!allowed) c = '?';
  }
  return text;
}

PrinterFinding judge_reason(std::string_view keyword, bool stands_still) {
  const bool reported = take_suffix(keyword, "-report");
  const bool warned = !reported && take_suffix(keyword, "-warning");
  if (!reported && !warned) take_suffix(keyword, "-error");
  const auto rule = std::find_if(kReasons.begin(), kReasons.end(),
                                 [keyword](const ReasonRule& one) { return one.keyword == keyword; });
  PrinterFinding finding;
  finding.reason = printable(keyword);
  if (rule != kReasons.end()) {
    finding.can = rule->can;
    finding.next_step = rule->next_step;
  } else {
    finding.can = PrinterCan::warn;  // unknown words stop nothing by themselves
    finding.next_step = kLookAtIt;
  }
  if (stands_still) return finding;
  if (reported) finding.can = PrinterCan::go;
  if (warned) finding.can = std::min(finding.can, PrinterCan::warn);
  return finding;
}

std::string_view text_of(print::PrinterReport::State state) {
  switch (state) {
    case print::PrinterReport::State::idle:
      return "idle";
    case print::PrinterReport::State::processing:
      return "processing";
    case print::PrinterReport::State::stopped:
      return "stopped";
  }
  return "";
}

}  // namespace

std::span<const ReasonRule> reason_rules() {
  return kReasons;
}

std::string PrinterCondition::why() const {
  std::string text;
  for (const PrinterFinding& finding : findings) {
    if (finding.can == PrinterCan::go || finding.can == PrinterCan::warn) continue;
    text += (text.empty() ? "" : ", ") + finding.reason;
  }
  return text;
}

PrinterCondition judge_printer(const print::PrinterReport& report, int own_jobs) {
  const bool stands_still = report.state == print::PrinterReport::State::stopped;
  PrinterCondition condition;
  condition.state = text_of(report.state);
  condition.supplies = report.supplies;
  condition.up_time_s = report.up_time_s;
  for (std::size_t i = 0; i < std::min(report.reasons.size(), kReasonsMax); ++i) {
    PrinterFinding finding = judge_reason(report.reasons[i], stands_still);
    if (finding.reason == "none") continue;
    const auto same = std::find_if(condition.findings.begin(), condition.findings.end(),
                                   [&](const PrinterFinding& one) { return one.reason == finding.reason; });
    if (same == condition.findings.end()) {
      condition.findings.push_back(std::move(finding));
    } else {
      same->can = std::max(same->can, finding.can);
    }
  }
  if (report.jobs > own_jobs && guarded("printer.jobs_waiting")) {
    condition.findings.push_back(
        {"jobs-waiting", PrinterCan::wait,
         "Delete the jobs that wait in the printer, at its own panel or page: they would "
         "be printed onto the next card."});
  }
  const auto worst_first = [&condition] {
    std::stable_sort(condition.findings.begin(), condition.findings.end(),
                     [](const PrinterFinding& a, const PrinterFinding& b) { return a.can > b.can; });
  };
  worst_first();
  if (stands_still && condition.may_print()) {
    condition.findings.push_back({"stopped", PrinterCan::wait, std::string(kLookAtIt)});
  } else if (!report.accepting && condition.may_print()) {
    condition.findings.push_back(
        {"not-accepting-jobs", PrinterCan::wait, "Let the printer take jobs, at its own panel or page."});
  }
  worst_first();
  return condition;
}

PrinterCondition judge_printer(const Error& error) {
  PrinterCondition condition;
  const bool unsuitable = error.code == "printer.unsuitable";
  condition.state = unsuitable ? "unsuitable" : "unreachable";
  const std::string remedy = error.remedy.empty() ? std::string(kLookAtIt) : error.remedy;
  condition.findings.push_back({error.code, unsuitable ? PrinterCan::stop : PrinterCan::wait,
                                unsuitable ? error.message + " " + remedy : remedy});
  return condition;
}

std::string_view text_of(PrinterCan can) {
  switch (can) {
    case PrinterCan::go:
      return "go";
    case PrinterCan::warn:
      return "warn";
    case PrinterCan::wait:
      return "wait";
    case PrinterCan::stop:
      return "stop";
  }
  return "";
}

}  // namespace imprimatur::station
