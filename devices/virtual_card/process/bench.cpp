#include "devices/virtual_card/process/bench.hpp"

#include <charconv>
#include <sstream>

namespace imprimatur::devices {

namespace {

constexpr std::string_view kReaderPrefix = "reader-";
constexpr std::string_view kPrinterPrefix = "printer-";

// The number of "reader-3"; 0 when the place is not of this kind.
int device_number(std::string_view place, std::string_view prefix) {
  if (!place.starts_with(prefix)) return 0;
  const std::string_view digits = place.substr(prefix.size());
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = error == std::errc() && end == digits.data() + digits.size() && !digits.starts_with('0');
  return whole ? number : 0;
}

Error wrong_request(std::string_view form) {
  return fail("transport.syntax", "the request has the form: " + std::string(form));
}

Error no_card(const std::string& serial) {
  return fail("transport.no_card", "there is no card " + serial);
}

}  // namespace

Result<std::unique_ptr<Bench>> Bench::start(Stock stock, BenchSettings settings) {
  auto bench = std::make_unique<Bench>(std::move(stock), std::move(settings));
  const BenchSettings& chosen = bench->settings_;
  for (const Stock::Entry& entry : bench->stock_.entries()) {
    const Fault fault = fault_by_seed(chosen.seed, entry.serial, chosen.faults_per_thousand);
    if (fault.kind != FaultKind::none) bench->faults_.emplace(entry.serial, fault);
  }
  for (int reader = 1; reader <= chosen.readers; ++reader) {
    if (chosen.seed == 0) {
      bench->randoms_.push_back(std::make_unique<SystemRandom>());
    } else {
      bench->randoms_.push_back(
          std::make_unique<SeededRandom>(chosen.seed + static_cast<std::uint64_t>(reader)));
    }
    const std::string name = std::string(kReaderPrefix) + std::to_string(reader);
    TRY(auto slot, ReaderSlot::start(chosen.socket_folder / (name + ".sock")));
    bench->slots_.push_back(std::move(slot));
    if (const Stock::Entry* entry = bench->stock_.at(name); entry != nullptr) {
      TRY(auto card, bench->open_card(entry->serial, reader));
      bench->slots_.back()->insert(std::move(card));
    }
  }
  return bench;
}

std::string Bench::execute(std::string_view line) {
  std::istringstream stream{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  Result<std::string> answer =
      fail("transport.syntax", "the request is none of ping, list, take, move, fault, jam");
  if (words.size() == 1 && words[0] == "ping") {
    answer = std::string("ok virtual-card 1\n");
  } else if (words.size() == 1 && words[0] == "list") {
    answer = list();
  } else if (!words.empty() && words[0] == "take") {
    answer = take(words);
  } else if (!words.empty() && words[0] == "move") {
    answer = move(words);
  } else if (!words.empty() && words[0] == "fault") {
    answer = fault(words);
  } else if (!words.empty() && words[0] == "jam") {
    answer = jam(words);
  }
  if (answer) return answer.value();
  return "error " + answer.error().code + " " + answer.error().message + "\n";
}

Result<std::string> Bench::list() const {
  std::string text = "ok " + std::to_string(stock_.entries().size() - hidden_.size()) + "\n";
  for (const Stock::Entry& entry : stock_.entries()) {
    if (hidden_.contains(entry.serial)) continue;
    text += entry.serial + " " + entry.card_class + " " + entry.place + "\n";
  }
  return text;
}

Result<std::string> Bench::take(const std::vector<std::string>& words) {
  if (words.size() != 2 && words.size() != 3) return wrong_request("take reader-N [CLASS]");
  if (slot_of(words[1]) == nullptr)
    return fail("transport.place", "there is no " + words[1] + " to take a card to");
  if (stock_.at(words[1]) != nullptr)
    return fail("transport.busy", "there is a card in " + words[1] + " already");
  const std::string wanted = words.size() == 3 ? words[2] : "";
  const Stock::Entry* blank = stock_.next_blank(wanted);
  if (blank == nullptr)
    return fail("transport.no_blank",
                "the hopper has no blank" + (wanted.empty() ? "" : " of class " + wanted));
  const std::string serial = blank->serial;
  if (jams_.contains(serial)) {
    TRY_STATUS(jam_on_the_way(serial, words[1]));
  }
  TRY_STATUS(move_card(serial, words[1]));
  return "ok " + serial + "\n";
}

Result<std::string> Bench::move(const std::vector<std::string>& words) {
  const bool with_to = words.size() == 4 && words[2] == "to";
  if (words.size() != 3 && !with_to) return wrong_request("move SERIAL [to] PLACE");
  const std::string& to = words.back();
  TRY_STATUS(check_place(to));
  const Stock::Entry* entry = stock_.find(words[1]);
  if (entry == nullptr) return no_card(words[1]);
  const bool single = device_number(to, kReaderPrefix) != 0 || device_number(to, kPrinterPrefix) != 0;
  if (single && stock_.at(to) != nullptr)
    return fail("transport.busy", "there is a card in " + to + " already");
  if (jams_.contains(words[1])) {
    TRY_STATUS(jam_on_the_way(words[1], to));
  }
  TRY_STATUS(move_card(words[1], to));
  return std::string("ok\n");
}

Result<std::string> Bench::fault(const std::vector<std::string>& words) {
  if (words.size() < 3) return wrong_request("fault SERIAL KIND [NUMBERS]");
  const Stock::Entry* entry = stock_.find(words[1]);
  if (entry == nullptr) return no_card(words[1]);
  TRY(auto parsed, read_fault(words));
  faults_[words[1]] = parsed;
  if (ReaderSlot* slot = slot_of(entry->place); slot != nullptr) slot->set_fault(parsed);
  return std::string("ok\n");
}

Result<std::string> Bench::jam(const std::vector<std::string>& words) {
  if (words.size() != 3) return wrong_request("jam SERIAL stays|arrives|hidden|none");
  if (stock_.find(words[1]) == nullptr) return no_card(words[1]);
  jams_.erase(words[1]);
  hidden_.erase(words[1]);
  if (words[2] == "stays") {
    jams_[words[1]] = Jam::stays;
  } else if (words[2] == "arrives") {
    jams_[words[1]] = Jam::arrives;
  } else if (words[2] == "hidden") {
    jams_[words[1]] = Jam::hidden;
  } else if (words[2] != "none") {
    return wrong_request("jam SERIAL stays|arrives|hidden|none");
  }
  return std::string("ok\n");
}

// The card may stand at the one end of its way, at the other, or where no sensor is; who moved it is not
// told.
Status Bench::jam_on_the_way(const std::string& serial, const std::string& to) {
  const Jam jam = jams_.at(serial);
  jams_.erase(serial);
  if (jam != Jam::stays) {
    TRY_STATUS(move_card(serial, to));
  }
  if (jam == Jam::hidden) hidden_.insert(serial);
  return fail("transport.jam", "card " + serial + " jams on its way to " + to);
}

// `same_identity SERIAL` means a card of this stock; the others stand for themselves.
Result<Fault> Bench::read_fault(const std::vector<std::string>& words) const {
  if (words.size() == 4 && words[2] == "same_identity") {
    if (stock_.find(words[3]) == nullptr) return no_card(words[3]);
    Fault fault;
    fault.kind = FaultKind::same_identity;
    TRY(fault.cplc, stock_.chip_id(words[3]));
    return fault;
  }
  std::string text = words[2];
  for (std::size_t i = 3; i < words.size(); ++i) text += " " + words[i];
  return parse_fault(text);
}

// Out of the old place, into the new one. What needs a file is done first, so that an error moves nothing.
Status Bench::move_card(const std::string& serial, const std::string& to) {
  ReaderSlot* from = slot_of(stock_.find(serial)->place);
  ReaderSlot* into = slot_of(to);
  std::unique_ptr<StoredCard> card;
  if (from == nullptr && into != nullptr) {
    TRY(card, open_card(serial, device_number(to, kReaderPrefix)));
  }
  TRY_STATUS(stock_.record_move(serial, to));
  if (from != nullptr) {
    const auto taken = from->take_out();
    if (taken != nullptr) faults_[serial] = taken->card().fault();
  }
  if (into == nullptr) return ok();
  if (card == nullptr) {
    TRY(card, open_card(serial, device_number(to, kReaderPrefix)));
  }
  into->insert(std::move(card));
  return ok();
}

Result<std::unique_ptr<StoredCard>> Bench::open_card(const std::string& serial, int reader) {
  Random& random = *randoms_[static_cast<std::size_t>(reader - 1)];
  TRY(auto card, StoredCard::open(stock_.card_path(serial), random, settings_.cards));
  const auto fault = faults_.find(serial);
  if (fault != faults_.end()) card->card().set_fault(fault->second);
  return card;
}

Status Bench::check_place(std::string_view place) const {
  const int reader = device_number(place, kReaderPrefix);
  const int printer = device_number(place, kPrinterPrefix);
  const bool known = place == "hopper" || place == "output" || place == "reject" ||
                     (reader >= 1 && reader <= settings_.readers) ||
                     (printer >= 1 && printer <= settings_.printers);
  if (!known) return fail("transport.place", "there is no place " + std::string(place));
  return ok();
}

ReaderSlot* Bench::slot_of(std::string_view place) {
  const int reader = device_number(place, kReaderPrefix);
  return reader >= 1 && reader <= static_cast<int>(slots_.size())
             ? slots_[static_cast<std::size_t>(reader - 1)].get()
             : nullptr;
}

}  // namespace imprimatur::devices
