#include "bench/reliability_instant_line.hpp"

#include <ctime>

#include "base/encoding.hpp"
#include "devices/virtual_card/diversification.hpp"

namespace imprimatur::bench {
namespace {

using station::Place;

constexpr std::size_t kSerialDigits = 7;
constexpr std::size_t kCplcBytes = 42;

// Answers at once, and truthfully: a job that got its document is printed.
class InstantPrinter final : public print::Printer {
 public:
  InstantPrinter(int number, const Clock& clock) : number_(number), clock_(clock) {}

  std::string name() const override { return "printer-" + std::to_string(number_); }
  Result<print::PrinterReport> report() override {
    print::PrinterReport report;
    report.accepting = true;
    report.up_time_s = up_time_s();
    return report;
  }
  Status check(const print::PrintNeeds&) override { return ok(); }
  Result<print::PrintTicket> create(const print::PrintRequest&) override {
    const std::string digits = std::to_string(++last_id_);
    std::string uuid = "urn:uuid:00000000-0000-4000-" + std::to_string(8000 + number_) + "-";
    uuid.append(12 - digits.size(), '0').append(digits);
    ticket_ = {last_id_, std::move(uuid)};
    printed_ = false;
    return ticket_;
  }
  Status send(const print::PrintTicket& ticket, ByteView pdf) override {
    if (ticket.job_uuid != ticket_.job_uuid || pdf.empty()) return fail("printer.refused", "no such job");
    printed_ = true;
    return ok();
  }
  Result<print::PrintJobReport> poll(const print::PrintTicket& ticket) override {
    print::PrintJobReport report;
    report.printer_up_time_s = up_time_s();
    const bool known = ticket.job_uuid == ticket_.job_uuid;
    report.state = !known     ? print::PrintJobState::forgotten
                   : printed_ ? print::PrintJobState::completed
                              : print::PrintJobState::waiting;
    if (!known) return report;
    report.job_uuid = ticket_.job_uuid;
    if (printed_) {
      report.impressions_completed = 2;
      report.reasons = {"job-completed-successfully"};
    }
    return report;
  }
  Status cancel(const print::PrintTicket&) override { return fail("printer.refused", "it is printed"); }

 private:
  std::int64_t up_time_s() const {
    return 1 + std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - began_).count();
  }
  int number_;
  const Clock& clock_;
  SteadyTime began_ = clock_.steady();
  std::int32_t last_id_ = 0;
  print::PrintTicket ticket_;  // of the job that was made last
  bool printed_ = false;
};

}  // namespace

std::int64_t thread_cpu_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

class InstantLine::Channel final : public chip::CardChannel {
 public:
  Channel(InstantLine& line, devices::Card& card) : line_(line), card_(card), atr_(card.power_on()) {}
  ~Channel() override { card_.power_off(); }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  Result<Bytes> transmit(ByteView command) override {
    const std::int64_t began = thread_cpu_ns();
    Bytes answer = card_.process(command);
    line_.card_cpu_ns_ += thread_cpu_ns() - began;
    if (answer.size() < 2) return unknown("card.transport", "the card gave no answer");
    return answer;
  }
  Result<Bytes> reset() override {
    card_.power_off();
    atr_ = card_.power_on();
    return atr_;
  }
  const Bytes& atr() const override { return atr_; }
  bool extended_length() const override { return true; }

 private:
  InstantLine& line_;
  devices::Card& card_;
  Bytes atr_;
};

class InstantLine::Reader final : public chip::CardReader {
 public:
  Reader(InstantLine& line, int number) : line_(line), place_{Place::Kind::reader, number} {}
  std::string name() const override { return station::text_of(place_); }
  Result<std::unique_ptr<chip::CardChannel>> connect() override {
    devices::Card* chip = line_.chip_at(place_);
    if (chip == nullptr) return fail("reader.no_card", "there is no card in the reader");
    return std::unique_ptr<chip::CardChannel>(std::make_unique<Channel>(line_, *chip));
  }
  Result<bool> wait_for_card(bool present, int) override {
    return (line_.chip_at(place_) != nullptr) == present;
  }

 private:
  InstantLine& line_;
  Place place_;
};

std::string InstantLine::serial(std::int64_t number) const {
  const std::string digits = std::to_string(number);
  return "C" + std::string(kSerialDigits - digits.size(), '0') + digits;
}

devices::CardIdentity InstantLine::identity(std::int64_t number) const {
  devices::CardIdentity identity{.serial = serial(number),
                                 .card_class = blank_class_,
                                 .cplc = from_hex("564300015643632801006328").value(),
                                 .diversification = from_hex("000000").value(),
                                 .s16 = false,
                                 .kind = {}};
  append(identity.diversification, bytes_of(identity.serial).last(kSerialDigits));
  append(identity.cplc, bytes_of(identity.serial));
  identity.cplc.resize(kCplcBytes, 0);
  return identity;
}

std::string InstantLine::receipt(int blanks) {
  const std::lock_guard lock(mutex_);
  std::string csv = "serial,class,chip_id\n";
  for (int i = 0; i < blanks; ++i) {
    const devices::CardIdentity next = identity(++received_);
    csv.append(next.serial).append(",").append(blank_class_).append(",").append(to_hex(next.cplc)) += "\n";
  }
  return csv;
}

Result<std::string> InstantLine::take(int reader, std::string_view blank_class) {
  const Place to{Place::Kind::reader, reader};
  if (blank_class != blank_class_) return fail("transport.no_blank", "the hopper has none of the class");
  const std::lock_guard lock(mutex_);
  for (const auto& [name, body] : bodies_) {
    if (body.place == to) return fail("transport.busy", "a card is there already");
  }
  if (taken_ == received_) return fail("transport.no_blank", "the hopper is empty");
  const devices::CardIdentity identity = this->identity(++taken_);
  auto chip = std::make_unique<devices::Card>(
      devices::Memory::make_blank(identity,
                                  devices::diversify_kdf3(transport_master_, identity.diversification)),
      random_);
  bodies_.emplace(identity.serial, Body{std::move(chip), to});
  return identity.serial;
}

Status InstantLine::move(std::string_view card, Place to) {
  const std::lock_guard lock(mutex_);
  const auto body = bodies_.find(card);
  if (body == bodies_.end()) return fail("transport.no_card", "there is no such card");
  if (to.kind == Place::Kind::output || to.kind == Place::Kind::reject) {
    bodies_.erase(body);
    ++(to.kind == Place::Kind::output ? output_ : reject_);
    return ok();
  }
  for (const auto& [name, other] : bodies_) {
    if (other.place == to) return fail("transport.busy", "a card is there already");
  }
  body->second.place = to;
  return ok();
}

Result<std::vector<station::CardPlace>> InstantLine::list(bool) {
  const std::lock_guard lock(mutex_);
  std::vector<station::CardPlace> places;
  for (const auto& [name, body] : bodies_) places.push_back({name, blank_class_, body.place});
  return places;
}

devices::Card* InstantLine::chip_at(Place place) {
  const std::lock_guard lock(mutex_);
  for (const auto& [name, body] : bodies_) {
    if (body.place == place) return body.chip.get();
  }
  return nullptr;
}

std::unique_ptr<chip::CardReader> InstantLine::make_reader(int number) {
  return std::make_unique<Reader>(*this, number);
}

std::unique_ptr<print::Printer> InstantLine::make_printer(int number, const Clock& clock) {
  return std::make_unique<InstantPrinter>(number, clock);
}

}  // namespace imprimatur::bench
