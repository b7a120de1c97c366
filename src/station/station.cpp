#include "station/station.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/guard.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

bool before_print(Step step) {
  switch (step) {
    case Step::take:
    case Step::identify:
    case Step::write:
    case Step::inspect:
    case Step::look_at_chip:
    case Step::wait_for_printer:
    case Step::move_to_printer:
    case Step::return_blank:
      return true;
    case Step::reserve_print:
    case Step::send:
    case Step::poll:
    case Step::wait_for_reader:
    case Step::move_to_reader:
    case Step::reread:
    case Step::read_face:
    case Step::move_to_output:
    case Step::move_to_reject:
    case Step::done:
      return false;
  }
  return false;
}

}  // namespace

Station::Station(Ports ports, StationDevices devices, ProductLines products, StationOptions options)
    : ports_(ports),
      devices_(std::move(devices)),
      products_(std::move(products)),
      options_(std::move(options)) {
  CHECK(devices_.transport != nullptr && !devices_.readers.empty() && !devices_.printers.empty());
  for (const auto& [name, line] : products_) CHECK(!line->product.face_reader || !devices_.faces.empty());
  for (std::size_t i = 1; i <= devices_.readers.size(); ++i)
    readers_.push_back(Slot{.name = "reader-" + std::to_string(i)});
  for (std::size_t i = 1; i <= devices_.printers.size(); ++i)
    printers_.push_back(Slot{.name = "printer-" + std::to_string(i), .fault = std::string(kNotAsked)});
  printer_watches_.resize(printers_.size());
}

Station::~Station() = default;

void Station::start_decided() {
  std::vector<Decided> starting;
  starting.swap(decided_);
  for (auto& decided : starting) {
    if (decided.limit) {
      ports_.workers.run_within(decided.lane, decided.delay_ms, std::move(decided.call),
                                std::move(*decided.limit));
    } else {
      ports_.workers.run_later(decided.lane, decided.delay_ms, std::move(decided.call));
    }
  }
}

void Station::feed() {
  out_of_blanks_.clear();
  balance();
}

void Station::pause(bool paused) {
  paused_ = paused;
  if (paused) return;
  standing_cause_.clear();
  key_refusals_in_a_row_ = 0;
  blanks_refused_in_a_row_ = 0;
  look_at_closed_slots();
  for (std::size_t i = 0; i < readers_.size(); ++i) {
    readers_[i].probes = 0;
    // A call that has not come back holds the reader: asking it would hang the same.
    if (!readers_[i].fault.empty() && !readers_[i].hung) probe_reader(static_cast<int>(i), 0);
  }
  if (recovered_) look_at_printers();
  feed();
}

void Station::set_room(bool enough) {
  if (no_room_ == !enough) return;
  no_room_ = !enough;
  ports_.log.write(enough ? message::kRoomAgain : message::kNoRoom, {{"line", options_.line}});
  check(ports_.ledger.device_event(enough ? "cleared" : "fault", "disk", "station.no_room"));
  if (enough) feed();
}

int Station::free_slot(const std::vector<Slot>& slots) const {
  for (std::size_t i = 0; i < slots.size(); ++i) {
    if (slots[i].card == nullptr && !slots[i].closed && slots[i].fault.empty()) return static_cast<int>(i);
  }
  return -1;
}

void Station::occupy(Card& card, Place place) {
  Slot& slot = slot_of(place);
  CHECK(slot.card == nullptr || slot.card == &card);
  slot.card = &card;
}

// Frees every device that is held for the card but the one it stands in.
void Station::vacate(Card& card) {
  const auto clear = [&card](std::vector<Slot>& slots, Place::Kind kind) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Place here{kind, static_cast<int>(i + 1)};
      if (slots[i].card == &card && !(card.place == here)) slots[i].card = nullptr;
    }
  };
  clear(readers_, Place::Kind::reader);
  clear(printers_, Place::Kind::printer);
}

// Printed cards go first, then written ones, then new blanks: what is nearest to the output frees most.
void Station::balance() {
  if (!recovered_ || !halted_.empty()) return;
  for (int reader = free_slot(readers_); reader >= 0 && !waiting_for_reader_.empty();
       reader = free_slot(readers_)) {
    const CardPtr card = waiting_for_reader_.front();
    waiting_for_reader_.pop_front();
    card->target = {Place::Kind::reader, reader + 1};
    occupy(*card, card->target);
    on_result(card, success());
  }
  for (int printer = free_slot(printers_); printer >= 0 && !waiting_for_printer_.empty();
       printer = free_slot(printers_)) {
    const CardPtr card = waiting_for_printer_.front();
    waiting_for_printer_.pop_front();
    card->target = {Place::Kind::printer, printer + 1};
    occupy(*card, card->target);
    on_result(card, success());
  }
  for (int reader = free_slot(readers_); reader >= 0 && may_feed(); reader = free_slot(readers_)) {
    if (!feed_reader(reader)) break;
  }
}

// One reader is always left for printed cards: with every reader holding a card that waits for a printer, and
// every printer one that waits for a reader, the line would stand for ever.
bool Station::may_feed() const {
  if (draining_ || paused_ || (no_room_ && guarded("station.room"))) return false;
  const auto open = std::count_if(readers_.begin(), readers_.end(),
                                  [](const Slot& slot) { return !slot.closed && slot.fault.empty(); });
  if (open == 1) return cards_.empty();
  const auto unprinted = std::count_if(cards_.begin(), cards_.end(),
                                       [](const CardPtr& card) { return before_print(card->step); });
  return unprinted + 1 < open || !guarded("station.reader_left");
}

