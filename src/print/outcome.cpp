#include "print/outcome.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"

namespace imprimatur::print {
namespace {

// What the table asks about the evidence: each fact is there or not, and a row names sets of them.
using Facts = unsigned;
constexpr Facts kFinal = 1U << 0;         // completed, canceled or aborted (RFC 8011 section 5.3.7)
constexpr Facts kCompleted = 1U << 1;     // the printer says it printed the job
constexpr Facts kBound = 1U << 2;         // it speaks of our job: known, and the same job-uuid
constexpr Facts kRestarted = 1U << 3;     // its up-time went back since before the document was sent
constexpr Facts kTooSoon = 1U << 4;       // sooner than a card can be moved
constexpr Facts kSuccessfully = 1U << 5;  // reason job-completed-successfully
constexpr Facts kAllSides = 1U << 6;      // impressions completed = sides asked
constexpr Facts kNoSide = 1U << 7;        // the printer says 0 impressions completed
constexpr Facts kNeverLeft = 1U << 8;     // the card never left the hopper
constexpr Facts kNone = 0;

struct Row {
  std::string_view rule;
  PrintOutcome outcome;
  Facts there;      // all of these
  Facts not_there;  // and none of these
};

// First fit decides. Doubt about the printer itself stands before everything it says.
constexpr std::array kTable{
    Row{"job-forgotten", PrintOutcome::unknown, kNone, kBound},
    Row{"printer-restarted", PrintOutcome::unknown, kRestarted, kNone},
    Row{"not-finished", PrintOutcome::wait, kNone, kFinal},
    Row{"completed-too-soon", PrintOutcome::unknown, kCompleted | kTooSoon, kNone},
    Row{"completed", PrintOutcome::out, kCompleted | kSuccessfully | kAllSides, kNone},
    // Completed with errors or warnings, or with another number of sides: the table has no such line, so
    // nothing is proved.
    Row{"completed-in-part", PrintOutcome::unknown, kCompleted, kNone},
    Row{"stopped-untouched", PrintOutcome::same_blank_again, kNoSide | kNeverLeft, kNone},
    // A cancelled job may still have printed.
    Row{"stopped", PrintOutcome::spoiled, kNone, kNone},
};

bool is_final(PrintJobState state) {
  return state == PrintJobState::completed || state == PrintJobState::canceled ||
         state == PrintJobState::aborted;
}

Facts facts_of(const PrintEvidence& evidence) {
  const PrintJobReport& report = evidence.report;
  const auto& reasons = report.reasons;
  Facts facts = kNone;
  const auto note = [&facts](Facts fact, bool holds) { facts |= holds ? fact : kNone; };
  note(kFinal, is_final(report.state));
  note(kCompleted, report.state == PrintJobState::completed);
  note(kBound, report.state != PrintJobState::forgotten && !evidence.ticket.job_uuid.empty() &&
                   report.job_uuid == evidence.ticket.job_uuid);
  note(kRestarted, report.printer_up_time_s < evidence.up_time_before_s);
  note(kTooSoon, evidence.elapsed < evidence.card_time_min);
  note(kSuccessfully,
       std::find(reasons.begin(), reasons.end(), "job-completed-successfully") != reasons.end());
  note(kAllSides, report.impressions_completed == evidence.sides_asked);
  note(kNoSide, report.impressions_completed == 0);
  note(kNeverLeft, evidence.never_left_hopper);
  return facts;
}

}  // namespace

PrintVerdict judge_print(const PrintEvidence& evidence) {
  const Facts facts = facts_of(evidence);
  const auto row = std::find_if(kTable.begin(), kTable.end(), [facts](const Row& candidate) {
    return (facts & candidate.there) == candidate.there && (facts & candidate.not_there) == kNone;
  });
  CHECK(row != kTable.end());  // the last row fits everything
  return {.outcome = row->outcome, .rule = row->rule};
}

std::string_view print_outcome_name(PrintOutcome outcome) {
  switch (outcome) {
    case PrintOutcome::out:
      return "out";
    case PrintOutcome::same_blank_again:
      return "same_blank_again";
    case PrintOutcome::spoiled:
      return "spoiled";
    case PrintOutcome::unknown:
      return "unknown";
    case PrintOutcome::wait:
      return "wait";
  }
  return "unknown";
}

}  // namespace imprimatur::print
