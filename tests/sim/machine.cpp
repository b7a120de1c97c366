#include "tests/sim/machine.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "tests/chip/card_bench.hpp"

namespace imprimatur::sim {
namespace {

using station::Place;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kMoveTime{800};
constexpr std::uint8_t kStoreData = 0xE2;  // GPCS v2.3.1, table 11-1

bool holds_one(Place place) {
  return place.kind == Place::Kind::reader || place.kind == Place::Kind::printer;
}

// The connection ends with the body's leaving the reader.
class SimulatedChannel final : public chip::CardChannel {
 public:
  SimulatedChannel(Body& body, Place place, SimulatedClock& clock, const SteadyTime& lost_until)
      : body_(body), place_(place), clock_(clock), lost_until_(lost_until), channel_(*body.chip) {}

  Result<Bytes> transmit(ByteView command) override {
    if (!(body_.place == place_)) return unknown("card.removed", "the card left the reader");
    if (clock_.steady() < lost_until_) return unknown("card.transport", "the reader is gone");
    if (++body_.commands == body_.hangs_at_command) {
      clock_.hang();
      return unknown("card.removed", "the card was taken out");
    }
    // Commands in a secure channel have the class byte 84; the instruction stays in clear.
    if (command.size() > 1 && command[1] == kStoreData) ++body_.store_data_commands;
    auto answer = channel_.transmit(command);
    clock_.spend(std::chrono::microseconds(body_.chip->take_elapsed_us()));
    return answer;
  }
  Result<Bytes> reset() override {
    if (!(body_.place == place_)) return unknown("card.removed", "the card left the reader");
    if (clock_.steady() < lost_until_) return unknown("card.transport", "the reader is gone");
    TRY(auto atr, channel_.reset());
    if (atr.empty()) return unknown("card.reset", "the card does not answer to reset");
    return atr;
  }
  const Bytes& atr() const override { return channel_.atr(); }
  bool extended_length() const override { return true; }

 private:
  Body& body_;
  Place place_;
  SimulatedClock& clock_;
  const SteadyTime& lost_until_;
  chip::testing::VirtualCardChannel channel_;
};

}  // namespace

std::unique_ptr<Body> make_body(const std::string& serial, const std::string& blank_class, Random& random,
                                bool counterfeit) {
  devices::CardIdentity identity{.serial = serial,
                                 .card_class = blank_class,
                                 .cplc = hex("554F00015643632801006328"),
                                 .diversification = hex("00010203040506070809"),
                                 .s16 = false};
  append(identity.cplc, bytes_of(serial));
  identity.cplc.resize(42, 0);
  const std::string_view master =
      counterfeit ? std::string_view("00112233445566778899AABBCCDDEEFF") : chip::testing::kTransportMaster;
  auto body = std::make_unique<Body>();
  body->serial = serial;
  body->blank_class = blank_class;
  body->chip = std::make_unique<devices::Card>(
      devices::Memory::make_blank(identity,
                                  devices::diversify_kdf3(Secret(hex(master)), identity.diversification)),
      random, devices::kRealContact);
  return body;
}

Body* SimulatedTransport::find(std::string_view serial) {
  const auto found =
      std::find_if(bodies.begin(), bodies.end(), [&](const auto& body) { return body->serial == serial; });
  return found == bodies.end() ? nullptr : found->get();
}

Body* SimulatedTransport::at(Place place) {
  const auto found =
      std::find_if(bodies.begin(), bodies.end(), [&](const auto& body) { return body->place == place; });
  return found == bodies.end() ? nullptr : found->get();
}

int SimulatedTransport::count(Place::Kind kind) const {
  return static_cast<int>(std::count_if(bodies.begin(), bodies.end(),
                                        [&](const auto& body) { return body->place.kind == kind; }));
}

bool SimulatedTransport::is_lost(const Body& body) const {
  return std::find(lost_.begin(), lost_.end(), &body) != lost_.end();
}

Status SimulatedTransport::carry(Body& body, Place to) {
  if (holds_one(to) && at(to) != nullptr) return fail("transport.busy", "a card is there already");
  clock_.spend(kMoveTime);
  const MoveFault fault = on_move ? on_move(body, to) : MoveFault::none;
  const Place from = body.place;
  const auto arrive = [&] {
    body.place = to;
    if (from.kind == Place::Kind::reader && on_reader_emptied) on_reader_emptied(station::text_of(from));
  };
  switch (fault) {
    case MoveFault::none:
      arrive();
      return ok();
    case MoveFault::refused:
      return fail("transport.fault", "the way is blocked");
    case MoveFault::stuck:
      return unknown("transport.fault", "the transport gave no answer");
    case MoveFault::lost_answer:
      arrive();
      return unknown("transport.fault", "the transport gave no answer");
    case MoveFault::gone_from_sensors:
      arrive();
      lost_.push_back(&body);
      return unknown("transport.fault", "the transport gave no answer");
  }
  return ok();
}

Result<std::string> SimulatedTransport::take(int reader, std::string_view blank_class) {
  for (const auto& body : bodies) {
    if (body->place.kind != Place::Kind::hopper || body->blank_class != blank_class) continue;
    TRY_STATUS(carry(*body, {Place::Kind::reader, reader}));
    return body->serial;
  }
  return fail("transport.no_blank", "the hopper has no blank of the class");
}

Status SimulatedTransport::move(std::string_view card, Place to) {
  Body* body = find(card);
  if (body == nullptr) return fail("transport.no_card", "there is no such card");
  return carry(*body, to);
}

Result<std::vector<station::CardPlace>> SimulatedTransport::list(bool with_hopper) {
  std::vector<station::CardPlace> places;
  for (const auto& body : bodies) {
    if (is_lost(*body)) continue;
    if (body->place.kind == Place::Kind::hopper && !with_hopper) continue;
    places.push_back({body->serial, body->blank_class, body->place});
  }
  return places;
}

Result<std::unique_ptr<chip::CardChannel>> SimulatedReader::connect() {
  if (lost()) return fail(lost_code, "the reader cannot be reached");
  Body* body = transport_.at(place_);
  if (body == nullptr) return fail("reader.no_card", "there is no card in the reader");
  std::unique_ptr<chip::CardChannel> channel =
      std::make_unique<SimulatedChannel>(*body, place_, clock_, lost_until);
  if (channel->atr().empty()) return fail("reader.mute", "the card does not answer to reset");
  return channel;
}

Result<bool> SimulatedReader::wait_for_card(bool present, int timeout_ms) {
  if (lost()) return fail(lost_code, "the reader cannot be reached");
  const bool there = transport_.at(place_) != nullptr;
  if (there != present) clock_.spend(std::chrono::milliseconds(timeout_ms));
  return there == present;
}

}  // namespace imprimatur::sim
