// A simulated production line around the real station, ledger, chip, face and signing code. A test sets it
// up, breaks something, lets it run, and asks for broken promises (design section 2). One thread.
#pragma once

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"
#include "ledger/reader.hpp"
#include "station/station.hpp"
#include "tests/sim/face_reader.hpp"
#include "tests/sim/printer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/memory_vault.hpp"

namespace imprimatur::sim {

struct WorldSize {
  int readers = 1;
  int printers = 1;
  // In the order of succession: "ds-UTO" and "ds-UTO-2" live long, the latter with a key on P-384;
  // "ds-short" does not live as long as a card.
  std::vector<std::string> signers = {"ds-UTO"};
  std::int64_t signatures_max = 100000;
  int derivations_max = 4;
  int printer_look_ms = 0;  // 0: printers are looked at when there is cause only, so that a run has an end
  bool face_reader = true;  // the product asks for one, and the line has it
};

// The power goes after the n-th commit from now. `effects_ran`: what the turn decided was still done by the
// devices, and nobody heard of it.
struct Crash {
  int after_commits = 1;
  bool effects_ran = false;
};

inline constexpr const char* kClass = "utopia-id";

class World {
 public:
  explicit World(WorldSize size);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Puts blanks B000001 … into the hopper; `stocked`: and on a receipt. Bodies can be changed until they are
  // taken.
  void add_blanks(int count, bool stocked = true);
  void add_counterfeits(int count);  // on a receipt, with other keys than the issuer's
  void receive();                    // what `add_blanks` has left out
  // Approved jobs of fictional holders; their ids.
  std::vector<std::string> submit(int count);
  static std::string serial(int number);

  // Runs until nothing is under way or the power goes. False: it went, or something never ends.
  bool run();
  // Runs so long in virtual time, or until nothing is under way.
  void run_for(std::chrono::milliseconds time);
  // Runs at most so many turns.
  void run_turns(int turns);
  void pause(bool paused);
  void drain();

  void crash_after(Crash crash) { crash_ = crash; }
  bool crashed() const { return crashed_; }
  // A new process on the same ledger, machine and printers; recovers, and may crash again.
  void restart(std::optional<Crash> crash = {});
  int commits() const { return commits_; }  // since the station was started

  // Promises that do not hold now, in words; empty when all do.
  std::vector<std::string> broken_promises();
  // Entries of the journal whose text contains this, from the oldest.
  std::vector<std::string> journal_with(std::string_view text) const;
  // The station's log, for a failure's message.
  std::string trace() const;
  // What was kept of a job's card, over all restarts: "face", "chip" and "record".
  std::set<std::string> kept_of(const std::string& job) const;

  job::JobState state_of(const std::string& job);
  std::vector<ledger::AttemptRecord> attempts_of(const std::string& job);
  std::int64_t stock(ledger::StockPlace place);
  int documents_max() const;  // sent for one attempt

  ledger::Ledger& ledger() { return *ledger_; }
  test_support::MemoryVault& vault() { return vault_; }
  const devices::Memory& chip_of(int number) const {
    return transport_.bodies.at(static_cast<std::size_t>(number - 1))->chip->memory();
  }
  station::Station& station() { return *station_; }
  SimulatedTransport& transport() { return transport_; }
  SimulatedClock& clock() { return clock_; }
  SimulatedWorkers& workers() { return workers_; }
  SimulatedReader& reader_device(int number) { return *readers_.at(static_cast<std::size_t>(number - 1)); }
  SimulatedFaceReader& face_reader() { return face_reader_; }
  SimulatedPrinter& printer(int number) { return *printers_.at(static_cast<std::size_t>(number - 1)); }

 private:
  class TraceLog;
  class KeptEvidence;
  void start();
  station::FaceTexts printed_fields(const std::string& attempt);
  bool turn(const std::function<void()>& work);
  std::unique_ptr<ledger::LedgerReader> reader() const;
  void check_journal(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;
  void check_stock(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;
  void check_jobs(ledger::LedgerReader& reader, std::vector<std::string>& broken);
  void check_bodies(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;

  test_support::TemporaryFolder folder_;
  WorldSize size_;
  SimulatedClock clock_;
  SimulatedWorkers workers_{clock_};
  SeededRandom random_{7};
  SeededRandom chip_random_{11};
  test_support::MemoryVault vault_;
  std::vector<crypto::Certificate> anchors_;
  station::ProductLines products_;
  SimulatedTransport transport_{clock_};
  SimulatedFaceReader face_reader_{transport_, clock_,
                                   [this](const std::string& attempt) { return printed_fields(attempt); }};
  std::vector<std::unique_ptr<SimulatedReader>> readers_;
  std::vector<std::unique_ptr<SimulatedPrinter>> printers_;
  std::unique_ptr<TraceLog> log_;
  std::unique_ptr<KeptEvidence> evidence_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<station::Station> station_;
  std::map<std::string, job::JobDocument> documents_;  // by job
  std::string unreceived_;
  std::optional<Crash> crash_;
  bool crashed_ = false;
  int commits_ = 0;
  int bodies_made_ = 0;
  int jobs_made_ = 0;
};

}  // namespace imprimatur::sim
