// Readers that hang, are unplugged or lose pcscd. A reader that fails is out of service and the others go
// on; it comes back by itself when it answers again, which a person may hasten by resuming the line.
//
// A hung call holds its thread and its PC/SC context until it returns: when the card is taken out, the reader
// unplugged or pcscd restarted. Nothing is asked of that reader before.
#include <algorithm>

#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

// The same step is begun so often at most before the card counts as uncertain.
constexpr int kTriesMax = 5;
// And so often, `reader_retry_ms` apart, while its reader cannot be reached: time to restart pcscd or to put
// a plug back in.
constexpr int kReaderTriesMax = 15;
// Before a printer that could not print is asked again whether it takes the card that waits in it.
constexpr int kPrinterRetryMs = 2000;
// A reader out of service is asked at growing intervals, so often at most; then only when the line is
// resumed.
constexpr int kProbesMax = 10;

// In use: by another program, or by pcscd itself, for a card that hung when the process before this one
// ended.
bool reader_is_lost(const TaskResult& result) {
  return result.found == Found::not_connected &&
         (result.code == "reader.gone" || result.code == "reader.service" || result.code == "reader.in_use");
}

}  // namespace

Station::Slot& Station::slot_of(Place place) {
  auto& slots = place.kind == Place::Kind::reader ? readers_ : printers_;
  return slots.at(static_cast<std::size_t>(place.device - 1));
}

// What happens when a step of a card in a reader does not come back.
Workers::Limit Station::limit_of(const CardPtr& card, int reader) {
  Workers::Limit limit;
  limit.after_ms = options_.chip_timeout_ms;
  limit.overdue = [this, card, reader] {
    readers_.at(static_cast<std::size_t>(reader)).hung = true;
    fault_reader(reader, message::kReaderHung, std::string(kHung));
    on_result(card, {Found::hung,
                     std::string(kHung),
                     "the chip did not answer in its time; what is on it is not known",
                     {}});
  };
  limit.returned = [this, reader] {
    readers_.at(static_cast<std::size_t>(reader)).hung = false;
    probe_reader(reader, 0);
  };
  return limit;
}

void Station::fault_reader(int reader, const LogMessage& message, const std::string& code) {
  Slot& slot = readers_.at(static_cast<std::size_t>(reader));
  if (!slot.fault.empty()) return;
  slot.fault = code;
  slot.probes = 0;
  ports_.log.write(message, {{"reader", slot.name},
                             {"code", code},
                             {"body", slot.card == nullptr ? std::string() : slot.card->body}});
  check(ports_.ledger.device_event("fault", slot.name, code));
}

void Station::probe_reader(int reader, int delay_ms) {
  const auto index = static_cast<std::size_t>(reader);
  auto call = [this, reader, station = devices_.readers.at(index)]() -> Report {
    TaskResult result = station->probe();
    return [this, reader, result = std::move(result)] { on_probe(reader, result); };
  };
  Workers::Limit limit;
  limit.after_ms = options_.chip_timeout_ms;
  limit.overdue = [this, index] { readers_.at(index).hung = true; };
  limit.returned = [this, reader, index] {
    readers_.at(index).hung = false;
    probe_reader(reader, 0);
  };
  later_within(readers_.at(index).name, delay_ms, std::move(call), std::move(limit));
}

void Station::on_probe(int reader, const TaskResult& result) {
  Slot& slot = readers_.at(static_cast<std::size_t>(reader));
  if (slot.fault.empty() || !halted_.empty()) return;
  if (result.found == Found::success) {
    ports_.log.write(message::kReaderBack, {{"reader", slot.name}});
    check(ports_.ledger.device_event("cleared", slot.name, slot.fault));
    slot.fault.clear();
    return balance();
  }
  if (++slot.probes < kProbesMax) probe_reader(reader, options_.reader_retry_ms << slot.probes);
}

// The same step again, or not: what a card has that was tried often enough.
Decision Station::again_or_never(Card& card, TaskResult& result, const Decision& decision) {
  if (result.found == Found::not_yet) card.retry_delay_ms = kPrinterRetryMs;
  if (decision.next != card.step || result.found == Found::not_yet) return decision;
  const bool lost = reader_is_lost(result);
  ++card.tries;
  if (card.tries < (lost ? kReaderTriesMax : kTriesMax)) {
    card.retry_delay_ms = lost ? options_.reader_retry_ms : 0;
    if (lost && card.tries == 1) {
      ports_.log.write(message::kReaderWaits, {{"reader", text_of(card.place)}, {"code", result.code}});
    }
    return decision;
  }
  if (lost) {
    const int reader = card.place.device - 1;
    fault_reader(reader, message::kReaderLost, result.code);
    probe_reader(reader, options_.reader_retry_ms);
  }
  // Nothing was begun on the blank: it is refused, or goes back when it is not to blame.
  if (card.attempt.empty()) {
    if (lost) result.found = Found::reader_lost;
    return decide(card.step, lost ? Found::reader_lost : Found::failed);
  }
  // Nothing was sent to the chip: it is no card, and the job is made again.
  if (card.step == Step::write && result.found == Found::not_connected)
    return decide(card.step, Found::failed);
  return {Record::doubt, Step::move_to_reject};
}

// A slot was closed since its body could not be moved. When the sensors see none there, a person took it out.
void Station::look_at_closed_slots() {
  const auto closed = [](const std::vector<Slot>& slots) {
    return std::any_of(slots.begin(), slots.end(), [](const Slot& slot) { return slot.closed; });
  };
  if (!closed(readers_) && !closed(printers_)) return;
  later("transport", 0, [this, transport = devices_.transport]() -> Report {
    auto places = transport->list(false);
    return [this, places = std::move(places)] {
      if (!places && places.error().code == kTransportClosing) return;
      if (!places) return stop_line(places.error().code);
      const auto open = [&](std::vector<Slot>& slots, Place::Kind kind) {
        for (std::size_t i = 0; i < slots.size(); ++i) {
          const Place here{kind, static_cast<int>(i + 1)};
          slots[i].closed =
              slots[i].closed && std::any_of(places.value().begin(), places.value().end(),
                                             [&](const CardPlace& place) { return place.place == here; });
        }
      };
      open(readers_, Place::Kind::reader);
      open(printers_, Place::Kind::printer);
      balance();
    };
  });
}

}  // namespace imprimatur::station
