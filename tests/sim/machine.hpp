// The machine of a simulated line: card bodies and where they are, the transport that moves them, and readers
// that reach the chip of the body that stands in them. Bodies outlive a crash of the station, as real ones
// do.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "chip/card_channel.hpp"
#include "devices/virtual_card/card.hpp"
#include "station/transport.hpp"
#include "tests/sim/workers.hpp"

namespace imprimatur::sim {

// A chip that is told by its times and outcomes only (modelled_chip.hpp).
struct ModelledChip {
  enum class Content { blank, part, closing, closed } content = Content::blank;
  std::string job;           // whose data are on it
  bool counterfeit = false;  // other keys than the issuer's
  bool worn = false;         // fails when it is written
  bool mute = false;         // answers nothing any more
};

struct Body {
  std::string serial;
  std::string blank_class;
  station::Place place;
  std::unique_ptr<devices::Card> chip;
  ModelledChip model;           // used instead of `chip` in a modelled world
  int store_data_commands = 0;  // that reached the chip
  int hangs_at_command = 0;     // of those since it was made, from 1: it never answers; 0: never
  int commands = 0;
  std::vector<std::string> faces;  // names of the print jobs that put something on it
};

// What a blank is made of. The real issuer's transport keys, or others for a counterfeit.
std::unique_ptr<Body> make_body(const std::string& serial, const std::string& blank_class, Random& random,
                                bool counterfeit = false);

// How one move goes wrong.
enum class MoveFault {
  none,
  refused,           // the body stays; the transport knows it
  stuck,             // the body stays; nobody knows
  lost_answer,       // the body arrives; nobody knows
  gone_from_sensors  // the body is lost between two places
};

class SimulatedTransport final : public station::Transport {
 public:
  explicit SimulatedTransport(SimulatedClock& clock) : clock_(clock) {}

  Result<std::string> take(int reader, std::string_view blank_class) override;
  Status move(std::string_view card, station::Place to) override;
  Result<std::vector<station::CardPlace>> list(bool with_hopper) override;

  Body* find(std::string_view serial);
  Body* at(station::Place place);  // reader or printer: at most one
  int count(station::Place::Kind kind) const;

  // A body that sensors had lost is seen again.
  void find_again() { lost_.clear(); }
  bool is_lost(const Body& body) const;

  std::vector<std::unique_ptr<Body>> bodies;  // those in the hopper in the order in which they are taken
  // Called for every move (`take` too) before it happens.
  std::function<MoveFault(Body& body, station::Place to)> on_move;
  // Called for every body that has left a reader: a call that hung in it comes back.
  std::function<void(const std::string& reader)> on_reader_emptied;

 private:
  Status carry(Body& body, station::Place to);
  SimulatedClock& clock_;
  std::vector<Body*> lost_;
};

class SimulatedReader final : public chip::CardReader {
 public:
  SimulatedReader(int number, SimulatedTransport& transport, SimulatedClock& clock)
      : place_{station::Place::Kind::reader, number}, transport_(transport), clock_(clock) {}

  std::string name() const override { return station::text_of(place_); }
  Result<std::unique_ptr<chip::CardChannel>> connect() override;
  Result<bool> wait_for_card(bool present, int timeout_ms) override;

  bool lost() const { return clock_.steady() < lost_until; }
  station::Place place() const { return place_; }

  // Unplugged, or pcscd is down, until then.
  SteadyTime lost_until{};
  std::string lost_code = "reader.gone";

 private:
  station::Place place_;
  SimulatedTransport& transport_;
  SimulatedClock& clock_;
};

}  // namespace imprimatur::sim
