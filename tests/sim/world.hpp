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
#include "tests/sim/disk.hpp"
#include "tests/sim/face_reader.hpp"
#include "tests/sim/modelled_chip.hpp"
#include "tests/sim/operator.hpp"
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
  bool manual = false;      // a person moves the cards
  int printer_look_ms = 0;  // 0: printers are looked at when there is cause only, so that a run has an end
  bool face_reader = true;  // the product asks for one, and the line has it
  std::uint64_t seed = 7;
  bool modelled_chips = false;    // the chips' steps by their times and outcomes (modelled_chip.hpp)
  SimulatedDisk* disk = nullptr;  // that the ledger is on; borrowed, none: a real one
  bool keeps_trace = true;        // and what was kept of each card
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
  void add_swapped_blanks();         // two on a receipt that has each with the other's chip
  void add_copied_blank();           // on no receipt, with the chip of the body that was added last
  void receive();                    // what `add_blanks` has left out
  // Approved jobs of fictional holders; their ids.
  std::vector<std::string> submit(int count);
  static std::string serial(int number);
  // The cards in the output are handed over: their bodies are gone.
  void hand_over_output();
  // The next `submit` hands over jobs again that the last one has made.
  void submit_again(int count) { jobs_made_ -= count; }
  void feed() {
    turn([this] { station_->feed(); });
  }

  // One turn of the station's, as its loop makes it: what `work` notes is committed, then begun. False: the
  // power went, the disk failed, or the station halted; then only `restart` goes on.
  bool turn(const std::function<void()>& work);
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
  // Why the ledger could not be opened, or could not record a turn, since the last restart. While it could
  // not be opened there is no station.
  const std::optional<Error>& failure() const { return failure_; }
  bool started() const { return station_ != nullptr; }
  // A new process on the same ledger, machine and printers; recovers, and may crash again.
  void restart(std::optional<Crash> crash = {});
  // The same after a kill, which closes nothing, and with the disk as a power cut has left it.
  void restart_killed();
  void restart_from(DiskImage image);
  int commits() const { return commits_; }  // since the station was started

  // Promises that do not hold now, in words; empty when all do.
  std::vector<std::string> broken_promises();
  // Entries of the journal whose text contains this, from the oldest.
  std::vector<std::string> journal_with(std::string_view text) const;
  // The station's log, for a failure's message.
  std::string trace() const;
  void note(const std::string& line);  // in the trace
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
  SimulatedOperator& person() { return person_; }
  SimulatedEyes& eyes() { return eyes_; }
  SimulatedClock& clock() { return clock_; }
  SimulatedWorkers& workers() { return workers_; }
  Dice& dice() { return dice_; }
  ChipTrouble& chip_trouble() { return chip_trouble_; }
  std::function<void(Body&)>& on_chip_write() { return on_chip_write_; }
  std::filesystem::path ledger_file() const { return folder_ / "ledger.sqlite"; }
  bool modelled() const { return size_.modelled_chips; }
  // Its chip holds a whole card and takes no more writes.
  bool is_closed(const Body& body) const;
  int readers() const { return size_.readers; }
  int printers() const { return size_.printers; }
  SimulatedReader& reader_device(int number) { return *readers_.at(static_cast<std::size_t>(number - 1)); }
  SimulatedFaceReader& face_reader() { return face_reader_; }
  SimulatedPrinter& printer(int number) { return *printers_.at(static_cast<std::size_t>(number - 1)); }

 private:
  class TraceLog;
  class KeptEvidence;
  void start();
  void fails(Error error);
  station::FaceTexts printed_fields(const std::string& attempt);
  station::Transport& line_transport();
  std::shared_ptr<station::ChipStation> chip_station(SimulatedReader& reader);
  std::unique_ptr<ledger::LedgerReader> reader() const;
  void check_journal(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;
  void check_stock(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;
  void check_jobs(ledger::LedgerReader& reader, std::vector<std::string>& broken);
  void check_bodies(ledger::LedgerReader& reader, std::vector<std::string>& broken) const;

  test_support::TemporaryFolder folder_;
  WorldSize size_;
  SimulatedClock clock_;
  SimulatedWorkers workers_{clock_};
  SeededRandom random_{size_.seed};
  SeededRandom chip_random_{size_.seed + 4};
  Dice dice_{size_.seed};
  ChipTrouble chip_trouble_;
  std::function<void(Body&)> on_chip_write_ = [](Body&) {};
  test_support::MemoryVault vault_;
  std::vector<crypto::Certificate> anchors_;
  station::ProductLines products_;
  SimulatedTransport transport_{clock_};
  SimulatedFaceReader face_reader_{transport_, clock_,
                                   [this](const std::string& attempt) { return printed_fields(attempt); }};
  SimulatedOperator person_{transport_};
  SimulatedEyes eyes_{transport_, [this] { return reader(); }};
  std::unique_ptr<station::ManualTransport> manual_;
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
  std::optional<Error> failure_;
  int commits_ = 0;
  int bodies_made_ = 0;
  int jobs_made_ = 0;
};

}  // namespace imprimatur::sim
