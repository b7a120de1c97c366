#include "devices/transport/evolis_transport.hpp"

namespace imprimatur::devices {
namespace {

using station::Place;

constexpr Place kReader{Place::Kind::reader, 1};

Error fault(Error error) {
  error.code = "transport.fault";
  return error;
}

// What moves the card inside to a place; nothing: the machine cannot.
const char* command_for(Place to, const char* chip_station) {
  switch (to.kind) {
    case Place::Kind::reader:
      return to.device == 1 ? chip_station : nullptr;
    case Place::Kind::printer:
      return to.device == 1 ? "Si" : nullptr;
    case Place::Kind::output:
      return "Se";
    case Place::Kind::reject:
      return "Ser";
    case Place::Kind::hopper:
      return nullptr;
  }
  return nullptr;
}

}  // namespace

Status EvolisTransport::command(const std::string& text) {
  const auto milliseconds = settings_.command_timeout.count();
  RpcCall call;
  call.id = std::to_string(++calls_);
  call.method = "CMD.SendCommand";
  call.params = {{"command", text}, {"device", settings_.device}, {"timeout", std::to_string(milliseconds)}};
  call.answer_timeout = settings_.command_timeout + settings_.service.connect_timeout;
  auto result = rpc_call(settings_.service, call);
  if (!result) return fault(while_doing("command " + text, std::move(result).error()));
  const json::value& said = result.value();
  if (said.is_string() && std::string_view(said.get_string()).starts_with("OK")) return ok();
  return unknown("transport.fault", "command " + text + ": the machine does not say OK",
                 "Look at the machine's own display, and where the card is.");
}

Result<std::string> EvolisTransport::take(int reader, std::string_view blank_class) {
  if (reader != 1)
    return fail("transport.place", "the machine has one chip station",
                station::text_of({Place::Kind::reader, reader}));
  if (inside_) return fail("transport.busy", "there is a card in the machine already", inside_->card);
  if (!ready_) {
    auto taken = command("Pem;2");  // moves nothing, so whatever went wrong, no card is where it was not
    if (!taken) return fail("transport.fault", taken.error().message, {}, taken.error().remedy);
    ready_ = true;
  }
  TRY_STATUS(command("Si"));
  TRY_STATUS(command(chip_station()));
  const auto seen = eyes_.see(1);
  const bool named = seen && seen.value().card && !seen.value().blank.empty();
  // A card whose chip is mute or on no receipt has a name too, so that it can be moved away.
  const std::string name = named ? seen.value().blank : "evolis-card-" + std::to_string(++nameless_);
  inside_ = station::CardPlace{name, std::string(blank_class), kReader};
  return name;
}

Status EvolisTransport::move(std::string_view card, Place to) {
  if (!inside_ || inside_->card != card)
    return fail("transport.no_card", "the machine has no such card", std::string(card));
  const char* text = command_for(to, chip_station());
  if (text == nullptr) {
    return fail("transport.fault", "the machine cannot move a card there", station::text_of(to));
  }
  lost_ = true;
  TRY_STATUS(command(text));
  lost_ = false;
  inside_->place = to;
  if (to.kind == Place::Kind::output || to.kind == Place::Kind::reject) inside_.reset();
  return ok();
}

Result<std::vector<station::CardPlace>> EvolisTransport::list(bool with_hopper) {
  static_cast<void>(with_hopper);  // nobody can tell what lies in the feeder
  std::vector<station::CardPlace> places;
  if (inside_ && !lost_) {
    places.push_back(*inside_);
    return places;
  }
  const auto seen = eyes_.see(1);
  if (!seen || !seen.value().card || seen.value().blank.empty()) return places;
  lost_ = false;
  inside_ = station::CardPlace{seen.value().blank, seen.value().blank_class, kReader};
  places.push_back(*inside_);
  return places;
}

}  // namespace imprimatur::devices
