// The printer's steps as blocking calls for a printer's lane. What its word proves is print/outcome.hpp's.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "print/outcome.hpp"
#include "print/printer.hpp"
#include "print/render.hpp"
#include "station/card_work.hpp"
#include "station/task_result.hpp"

namespace imprimatur::station {

struct PrintLimits {
  std::chrono::milliseconds card_time_min{50};      // no card is printed sooner
  std::chrono::milliseconds card_time_max{180000};  // later than this the printer's word is "unknown"
};

// One printer as its lane sees it. Used by that lane only. Borrows printer and clock.
class PrintStation {
 public:
  PrintStation(print::Printer& printer, std::unique_ptr<print::FaceRenderer> renderer, const Clock& clock,
               PrintLimits limits)
      : printer_(printer), renderer_(std::move(renderer)), clock_(clock), limits_(limits) {}

  std::string name() const { return printer_.name(); }

  // Draws the face (into work.face_pdf) and reserves a job with the printer. `ticket` is what the ledger
  // keeps.
  TaskResult reserve(CardWork& work, const std::string& attempt, print::PrintTicket& ticket);

  // Sends the document of `ticket`. Unknown: it may be printed; only polling tells.
  TaskResult send(const CardWork& work, const print::PrintTicket& ticket);

  // Asks once. not_yet until the printer has come to an end with this job-uuid.
  TaskResult poll(const print::PrintTicket& ticket);

 private:
  print::Printer& printer_;
  std::unique_ptr<print::FaceRenderer> renderer_;
  const Clock& clock_;
  PrintLimits limits_;
  SteadyTime began_{};  // of the last Send-Document, or of the first poll after a restart
  bool began_here_ = false;
  std::int64_t up_time_before_s_ = 0;
};

}  // namespace imprimatur::station
