// A person who moves the cards of a simulated line, with the mistakes that people make, and eyes that look
// into its readers.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ledger/reader.hpp"
#include "station/manual_transport.hpp"
#include "tests/sim/machine.hpp"

namespace imprimatur::sim {

enum class Slip {
  none,
  forgets,        // says that it is done and has moved nothing
  misreads,       // says a number that is not the card's
  takes_another,  // moves another card than the one that is meant
  finds_nothing,  // does not find the card
  goes_home,      // the station is closed while it waits for the answer
};

class SimulatedOperator final : public station::Operators {
 public:
  explicit SimulatedOperator(SimulatedTransport& machine) : machine_(machine) {}
  Result<station::LineAnswer> ask(const station::LineTask& task) override;

  std::deque<Slip> slips;                                      // at the next questions
  std::function<Slip(const station::LineTask& task)> slip_at;  // or at such a question
  std::vector<station::LineTask> asked;                        // all of them
  bool says_numbers = true;                                    // reads numbers off the cards

 private:
  station::LineAnswer do_move(const station::LineTask& task, Slip slip);
  station::LineAnswer do_take(const station::LineTask& task, Slip slip);
  SimulatedTransport& machine_;
  Body* misplaced_ = nullptr;  // by a slip; goes back where it was as soon as it is asked about
  station::Place misplaced_from_;
};

class SimulatedEyes final : public station::ChipEyes {
 public:
  using Receipts = std::function<std::unique_ptr<ledger::LedgerReader>()>;
  SimulatedEyes(SimulatedTransport& machine, Receipts receipts)
      : machine_(machine), receipts_(std::move(receipts)) {}
  Result<Seen> see(int reader) override;

  bool blind = false;  // no reader can be looked into

 private:
  SimulatedTransport& machine_;
  Receipts receipts_;
};

}  // namespace imprimatur::sim
