// Port Transport: what moves card bodies between the places of a line. Implemented by devices/transport for
// machines that can; the manual one (asks a person) is manual_transport.hpp. Port ChipEyes: for transports
// that cannot read the number on a body by themselves.
//
// One lane of its own: one call at a time. Calls block, each at most the device's own time limit. An error
// with Happened::unknown means that the card may be anywhere between two places: look with `list`, never
// move again on a guess.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace imprimatur::station {

// Where a body can be on a line. `device` counts readers and printers from 1; 0 for the others.
struct Place {
  enum class Kind { hopper, reader, printer, output, reject } kind = Kind::hopper;
  int device = 0;
  bool operator==(const Place&) const = default;
};
std::string text_of(Place place);                  // "hopper", "reader-1", "printer-2", "output", "reject"
Result<Place> place_named(std::string_view text);  // error transport.place

struct CardPlace {
  std::string card;  // the transport's own name for the body; a blank's serial where it can read it
  std::string blank_class;
  Place place;
};

// The transport is being closed and whoever it asked has not answered: nothing is known that was not known
// before, nothing is recorded, and the next run asks again.
inline constexpr std::string_view kTransportClosing = "transport.closing";

// Port ChipEyes: which blank stands in a reader, by its chip and the receipts.
class ChipEyes {
 public:
  virtual ~ChipEyes() = default;
  struct Seen {
    bool card = false;       // one stands there and its chip answers
    std::string blank = {};  // its serial; empty: no receipt has this chip
    std::string blank_class = {};
    bool operator==(const Seen&) const = default;
  };
  // Blocks a few seconds at most. Errors reader.*: it cannot be told.
  virtual Result<Seen> see(int reader) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;

  // Moves the next blank of a class from the hopper to a reader; the name of the body it moved.
  // Errors transport.no_blank (hopper has none of the class), transport.busy (a card is there already),
  // transport.fault, transport.closing.
  virtual Result<std::string> take(int reader, std::string_view blank_class) = 0;

  // Moves a body to a place. Errors transport.no_card, transport.busy, transport.fault.
  virtual Status move(std::string_view card, Place to) = 0;

  // Every body the transport knows of outside the hopper, as its own sensors see it; `with_hopper` for all.
  virtual Result<std::vector<CardPlace>> list(bool with_hopper) = 0;
};

}  // namespace imprimatur::station