// False when there is no job that could be made now.
bool Station::feed_reader(int reader) {
  std::vector<std::string> makeable;
  for (const auto& [name, line] : products_) {
    const std::string& blank_class = line->product.blank_class;
    if (out_of_blanks_[blank_class]) continue;
    auto received = ports_.ledger.has_unused_blank(blank_class);
    if (!received) check(received.error());
    // What was not received is not fed: the line waits instead of throwing good blanks into the reject.
    if (received && received.value()) makeable.push_back(name);
  }
  if (makeable.empty()) return false;
  auto claim = ports_.ledger.claim_next(makeable);
  if (!claim) {
    check(claim.error());
    return false;
  }
  if (!claim.value()) return false;
  auto card = std::make_shared<Card>();
  card->claim = *claim.value();
  card->line = products_.at(card->claim.product);
  if (!prepare(card, reader)) return false;
  if (!first_claim_) first_claim_ = ports_.clock.now();
  card->target = {Place::Kind::reader, reader + 1};
  occupy(*card, card->target);
  cards_.push_back(card);
  enter(card, Step::take);
  return true;
}

void Station::on_result(const CardPtr& card, TaskResult result) {
  if (!halted_.empty()) return;
  if (card->step == Step::identify && result.found == Found::success && !card->prepared) {
    card->identified = std::move(result);  // begun as soon as the work is there
    return;
  }
  Decision decision = decide(card->step, result.found);
  decision = again_or_never(*card, result, decision);
  ports_.log.write(message::kStep, {{"line", options_.line},
                                    {"attempt", card->attempt},
                                    {"body", card->body},
                                    {"step", std::string(text_of(card->step))},
                                    {"found", std::string(text_of(result.found))},
                                    {"code", result.code}});
  if (card->step == Step::reread) card->reread_evidence = result.evidence;
  const Found found = record(*card, decision.record, result);
  // The ledger may know better what was found: a blank that it refuses, an approval that has run out.
  if (found != result.found) {
    result.found = found;
    decision = decide(card->step, found);
    record(*card, decision.record, result);
  }
  look_after(*card, result.found);
  enter(card, decision.next);
  balance();
}

void Station::enter(const CardPtr& card, Step step) {
  if (card->step != step) {  // what a step has noted for its next try is no other step's
    card->tries = 0;
    card->retry_delay_ms = 0;
  }
  card->step = step;
  if (step == Step::done) return finish(card);
  if (step == Step::wait_for_printer) {
    waiting_for_printer_.push_back(card);
  } else if (step == Step::wait_for_reader) {
    waiting_for_reader_.push_back(card);
  } else {
    start(card);
  }
}

void Station::finish(const CardPtr& card) {
  const bool stands_in_device =
      card->place.kind == Place::Kind::reader || card->place.kind == Place::Kind::printer;
  if (stands_in_device && !card->body.empty()) close_slot(card->place, card->body);
  for (auto* slots : {&readers_, &printers_}) {
    for (Slot& slot : *slots) {
      if (slot.card == card.get()) slot.card = nullptr;
    }
  }
  cards_.remove(card);
}

void Station::close_slot(Place place, const std::string& body) {
  Slot& slot = slot_of(place);
  if (std::exchange(slot.closed, true)) return;
  ports_.log.write(message::kSlotClosed, {{"place", text_of(place)}, {"body", body}});
}

json::object Station::snapshot() const {
  json::array devices;
  const auto add = [this, &devices](const std::vector<Slot>& slots) {
    for (std::size_t i = 0; i < slots.size(); ++i) {
      const Slot& slot = slots[i];
      json::object device{{"name", slot.name}};
      if (!slot.fault.empty()) device["fault"] = slot.fault;
      device["doing"] = slot.closed            ? std::string("closed: a card stands in it")
                        : !slot.fault.empty()  ? "out of service: " + slot.fault
                        : slot.card == nullptr ? std::string("idle")
                                               : std::string(text_of(slot.card->step));
      if (slot.card != nullptr) {
        device["blank"] = slot.card->body;
        device["job"] = slot.card->claim.job;
      }
      if (&slots == &printers_) describe_printer(i, device);
      devices.push_back(std::move(device));
    }
  };
  add(readers_);
  add(printers_);
  json::object snapshot{{"line", options_.line},
                        {"paused", paused_},
                        {"draining", draining_},
                        {"cards_in_machine", static_cast<std::int64_t>(cards_.size())},
                        {"waiting_for_printer", static_cast<std::int64_t>(waiting_for_printer_.size())},
                        {"waiting_for_reader", static_cast<std::int64_t>(waiting_for_reader_.size())},
                        {"good", good_},
                        {"devices", std::move(devices)}};
  if (!standing_cause_.empty()) snapshot["standing"] = standing_cause_;
  if (no_room_) snapshot["standing"] = "station.no_room";
  if (!halted_.empty()) snapshot["halted"] = halted_;
  if (first_claim_ && last_good_) {
    const std::int64_t ms = (*last_good_ - *first_claim_).count();
    snapshot["ms_first_claim_to_last_good"] = ms;
    if (ms > 0) snapshot["cards_per_hour"] = good_ * 3600000 / ms;
  }
  return snapshot;
}

}  // namespace imprimatur::station
