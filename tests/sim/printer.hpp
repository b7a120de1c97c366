// A simulated card printer: jobs over virtual time, and the ways in which printers go wrong.
#pragma once

#include <deque>
#include <map>

#include "print/printer.hpp"
#include "tests/sim/machine.hpp"

namespace imprimatur::sim {

// What happens to the next document that is sent.
enum class PrintFault {
  none,
  abort,            // one side printed, then aborted
  too_soon,         // says at once that all is printed
  lost_before,      // the document does not arrive; the sender cannot know
  lost_after,       // the document arrives; the sender cannot know
  refused_to_send,  // nothing left
  forget,           // prints, restarts and has forgotten all its jobs
  restart,          // prints and restarts, and still has its jobs
  cancel,           // somebody cancels it at the printer; the card is printed all the same
  slow,             // takes longer than any card may take
};

class SimulatedPrinter final : public print::Printer {
 public:
  SimulatedPrinter(int number, SimulatedTransport& transport, SimulatedClock& clock)
      : place_{station::Place::Kind::printer, number}, transport_(transport), clock_(clock) {}

  std::string name() const override { return station::text_of(place_); }
  Result<print::PrinterReport> report() override;
  Status check(const print::PrintNeeds& needs) override;
  Result<print::PrintTicket> create(const print::PrintRequest& request) override;
  Status send(const print::PrintTicket& ticket, ByteView pdf) override;
  Result<print::PrintJobReport> poll(const print::PrintTicket& ticket) override;
  Status cancel(const print::PrintTicket& ticket) override;

  // What it says of itself; reasons with their suffix.
  print::PrinterReport::State state = print::PrinterReport::State::idle;
  std::vector<std::string> reasons;
  std::vector<print::Supply> supplies;
  bool reachable = true;   // to questions about itself
  bool connected = true;   // false: nothing that is asked or sent reaches it
  bool both_sides = true;  // it can print on both
  int jobs_of_others = 0;  // that wait in it
  int withdrawn = 0;       // jobs that were cancelled before they were begun
  int looks = 0;           // questions about itself
  int checks = 0;          // of what it can do
  void restart() { booted_ = clock_.steady() + kUpBeforeRestart; }
  // It stands still for this reason, in the middle of a card or with a document that it has not begun; goes
  // on where it was, on the body that is in it then.
  void stop(const std::string& reason);
  void go_on();

  // Called for every document that arrives, before it is printed.
  std::function<void(const std::string& attempt, const std::string& uuid)> on_document;
  std::deque<PrintFault> faults;               // of the next documents
  std::map<std::string, int> documents;        // sent, or perhaps sent, by attempt
  std::map<std::string, std::string> printed;  // SHA-256 of the document, by attempt

 private:
  static constexpr auto kUpBeforeRestart = std::chrono::hours(1);
  struct Job {
    std::string uuid;
    std::string attempt;
    SteadyTime since;  // of its creation, or of its document
    bool has_document = false;
    bool waits = false;  // its document has not been begun, since the printer stands still
    bool cancelled = false;
    PrintFault fault = PrintFault::none;
  };
  std::int64_t up_time_s() const;
  bool known(const print::PrintTicket& ticket) const;
  bool stands() const { return state == print::PrinterReport::State::stopped; }
  void take_document(Job& job, ByteView pdf);
  void begin(Job& job);
  print::PrintJobReport progress(const Job& job) const;
  int jobs_under_way() const;

  station::Place place_;
  SimulatedTransport& transport_;
  SimulatedClock& clock_;
  SteadyTime booted_{};
  SteadyTime stopped_{};
  std::map<std::int32_t, Job> jobs_;
  std::int32_t last_id_ = 0;
};

}  // namespace imprimatur::sim
