// Printers as they describe themselves: looked at now and then, whether they print or not, so that one that
// cannot print is not given a card, tells the operator what to do, and comes back by itself. What it says
// about the card in it is another matter: print/outcome.hpp's.
#include <algorithm>

#include "base/check.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

// A printer that cannot be reached is asked at growing intervals: doubled so often at most.
constexpr int kDoublingsMax = 4;

std::string next_steps(const PrinterCondition& condition) {
  std::string text;
  for (const PrinterFinding& finding : condition.findings) {
    if (!finding.next_step.empty()) text += (text.empty() ? "" : " ") + finding.next_step;
  }
  return text;
}

std::string reasons(const PrinterCondition& condition) {
  std::string text;
  for (const PrinterFinding& finding : condition.findings)
    text += (text.empty() ? "" : ", ") + finding.reason;
  return text;
}

const LogMessage& message_of(const PrinterCondition& condition) {
  switch (condition.can()) {
    case PrinterCan::go:
      return message::kPrinterBack;
    case PrinterCan::warn:
      return message::kPrinterWarns;
    case PrinterCan::wait:
      return message::kPrinterCannot;
    case PrinterCan::stop:
      return message::kPrinterStopped;
  }
  return message::kPrinterStopped;
}

}  // namespace

void Station::look_at_printers() {
  for (std::size_t i = 0; i < printers_.size(); ++i) look_at_printer(static_cast<int>(i), 0);
}

// Begins a new row of looks; what is left of the one before ends by itself.
void Station::look_at_printer(int printer, int delay_ms) {
  const auto index = static_cast<std::size_t>(printer);
  const int turn = ++printer_watches_.at(index).turn;
  // A later look finds what has happened by then; this one runs before whatever comes to the lane from now
  // on.
  const bool empty = delay_ms == 0 && recovered_ && printers_.at(index).card == nullptr;
  const auto holds = empty ? PrintStation::Holds::nothing : PrintStation::Holds::as_known;
  later(printers_.at(index).name, delay_ms,
        [this, printer, turn, holds, station = devices_.printers.at(index)]() -> Report {
          PrinterCondition condition = station->look(holds);
          return [this, printer, turn, condition = std::move(condition)] {
            on_printer_look(printer, turn, condition);
          };
        });
}

void Station::on_printer_look(int printer, int turn, const PrinterCondition& condition) {
  if (!halted_.empty()) return;
  PrinterWatch& watch = printer_watches_.at(static_cast<std::size_t>(printer));
  if (turn != watch.turn) return;  // a newer one is on its way
  watch.unreachable_in_a_row = condition.state == "unreachable" ? watch.unreachable_in_a_row + 1 : 0;
  note_condition(printer, condition);
  if (options_.printer_look_ms > 0) {
    look_at_printer(printer, options_.printer_look_ms << std::min(watch.unreachable_in_a_row, kDoublingsMax));
  }
  balance();
}

// Log and journal are told of changes, not of looks.
void Station::note_condition(int printer, const PrinterCondition& condition) {
  const auto index = static_cast<std::size_t>(printer);
  Slot& slot = printers_.at(index);
  PrinterWatch& watch = printer_watches_.at(index);
  std::set<std::string> faults;
  for (const PrinterFinding& finding : condition.findings) {
    if (finding.can == PrinterCan::wait || finding.can == PrinterCan::stop) faults.insert(finding.reason);
  }
  for (const std::string& reason : watch.faults) {
    if (!faults.contains(reason)) check(ports_.ledger.device_event("cleared", slot.name, reason));
  }
  for (const std::string& reason : faults) {
    if (!watch.faults.contains(reason)) check(ports_.ledger.device_event("fault", slot.name, reason));
  }
  if (condition.findings != watch.condition.findings) {
    ports_.log.write(message_of(condition), {{"printer", slot.name},
                                             {"reasons", reasons(condition)},
                                             {"next_step", next_steps(condition)},
                                             {"body", slot.card == nullptr ? "" : slot.card->body}});
  }
  watch.faults = std::move(faults);
  watch.condition = condition;
  slot.fault = condition.why();
}

// A card that the printer did not bring to a good end says something about the printer: the next one gets no
// card before it was asked. One that it takes says that what was the matter is over.
void Station::look_after(const Card& card, Found found) {
  const bool turned_away = card.step == Step::reserve_print && found == Found::not_yet;
  const bool ended_badly = card.step == Step::poll && found != Found::success && found != Found::not_yet;
  const bool taken = card.step == Step::reserve_print && found == Found::success;
  if (!turned_away && !ended_badly && !taken) return;
  CHECK(card.place.kind == Place::Kind::printer);
  Slot& slot = slot_of(card.place);
  const bool known_already = taken ? slot.fault.empty() : !slot.fault.empty();
  if (known_already) return;
  slot.fault = kNotAsked;
  look_at_printer(card.place.device - 1, 0);
}

void Station::describe_printer(std::size_t printer, json::object& device) const {
  const PrinterCondition& condition = printer_watches_.at(printer).condition;
  device["state"] = condition.state.empty() ? std::string("not asked yet") : condition.state;
  device["can"] = std::string(text_of(condition.can()));
  json::array findings;
  for (const PrinterFinding& finding : condition.findings) {
    findings.push_back(json::object{{"can", std::string(text_of(finding.can))},
                                    {"next_step", finding.next_step},
                                    {"reason", finding.reason}});
  }
  device["reasons"] = std::move(findings);
  json::array supplies;
  for (const print::Supply& supply : condition.supplies) {
    json::object one{{"name", supply.name}};
    if (supply.percent >= 0) one["percent"] = supply.percent;
    supplies.push_back(std::move(one));
  }
  device["supplies"] = std::move(supplies);
}

}  // namespace imprimatur::station
