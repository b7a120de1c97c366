// The blocking calls that a step stands for, each on the lane of its device.
#include <utility>

#include "base/check.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

constexpr const char* kTransportLane = "transport";

}  // namespace

void Station::later(std::string lane, int delay_ms, LaneCall call) {
  decided_.push_back({std::move(lane), delay_ms, std::move(call), {}});
}

void Station::later_within(std::string lane, int delay_ms, LaneCall call, Workers::Limit limit) {
  decided_.push_back({std::move(lane), delay_ms, std::move(call), std::move(limit)});
}

void Station::start(const CardPtr& card) {
  switch (card->step) {
    case Step::take:
      return call_take(card);
    case Step::identify:
      return call_reader(card,
                         [](ChipStation& station, Card& of) { return station.identify(of.line->profile); });
    case Step::write:
      return call_reader(card, [](ChipStation& station, Card& of) { return station.write(*of.work); });
    case Step::inspect:
      return call_reader(card, [](ChipStation& station, Card& of) { return station.inspect(*of.work); });
    case Step::look_at_chip:
      return call_reader(card, [](ChipStation& station, Card& of) { return station.look(*of.work); });
    case Step::reread:
      return call_reader(card, [](ChipStation& station, Card& of) { return station.reread(*of.work); });
    case Step::read_face:
      return call_face(card);
    case Step::reserve_print:
      return call_printer(card, std::exchange(card->retry_delay_ms, 0), [](PrintStation& station, Card& of) {
        return station.reserve(*of.work, of.attempt, of.print);
      });
    case Step::send:
      return call_printer(
          card, 0, [](PrintStation& station, Card& of) { return station.send(*of.work, of.print.ticket); });
    case Step::poll:
      return call_printer(card, options_.poll_interval_ms,
                          [](PrintStation& station, Card& of) { return station.poll(of.print); });
    case Step::move_to_printer:
    case Step::move_to_reader:
      return call_move(card, card->target);
    case Step::return_blank:
      return call_move(card, {Place::Kind::hopper, 0});
    case Step::move_to_output:
      return call_move(card, {Place::Kind::output, 0});
    case Step::move_to_reject:
      return call_move(card, {Place::Kind::reject, 0});
    case Step::wait_for_printer:
    case Step::wait_for_reader:
    case Step::done:
      break;
  }
}

void Station::call_reader(const CardPtr& card, TaskResult (*task)(ChipStation&, Card&)) {
  CHECK(card->place.kind == Place::Kind::reader);
  const auto index = static_cast<std::size_t>(card->place.device - 1);
  auto call = [this, card, task, station = devices_.readers.at(index)]() -> Report {
    TaskResult result = task(*station, *card);
    return [this, card, result = std::move(result)] { on_result(card, result); };
  };
  later_within(readers_.at(index).name, std::exchange(card->retry_delay_ms, 0), std::move(call),
               limit_of(card, static_cast<int>(index)));
}

void Station::call_printer(const CardPtr& card, int delay_ms, TaskResult (*task)(PrintStation&, Card&)) {
  CHECK(card->place.kind == Place::Kind::printer);
  const auto index = static_cast<std::size_t>(card->place.device - 1);
  later(printers_.at(index).name, delay_ms,
        [this, card, task, station = devices_.printers.at(index)]() -> Report {
          TaskResult result = task(*station, *card);
          return [this, card, result = std::move(result)] { on_result(card, result); };
        });
}

// On a lane of its own: no other card waits for it but one that is looked at too. A product that asks for no
// face reader needs no lane.
void Station::call_face(const CardPtr& card) {
  if (!card->line->product.face_reader) {
    return on_result(card, {Found::not_asked, {}, {}, {{"face", kFaceNotScanned}}});
  }
  CHECK(!devices_.faces.empty() && card->place.kind == Place::Kind::reader);
  const std::size_t index = static_cast<std::size_t>(card->place.device - 1) % devices_.faces.size();
  const int delay_ms = card->tries > 0 ? options_.face_retry_ms : 0;
  later("face-" + std::to_string(index + 1), delay_ms,
        [this, card, station = devices_.faces[index]]() -> Report {
          TaskResult result =
              station->read(*card->work, {card->place, card->body, card->print.ticket.job_uuid, {}});
          return [this, card, result = std::move(result)] { on_result(card, result); };
        });
}

void Station::call_take(const CardPtr& card) {
  const int reader = card->target.device;
  later(kTransportLane, 0,
        [this, card, reader, transport = devices_.transport,
         wanted = card->line->product.blank_class]() -> Report {
          auto body = transport->take(reader, wanted);
          return [this, card, body = std::move(body)] {
            if (body) {
              card->body = body.value();
              card->place = card->target;
              return on_result(card, success());
            }
            if (body.error().code == kTransportClosing) return;
            TaskResult result = result_of(body.error());
            if (body.error().code == "transport.no_blank") result.found = Found::nothing_there;
            on_result(card, std::move(result));
          };
        });
}

// A reader lets go of the card before the transport takes it. One that is out of service is asked nothing:
// it lets go when it is back.
void Station::call_move(const CardPtr& card, Place to) {
  if (card->place.kind != Place::Kind::reader) return call_transport(card, to);
  const auto index = static_cast<std::size_t>(card->place.device - 1);
  if (!readers_.at(index).fault.empty()) return call_transport(card, to);
  auto call = [this, card, to, station = devices_.readers.at(index)]() -> Report {
    station->release();
    return [this, card, to] { call_transport(card, to); };
  };
  Workers::Limit limit = limit_of(card, static_cast<int>(index));
  limit.overdue = [this, card, to, index] {
    readers_.at(index).hung = true;
    fault_reader(static_cast<int>(index), message::kReaderHung, std::string(kHung));
    call_transport(card, to);
  };
  later_within(readers_.at(index).name, 0, std::move(call), std::move(limit));
}

void Station::call_transport(const CardPtr& card, Place to) {
  later(kTransportLane, 0, [this, card, to, transport = devices_.transport, body = card->body]() -> Report {
    auto moved = transport->move(body, to);
    return [this, card, to, moved = std::move(moved)] {
      if (!moved && moved.error().code == kTransportClosing) return;
      if (!moved) {
        TaskResult result = result_of(moved.error());
        const bool device = to.kind == Place::Kind::reader || to.kind == Place::Kind::printer;
        if (device && moved.error().code == "transport.busy") {
          // Something stands there that the station knows nothing of: the next card would find it too.
          close_slot(to, {});
          vacate(*card);
          if (result.found == Found::failed) result.found = Found::place_taken;
        }
        return on_result(card, std::move(result));
      }
      card->place = to;
      vacate(*card);
      on_result(card, success());
    };
  });
}

}  // namespace imprimatur::station
