// A recorded conversation with a card, and the bare loop that has it again: the same bytes through the same
// pcscd with nothing but libpcsclite's own calls, the baseline for what the station adds. One thread.
#pragma once

#include <winscard.h>

#include <memory>
#include <string>
#include <vector>

#include "chip/card_channel.hpp"

namespace imprimatur::bench {

// One step after connecting: a command with its answer, or a cold reset.
struct ExchangeStep {
  bool reset = false;
  Bytes command;
  Bytes answer;
};

struct Exchange {
  std::vector<ExchangeStep> steps;
  std::size_t commands() const;
  std::size_t wire_bytes() const;  // of commands and answers
};

// What goes through a reader, and the time spent in it: the rest of the time is the station's own.
struct Observation {
  Exchange* exchange = nullptr;  // where the steps are noted; nullptr: they are not
  double inside_ms = 0;          // in connect, transmit and reset
};

// A reader that is looked at. Borrows both; they outlive it and its channels.
class ObservedReader final : public chip::CardReader {
 public:
  ObservedReader(chip::CardReader& reader, Observation& observation)
      : reader_(reader), observation_(observation) {}
  std::string name() const override { return reader_.name(); }
  Result<std::unique_ptr<chip::CardChannel>> connect() override;
  Result<bool> wait_for_card(bool present, int timeout_ms) override;

 private:
  chip::CardReader& reader_;
  Observation& observation_;
};

// The bare loop, with a context of its own.
class BareLoop {
 public:
  // Error bench.pcsc.
  static Result<std::unique_ptr<BareLoop>> make(std::string reader);
  ~BareLoop();
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;

  // Connects, and sends every step of the exchange. The milliseconds that took. Errors bench.pcsc, and
  // bench.exchange_differs when an answer is not the recorded one (looked at after the measured time).
  Result<double> run(const Exchange& exchange);

 private:
  BareLoop(std::string reader, SCARDCONTEXT context) : reader_(std::move(reader)), context_(context) {}

  std::string reader_;
  SCARDCONTEXT context_;
};

}  // namespace imprimatur::bench
