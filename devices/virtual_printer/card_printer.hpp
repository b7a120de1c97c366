// One virtual card printer: its jobs, its hopper, its head, what it does with time. No sockets, threads or
// clocks: every call says what time it is, and first lets happen what was due by then. The owner locks.
//
// One job is one card. A job waits for its document (pending-held), then for the head (pending), is printed
// for print_time a card whatever its sides, and is completed when the file SPOOL/<uuid>.pdf stands there
// whole. Job and printer states are those of RFC 8011 sections 5.3.7 and 5.4.11.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "devices/virtual_printer/printer_stores.hpp"

namespace imprimatur::devices {

struct CardPrinterSettings {
  std::string name;                                 // "card-1"
  std::filesystem::path spool;                      // folder of what it printed; must exist
  std::chrono::milliseconds print_time{150};        // a card, at least
  std::chrono::milliseconds document_wait{60'000};  // multiple-operation-time-out
  std::size_t queue_max = 50;                       // unfinished jobs
  std::size_t history_max = 1'000;                  // finished jobs it still knows
  StoreSettings stores = {};
  unsigned faults_per_thousand = 0;  // cards that go wrong by chance, in one of the ways of a CardFault
  std::chrono::milliseconds clear_after{0};  // so long after it stopped a person clears it; 0: nobody does
};

enum class CardJobState : int {
  pending = 3,
  pending_held = 4,
  processing = 5,
  canceled = 7,
  aborted = 8,
  completed = 9,
};

struct CardJobRequest {
  std::string name;
  std::string user;
  int sides = 1;  // 1 or 2
  std::string sides_keyword = "one-sided";
};

// A job as the printer tells it; times are its up-time in seconds.
struct CardJob {
  std::int32_t id = 0;
  std::string uuid;  // "urn:uuid:…"
  CardJobRequest request;
  CardJobState state = CardJobState::pending_held;
  std::string reason = "job-data-insufficient";
  int impressions = 0;            // that the document has; 0 while there is none
  int impressions_completed = 0;  // sides printed
  std::int64_t created_s = 0;
  std::optional<std::int64_t> started_s, ended_s;
  bool finished() const { return state >= CardJobState::canceled; }
};

// What goes wrong on command.
enum class CardFault {
  abort,          // the next card is aborted before it leaves the hopper
  jam,            // the next card jams in the middle; the printer stops until it is cleared
  media_empty,    // the hopper is empty from now on; the printer stops until it is cleared
  cancel_prints,  // the next cancelled card is printed all the same
  too_soon,       // the next card is said to be completed at once, and is not printed
  restart,        // power off and on: jobs are forgotten, ids begin at 1, a card in the head is lost
  restart_keeps,  // the same, but it keeps its jobs, and says of the lost card that it was completed
};

// Why a call did nothing; the IPP service gives each its status code.
enum class CardRefusal { none, not_found, not_possible, too_many_jobs, second_document, not_a_card };

struct CardAnswer {
  CardRefusal refusal = CardRefusal::none;
  CardJob job;
};

class CardPrinter {
 public:
  // `ids` gives the job-uuids and must outlive the printer: a printer never repeats one, even after a
  // restart. `pace_seed` spreads the time of a card over print_time … print_time + 20 %.
  CardPrinter(CardPrinterSettings settings, Random& ids, std::uint64_t pace_seed, SteadyTime now);

  CardAnswer create(CardJobRequest request, SteadyTime now);
  // A PDF of as many pages as the job has sides, or fewer; `last` lets the job go to the head. A document
  // that is not such a PDF aborts the job with document-format-error.
  CardAnswer add_document(std::int32_t id, ByteView document, bool last, SteadyTime now);
  CardAnswer cancel(std::int32_t id, SteadyTime now);
  CardAnswer find(std::int32_t id, SteadyTime now);
  // All jobs it knows, oldest first.
  std::vector<CardJob> jobs(SteadyTime now);

  void fault(CardFault fault, SteadyTime now);
  // From now on it says this keyword (with its suffix) among its printer-state-reasons: "cover-open-error".
  // It stands still meanwhile, but for -warning and -report.
  void say(std::string keyword, SteadyTime now);
  // A person has cleared the jam, closed the cover, filled ribbon and hopper and emptied the tray.
  void clear(SteadyTime now);

  // Lets happen what is due by `now`, and says when something will be due next.
  void advance(SteadyTime now);
  std::optional<SteadyTime> next_due() const;

  const CardPrinterSettings& settings() const { return settings_; }
  const std::string& printer_uuid() const { return printer_uuid_; }
  std::int64_t up_time_s(SteadyTime now) const;  // at least 1 (RFC 8011 section 5.4.29)
  std::size_t queued() const;                    // unfinished jobs
  bool stopped() const;
  bool printing() const { return head_.has_value(); }
  std::vector<std::string> reasons() const;  // printer-state-reasons; empty for none
  int ribbon_percent() const { return stores_.ribbon_percent(); }

 private:
  struct Entry {
    CardJob job;
    Bytes document;
    SteadyTime created, queued;
  };
  // The card in the head.
  struct Head {
    std::int32_t id = 0;
    SteadyTime started, due;
    bool jams = false;
  };

  Entry* entry(std::int32_t id);
  Entry* next_pending();
  bool step(SteadyTime now);
  void take_card(Entry& entry, SteadyTime when);
  std::optional<CardFault> fault_of_next_card();
  void restart(bool keeps_jobs, SteadyTime when);
  void clear_up(SteadyTime when);
  void note_stop(SteadyTime when);
  void finish_card(SteadyTime when);
  void jam_card(SteadyTime when);
  void end(Entry& entry, CardJobState state, std::string reason, SteadyTime when);
  void note_sides(SteadyTime when);
  void forget_old();
  CardAnswer answer(const Entry& entry) const;
  Status store(const Entry& entry) const;

  CardPrinterSettings settings_;
  Random& ids_;
  SeededRandom pace_;
  std::string printer_uuid_;
  SteadyTime up_since_;
  SteadyTime head_free_;
  std::int32_t next_id_ = 1;
  std::deque<Entry> entries_;  // oldest first
  std::optional<Head> head_;
  std::string stop_reason_;        // of a fault
  std::vector<std::string> said_;  // on command
  PrinterStores stores_;
  std::optional<SteadyTime> stopped_at_;
  std::optional<CardFault> next_card_fault_;  // abort, jam or too_soon
  bool cancel_prints_ = false;
};

// Name of the file of a printed job in the printer's folder: the uuid without "urn:uuid:", and ".pdf".
std::string printed_file_name(const std::string& job_uuid);

// Pages of a PDF whose page objects stand uncompressed; nothing when it is not a PDF, 0 when they cannot be
// counted.
std::optional<int> count_pdf_pages(ByteView document);

}  // namespace imprimatur::devices
