// One production line: it claims jobs, feeds blanks to readers, and leads every card through its steps. What
// comes next is decided by `decide`; this is the shell around it: it records in the ledger, keeps who
// occupies which device, and hands blocking calls to the lanes.
//
// Used by one thread (the station's turns). A method only notes what is to run; `start_decided` starts it,
// after the group of the turn was committed.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "ledger/ledger.hpp"
#include "station/chip_tasks.hpp"
#include "station/face_tasks.hpp"
#include "station/print_tasks.hpp"
#include "station/transport.hpp"
#include "station/workers.hpp"

namespace imprimatur::station {

// Port CardEvidence: where what was made of a card is kept for people (the bench's result folder). Holds
// personal data: only with test keys. Called on the lane "evidence", as soon as there is something to keep:
// the face when its print is bound, the chip when it was read in the printed card, the record when the card
// is good. So a restart between them loses nothing, and a job that has a record has a good card.
class CardEvidence {
 public:
  virtual ~CardEvidence() = default;
  virtual void keep_chip(const std::string& job, const lds::FileMap& files) = 0;
  virtual void keep_face(const std::string& job, const Bytes& pdf) = 0;
  virtual void keep_record(const std::string& job, const json::object& record) = 0;
};

using ProductLines = std::map<std::string, std::shared_ptr<const ProductLine>>;

struct StationDevices {
  std::vector<std::shared_ptr<ChipStation>> readers;    // in the order of the transport's places reader-1 …
  std::vector<std::shared_ptr<PrintStation>> printers;  // printer-1 …
  Transport* transport = nullptr;                       // borrowed, not null
  // Each looks at the cards of its share of the readers. None: no product may ask for a face reader (CHECK).
  std::vector<std::shared_ptr<FaceStation>> faces;
};

struct StationOptions {
  std::string line = "line-1";
  int poll_interval_ms = 100;
  int chip_timeout_ms = 120000;          // one step of a card in a reader: later than this it hangs
  int reader_retry_ms = 2000;            // before a reader that could not be reached is tried again
  int face_retry_ms = 500;               // before a face that could not be read is looked at again
  std::int64_t signatures_max = 100000;  // of one document signer key: a hard stop
  int years_without_expiry = 10;         // how long a card without expiry date is taken to live
  int derivations_max = 4;               // of card keys for one blank
  int printer_look_ms = 2000;  // between two looks at a printer's state; 0: only when there is cause
};

class Station {
 public:
  struct Ports {
    ledger::Ledger& ledger;
    Workers& workers;
    const Clock& clock;
    Random& random;  // for the chips' keys; used on several lanes
    Log& log;
    CardEvidence* evidence = nullptr;  // none outside the bench
  };
  Station(Ports ports, StationDevices devices, ProductLines products, StationOptions options);
  ~Station();

  // Once, in the first turn: takes up what a previous run left, then begins to feed.
  void recover();
  // New jobs or blanks are there: look again.
  void feed();
  // No new cards; what is in the machines comes to its end.
  void drain() { draining_ = true; }
  bool idle() const { return recovered_ && cards_.empty(); }
  void pause(bool paused);
  bool paused() const { return paused_; }
  // No new cards until a person resumes the line, for the reason of this code.
  void stand(std::string cause) { stop_line(std::move(cause)); }
  // Whether the line has stopped by itself for this reason, an error's code.
  bool stands_for(std::string_view code) const { return standing_cause_.starts_with(code); }
  // Whether there is room to record: without it no card is begun. What is in the machines comes to its end.
  void set_room(bool enough);
  // Reads the chip of a card in doubt as completely as it can be verified, in the free reader that it was put
  // into. In a turn; `done` is called in that or a later one, with the evidence. Errors resolve.card_absent,
  // resolve.reader_busy, resolve.chip_refused, resolve.not_read (Happened::unknown), ledger.erased,
  // ledger.state.
  using VerifyDone = std::function<void(Result<json::object>)>;
  void verify_doubted(const std::string& attempt, VerifyDone done);

  // Hands what this turn decided to the lanes. After the commit, never before.
  void start_decided();

  // Not empty: the ledger or an invariant failed and the station must halt (its last word).
  const std::string& halted() const { return halted_; }

  // Lines, devices, what each does and waits for; no personal data.
  json::object snapshot() const;

 private:
  struct Card;
  struct Slot {
    std::string name = {};
    Card* card = nullptr;
    bool closed = false;     // a body stands in it that nobody may touch
    std::string fault = {};  // a device that is out of service: why; nothing is put into it
    bool hung = false;       // a call to it has not come back
    int probes = 0;          // made since the fault
  };
  using CardPtr = std::shared_ptr<Card>;

