// The transport of a line where a person moves the cards. It asks one clear question at a time and waits;
// what the person says is checked by reading the chip wherever a chip can be read, never trusted: a card that
// was put into a reader is the one that was meant, a card that was taken out of one is out.
//
// Knows of places only what it was told in this run. After a restart the open attempts on record are the
// bodies that may be on the line: for each the person is asked where it is, and every reader is looked into.
//
// Used on the transport's lane. A call blocks until the person has answered, hours if need be; the port
// `Operators` limits it, and ends it when the station stops (transport.closing).
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "station/transport.hpp"

namespace imprimatur::station {

// A question to the person at the line.
struct LineTask {
  enum class Kind { take, move, find } kind = Kind::take;
  std::string text;         // what to do and what to answer
  std::string note;         // what was wrong with the last answer; empty: it was not asked before
  std::string card;         // serial of the card that is meant; empty for take
  std::string blank_class;  // of take
  std::string from;         // place; empty where it is not known
  std::string to;           // place; empty for find
};
std::string_view text_of(LineTask::Kind kind);

struct LineAnswer {
  enum class Kind {
    done,     // as asked
    nothing,  // there is none: no such blank, no such card
  } kind = Kind::done;
  std::string serial = {};          // as read off the card; where it was asked for or is known
  std::optional<Place> place = {};  // of find
};

// Port Operators: shows a question and waits for its answer. Errors transport.closing, transport.no_answer
// (Happened::unknown: nobody answered in the longest time that it waits).
class Operators {
 public:
  virtual ~Operators() = default;
  virtual Result<LineAnswer> ask(const LineTask& task) = 0;
};

class ManualTransport final : public Transport {
 public:
  struct Body {
    std::string card;
    std::string blank_class;
  };
  struct Parts {
    Operators& operators;
    ChipEyes& eyes;
    // Blanks of the attempts that are open on record. Called on the transport's lane, once.
    std::function<Result<std::vector<Body>>()> bodies_on_record;
    int readers = 1;
    int printers = 1;
  };
  explicit ManualTransport(Parts parts) : parts_(std::move(parts)) {}

  Result<std::string> take(int reader, std::string_view blank_class) override;
  Status move(std::string_view card, Place to) override;
  Result<std::vector<CardPlace>> list(bool with_hopper) override;

 private:
  // Where a body is as far as it was told; nothing: ask.
  struct Known {
    std::string blank_class;
    std::optional<Place> place;
  };
  Result<std::optional<std::string>> check_taken(int reader, const LineAnswer& answer, std::string& note);
  Result<bool> check_moved(std::string_view card, std::optional<Place> from, Place to,
                           const LineAnswer& answer, std::string& note);
  Status find(const std::string& card, Known& known);
  Result<bool> check_found(const std::string& card, const LineAnswer& answer, std::string& note);
  Status remember_record();
  Status look_into_readers();
  std::string place_text(Place place) const;

  Parts parts_;
  std::map<std::string, Known, std::less<>> known_;
  std::string said_twice_;  // a number that was read off a card and is not its chip's
  bool record_read_ = false;
};

}  // namespace imprimatur::station
