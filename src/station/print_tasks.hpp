// The printer's steps as blocking calls for a printer's lane. What its word proves is print/outcome.hpp's.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "print/outcome.hpp"
#include "print/printer.hpp"
#include "print/render.hpp"
#include "station/card_work.hpp"
#include "station/printer_reasons.hpp"
#include "station/task_result.hpp"

namespace imprimatur::station {

struct PrintLimits {
  std::chrono::milliseconds card_time_min{50};      // no card is printed sooner
  std::chrono::milliseconds card_time_max{180000};  // later than this the printer's word is "unknown"
};

// A job that the printer has reserved, and the printer's up-time before anything was sent to it. The ledger
// keeps both: so that a restart of the printer is seen even when ours came in between.
struct BoundPrint {
  print::PrintTicket ticket;
  std::int64_t up_time_s = 0;
  WallTime at{};                                  // when the printer said so
  std::optional<SteadyTime> at_in_this_run = {};  // the same; nothing after a restart
};

// One printer as its lane sees it. Used by that lane only. Borrows printer and clock; the renderer is
// shared within one thread at most.
class PrintStation {
 public:
  PrintStation(print::Printer& printer, std::shared_ptr<print::FaceRenderer> renderer, const Clock& clock,
               PrintLimits limits)
      : printer_(printer), renderer_(std::move(renderer)), clock_(clock), limits_(limits) {}

  std::string name() const { return printer_.name(); }

  // How the printer is now. What it can do is compared with what the products ask at the first contact and
  // again after every restart of it. `nothing`: no card of ours is in it, so no job can be ours; `as_known`:
  // what the calls since then have made of that. After a start it may have one of an earlier run.
  enum class Holds { nothing, as_known };
  PrinterCondition look(Holds holds);

  // Draws the face (into work.face_pdf) and reserves a job with the printer. `bound` is what the ledger
  // keeps. not_yet: the printer can print nothing now and nothing was reserved.
  TaskResult reserve(CardWork& work, const std::string& attempt, BoundPrint& bound);

  // Sends the document of `ticket`. Unknown: it may be printed; only polling tells.
  TaskResult send(const CardWork& work, const print::PrintTicket& ticket);

  // Asks once. not_yet until the printer has come to an end with this job-uuid, and while it stands still
  // with the card not begun.
  TaskResult poll(const BoundPrint& bound);

 private:
  std::int64_t up_time_expected(const BoundPrint& bound) const;
  void give_up(const print::PrintTicket& ticket);
  void withdraw();

  print::Printer& printer_;
  std::shared_ptr<print::FaceRenderer> renderer_;
  const Clock& clock_;
  PrintLimits limits_;
  SteadyTime began_{};  // of the last Send-Document, or of the first poll after a restart
  bool began_here_ = false;
  bool fits_ = false;                           // the printer can make the products' cards
  std::int64_t up_time_seen_ = 0;               // goes back when it was restarted: then it is compared again
  int own_jobs_ = 1;                            // that the printer may have
  std::optional<print::PrintTicket> given_up_;  // the printer may have it still
};

}  // namespace imprimatur::station
