#include "station/manual_transport.hpp"

#include <algorithm>

namespace imprimatur::station {
namespace {

// A question is asked so often at most before the station gives up and a person has to sort the line out.
constexpr int kAsksMax = 5;

Error given_up(const std::string& what) {
  return unknown("transport.fault",
                 what + " could not be confirmed after " + std::to_string(kAsksMax) + " questions",
                 "Look where the card is; keep it apart; then resume the line.");
}

Error cannot_see(Error error, Place place) {
  return unknown("transport.fault", "the chip in " + text_of(place) + " cannot be read: " + error.message,
                 error.remedy);
}

bool is_single(Place place) {
  return place.kind == Place::Kind::reader || place.kind == Place::Kind::printer;
}

}  // namespace

std::string_view text_of(LineTask::Kind kind) {
  switch (kind) {
    case LineTask::Kind::take:
      return "take";
    case LineTask::Kind::move:
      return "move";
    case LineTask::Kind::find:
      return "find";
  }
  return "";
}

// For people: where the place is.
std::string ManualTransport::place_text(Place place) const {
  switch (place.kind) {
    case Place::Kind::hopper:
      return "the box of blanks";
    case Place::Kind::output:
      return "the output tray";
    case Place::Kind::reject:
      return "the locked reject box";
    case Place::Kind::reader:
    case Place::Kind::printer:
      break;
  }
  return text_of(place);
}

Result<std::string> ManualTransport::take(int reader, std::string_view blank_class) {
  const Place to{Place::Kind::reader, reader};
  LineTask task;
  task.kind = LineTask::Kind::take;
  task.blank_class = blank_class;
  task.from = text_of(Place{});
  task.to = text_of(to);
  task.text = "Take a blank of class " + task.blank_class + " out of the box and put it into " + task.to +
              ". Answer with the number on it; answer that there is none when the box has none.";
  said_twice_.clear();
  for (int i = 0; i < kAsksMax; ++i) {
    TRY(const LineAnswer answer, parts_.operators.ask(task));
    if (answer.kind == LineAnswer::Kind::nothing) {
      TRY(const auto seen, parts_.eyes.see(reader));
      if (!seen.card) return fail("transport.no_blank", "there is no blank of the class");
      task.note = "There is a card in " + task.to + ": take it out, or say that it was put in.";
      continue;
    }
    TRY(const auto serial, check_taken(reader, answer, task.note));
    if (!serial) continue;
    known_[*serial] = {std::string(blank_class), to};
    return *serial;
  }
  return given_up("the blank in " + task.to);
}

// The body's name by its chip; nothing and a note when the person has to look again.
Result<std::optional<std::string>> ManualTransport::check_taken(int reader, const LineAnswer& answer,
                                                                std::string& note) {
  const Place place{Place::Kind::reader, reader};
  auto seen = parts_.eyes.see(reader);
  if (!seen) return cannot_see(seen.error(), place);
  if (!seen.value().card) {
    note = "No chip answers in " + text_of(place) + ": put the card in fully, the chip first.";
    return std::optional<std::string>();
  }
  const std::string& blank = seen.value().blank;
  if (blank.empty() && answer.serial.empty()) {
    note = "No receipt has the chip in " + text_of(place) + ": say the number on the card.";
    return std::optional<std::string>();
  }
  if (blank.empty() || answer.serial.empty() || answer.serial == blank) {
    return std::optional<std::string>(blank.empty() ? answer.serial : blank);
  }
  // A slip of the hand is asked about. One who says the same number again has read it off the card: then chip
  // and body do not belong together, and the station must know.
  if (answer.serial == said_twice_) return std::optional<std::string>(answer.serial);
  said_twice_ = answer.serial;
  note = "By its receipt the chip in " + text_of(place) + " is that of " + blank + ", you said " +
         answer.serial + ": read the number on the card again.";
  return std::optional<std::string>();
}

Status ManualTransport::move(std::string_view card, Place to) {
  const auto known = known_.find(card);
  const std::optional<Place> from = known == known_.end() ? std::nullopt : known->second.place;
  LineTask task;
  task.kind = LineTask::Kind::move;
  task.card = card;
  task.from = from ? text_of(*from) : "";
  task.to = text_of(to);
  task.text =
      "Move card " + task.card + (from ? " from " + place_text(*from) : "") + " to " + place_text(to) + ".";
  // Until the answer is checked nobody knows where it is.
  if (known != known_.end()) known->second.place.reset();
  for (int i = 0; i < kAsksMax; ++i) {
    TRY(const LineAnswer answer, parts_.operators.ask(task));
    if (answer.kind == LineAnswer::Kind::nothing) {
      return unknown("transport.fault", "the person at the line does not find card " + task.card,
                     "Look for the card; it must not leave the room.");
    }
    TRY(const bool moved, check_moved(card, from, to, answer, task.note));
    if (!moved) continue;
    if (is_single(to)) {
      known_[task.card].place = to;
    } else {
      known_.erase(task.card);
    }
    return ok();
  }
  return given_up("the way of card " + task.card + " to " + task.to);
}

Result<bool> ManualTransport::check_moved(std::string_view card, std::optional<Place> from, Place to,
                                          const LineAnswer& answer, std::string& note) {
  if (!answer.serial.empty() && answer.serial != card) {
    note = "You said " + answer.serial + ": the card that is meant is " + std::string(card) + ".";
    return false;
  }
  if (to.kind == Place::Kind::reader) {
    const auto seen = parts_.eyes.see(to.device);
    if (!seen) return cannot_see(seen.error(), to);
    if (seen.value().card && seen.value().blank == card) return true;
    note = seen.value().card
               ? "The card in " + text_of(to) + " is another one than " + std::string(card) + "."
               : "No chip answers in " + text_of(to) + ": put the card in fully, the chip first.";
    return false;
  }
  if (!from || from->kind != Place::Kind::reader) return true;  // the next reader tells
  const auto seen = parts_.eyes.see(from->device);
  // A reader that is out of service sees nothing: then the number has to be read off the card.
  if (!seen && answer.serial.empty()) {
    note = text_of(*from) + " cannot be looked into: say the number on the card that you moved.";
    return false;
  }
  if (!seen || !seen.value().card) return true;
  note = "There is still a card in " + text_of(*from) + ".";
  return false;
}

Result<std::vector<CardPlace>> ManualTransport::list(bool with_hopper) {
  // What lies in the box of blanks nobody has told: the ledger's stock knows.
  static_cast<void>(with_hopper);
  if (!record_read_) {
    TRY_STATUS(remember_record());
    record_read_ = true;
  }
  std::vector<CardPlace> places;
  for (auto& [card, known] : known_) {
    if (!known.place) {
      TRY_STATUS(find(card, known));
    }
    if (known.place && known.place->kind != Place::Kind::hopper)
      places.push_back({card, known.blank_class, *known.place});
  }
  // What has left the line is told once.
  std::erase_if(known_, [](const auto& one) { return one.second.place && !is_single(*one.second.place); });
  return places;
}

// Readers first: what they see need not be asked. Nothing else uses them before the first list.
Status ManualTransport::remember_record() {
  TRY(const auto bodies, parts_.bodies_on_record());
  for (const Body& body : bodies) known_[body.card] = {body.blank_class, std::nullopt};
  return look_into_readers();
}

Status ManualTransport::look_into_readers() {
  for (int reader = 1; reader <= parts_.readers; ++reader) {
    const auto seen = parts_.eyes.see(reader);
    if (!seen) continue;  // out of service: the person is asked
    if (!seen.value().card || seen.value().blank.empty()) continue;
    known_[seen.value().blank] = {seen.value().blank_class, Place{Place::Kind::reader, reader}};
  }
  return ok();
}

// Asks where a body is. It stays unknown when it is not found: no sensor shows it.
Status ManualTransport::find(const std::string& card, Known& known) {
  LineTask task;
  task.kind = LineTask::Kind::find;
  task.card = card;
  task.text = "Where is card " + card + "? Answer with its place: reader-1 to reader-" +
              std::to_string(parts_.readers) + ", printer-1 to printer-" + std::to_string(parts_.printers) +
              ", output, reject; answer that there is none when you do not find it.";
  for (int i = 0; i < kAsksMax; ++i) {
    TRY(const LineAnswer answer, parts_.operators.ask(task));
    if (answer.kind == LineAnswer::Kind::nothing) return ok();
    TRY(const bool found, check_found(card, answer, task.note));
    if (!found) continue;
    known.place = answer.place;
    return ok();
  }
  return ok();
}

Result<bool> ManualTransport::check_found(const std::string& card, const LineAnswer& answer,
                                          std::string& note) {
  const std::optional<Place>& place = answer.place;
  const bool on_the_line =
      place && (place->kind == Place::Kind::output || place->kind == Place::Kind::reject ||
                (place->kind == Place::Kind::reader && place->device <= parts_.readers) ||
                (place->kind == Place::Kind::printer && place->device <= parts_.printers));
  if (!on_the_line) {
    note = "Say one of the places.";
    return false;
  }
  if (!answer.serial.empty() && answer.serial != card) {
    note = "You said " + answer.serial + ": the card that is looked for is " + card + ".";
    return false;
  }
  const bool taken = std::any_of(known_.begin(), known_.end(), [&](const auto& one) {
    return is_single(*place) && one.first != card && one.second.place == place;
  });
  if (taken) {
    note = "Another card is in " + text_of(*place) + ".";
    return false;
  }
  if (place->kind != Place::Kind::reader) return true;
  const auto seen = parts_.eyes.see(place->device);
  if (seen && seen.value().card && seen.value().blank == card) return true;
  note = "The chip of " + card + " does not answer in " + text_of(*place) + ".";
  return false;
}

}  // namespace imprimatur::station