  // -- flow (station.cpp)
  void balance();
  bool may_feed() const;
  bool feed_reader(int reader);
  void on_result(const CardPtr& card, TaskResult result);
  void enter(const CardPtr& card, Step step);
  void finish(const CardPtr& card);
  void occupy(Card& card, Place place);
  void vacate(Card& card);
  void close_slot(Place place, const std::string& body);
  int free_slot(const std::vector<Slot>& slots) const;

  // -- what the ledger records (station_records.cpp)
  Found record(Card& card, Record what, TaskResult& result);
  void record_step(Card& card, job::AttemptState state, const TaskResult& result);
  void check(const Status& status);
  void stop_line(std::string cause);
  void refuse_blank(const Card& card, const TaskResult& result);
  void spoil(Card& card, const TaskResult& result);
  void set_aside(Card& card, const TaskResult& result);
  void record_verified(Card& card, const TaskResult& result);
  void keep_face(const Card& card);
  void keep_chip(const Card& card);
  void keep_good(const Card& card);

  // -- how a card begins (station_begin.cpp)
  bool prepare(const CardPtr& card, int reader);
  void on_prepared(const CardPtr& card, const Result<std::shared_ptr<CardWork>>& work);
  bool load_work(Card& card, const std::string& job);
  Found choose_signer(Card& card, TaskResult& result);
  Found match_body(const Card& card, TaskResult& result);
  void record_begin_intents(Card& card);
  Found begin(Card& card, TaskResult& result);

  // -- calls on the lanes (station_calls.cpp)
  void start(const CardPtr& card);
  void call_reader(const CardPtr& card, TaskResult (*task)(ChipStation&, Card&));
  void call_printer(const CardPtr& card, int delay_ms, TaskResult (*task)(PrintStation&, Card&));
  void call_face(const CardPtr& card);
  void call_take(const CardPtr& card);
  void call_move(const CardPtr& card, Place to);
  void call_transport(const CardPtr& card, Place to);
  void later(std::string lane, int delay_ms, LaneCall call);
  void later_within(std::string lane, int delay_ms, LaneCall call, Workers::Limit limit);

  // -- readers that fail (station_readers.cpp)
  Slot& slot_of(Place place);
  Workers::Limit limit_of(const CardPtr& card, int reader);
  void fault_reader(int reader, const LogMessage& message, const std::string& code);
  void probe_reader(int reader, int delay_ms);
  void on_probe(int reader, const TaskResult& result);
  void look_at_closed_slots();
  Decision again_or_never(Card& card, TaskResult& result, const Decision& decision);

  void verify_at(const ledger::AttemptRecord& attempt, Place place, const VerifyDone& done);

  // -- what printers say of themselves (station_printers.cpp)
  struct PrinterWatch {
    PrinterCondition condition;    // the last one
    std::set<std::string> faults;  // reasons that are in the journal as faults
    int turn = 0;                  // of the look that goes on by itself: there is one
    int unreachable_in_a_row = 0;
  };
  void look_at_printers();
  void look_at_printer(int printer, int delay_ms);
  void on_printer_look(int printer, int turn, const PrinterCondition& condition);
  void note_condition(int printer, const PrinterCondition& condition);
  void look_after(const Card& card, Found found);
  void describe_printer(std::size_t printer, json::object& device) const;

  // -- after a restart (station_recovery.cpp)
  void resume(const std::vector<ledger::AttemptRecord>& attempts, const std::vector<CardPlace>& places);
  void resume_attempt(const ledger::AttemptRecord& attempt, const std::vector<CardPlace>& places);

  Ports ports_;
  StationDevices devices_;
  ProductLines products_;
  StationOptions options_;
  std::vector<Slot> readers_;
  std::vector<Slot> printers_;
  std::vector<PrinterWatch> printer_watches_;  // one a printer
  std::list<CardPtr> cards_;
  std::list<CardPtr> waiting_for_printer_;
  std::list<CardPtr> waiting_for_reader_;
  std::map<std::string, bool> out_of_blanks_;  // by class, until blanks are received or the line resumed
  struct Decided {
    std::string lane;
    int delay_ms = 0;
    LaneCall call;
    std::optional<Workers::Limit> limit;
  };
  std::vector<Decided> decided_;
  int key_refusals_in_a_row_ = 0;
  int blanks_refused_in_a_row_ = 0;
  int faces_unread_in_a_row_ = 0;
  bool draining_ = false;
  bool paused_ = false;
  bool no_room_ = false;
  bool recovered_ = false;
  std::string standing_cause_;
  std::string halted_;
  std::int64_t good_ = 0;
  std::optional<WallTime> first_claim_;
  std::optional<WallTime> last_good_;
};

}  // namespace imprimatur::station
