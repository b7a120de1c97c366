// The tables of states (states.hpp), as a person reads them: from, event, to, condition, entry of the
// journal.
#include "job/states.hpp"

namespace imprimatur::job {
namespace {

using enum JobState;
using Event = JobEvent;
using Attempt = AttemptState;
using Step = AttemptEvent;

// clang-format off
constexpr JobTransition kJobTransitions[] = {
    {{ready},                       Event::hold,            held,        "",                                            "job.held"},
    {{held},                        Event::release,         ready,       "",                                            "job.released"},
    {{ready, held},                 Event::cancel,          cancelled,   "no blank was begun",                          "job.cancelled"},
    {{ready},                       Event::claim,           claimed,     "stock has a blank of the class; fence + 1",   ""},
    {{claimed},                     Event::lease_expired,   ready,       "",                                            ""},
    {{claimed},                     Event::begin_blank,     in_progress, "fence; blank known, unused, of the class; not_after; clock", ""},
    {{in_progress},                 Event::finish_good,     issued,      "fence; the attempt is verified",              "job.issued"},
    {{in_progress},                 Event::finish_spoiled,  ready,       "fence; the card lies in the locked reject",   ""},
    {{in_progress, in_doubt},       Event::remake_limit,    failed,      "more blanks spoiled than the product allows, or the data are erased", "job.failed"},
    {{in_progress},                 Event::doubt,           in_doubt,    "fence",                                       ""},
    {{in_doubt},                    Event::doubt_cleared,   in_progress, "fence; evidence shows where the card is",     ""},
    {{in_doubt},                    Event::resolve_good,    issued,      "statement; the chip stands a complete verification now", "job.issued"},
    {{in_doubt},                    Event::resolve_spoiled, ready,       "statement; the card is in hand, its serial scanned", ""},
    {{in_doubt},                    Event::resolve_missing, failed,      "statement: an incident",                      "job.failed"},
    {{issued},                      Event::deliver,         delivered,   "",                                            "card.delivered"},
    {{issued, delivered},           Event::recall,          recalled,    "statement",                                   "card.recalled"},
    {{recalled},                    Event::destroy,         destroyed,   "statement, by serial",                        "card.destroyed"},
    {{issued, delivered, recalled}, Event::lose,            missing,     "statement",                                   "card.missing"},
};

constexpr JobRefusal kJobRefusals[] = {
    {{held},                                                                                   Event::hold, "it is held already"},
    {{claimed, in_progress, in_doubt},                                                         Event::hold, "a card of it is on the line"},
    {{refused, issued, failed, cancelled, delivered, recalled, destroyed, missing},            Event::hold, "nothing is to be made any more"},
    {{ready, claimed, in_progress, in_doubt},                                                  Event::release, "it is not held"},
    {{refused, issued, failed, cancelled, delivered, recalled, destroyed, missing},            Event::release, "nothing is to be made any more"},
    {{claimed, in_progress, in_doubt},                                                         Event::cancel, "nothing is cancelled once a body is on its way"},
    {{refused, issued, failed, cancelled, delivered, recalled, destroyed, missing},            Event::cancel, "nothing is to be made any more"},
    {{refused, held, claimed, in_progress, in_doubt, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::claim, "only a ready job is claimed, once"},
    {{in_progress, in_doubt},                                                                  Event::lease_expired, "after begin_blank no timer gives a job away"},
    {{refused, ready, held, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::lease_expired, "there is no lease"},
    {{refused, ready, held, in_progress, in_doubt, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::begin_blank, "a blank is begun under a claim, and one at a time"},
    {{in_doubt},                                                                               Event::finish_good, "a doubt ends by evidence or by two people"},
    {{refused, ready, held, claimed, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::finish_good, "no card of it is being made"},
    {{in_doubt},                                                                               Event::finish_spoiled, "a doubt ends by evidence or by two people"},
    {{refused, ready, held, claimed, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::finish_spoiled, "no card of it is being made"},
    {{refused, ready, held, claimed, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::remake_limit, "no card of it is being made"},
    {{refused, ready, held, claimed, in_doubt, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::doubt, "no card of it is being made"},
    {{refused, ready, held, claimed, in_progress, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::doubt_cleared, "there is no doubt"},
    {{refused, ready, held, claimed, in_progress, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::resolve_good, "there is no doubt"},
    {{refused, ready, held, claimed, in_progress, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::resolve_spoiled, "there is no doubt"},
    {{refused, ready, held, claimed, in_progress, issued, failed, cancelled, delivered, recalled, destroyed, missing}, Event::resolve_missing, "there is no doubt"},
    {{delivered},                                                                              Event::deliver, "it is delivered already"},
    {{refused, ready, held, claimed, in_progress, in_doubt, failed, cancelled, recalled, destroyed, missing}, Event::deliver, "there is no good card"},
    {{recalled},                                                                               Event::recall, "it is recalled already"},
    {{refused, ready, held, claimed, in_progress, in_doubt, failed, cancelled, destroyed, missing}, Event::recall, "there is no good card"},
    {{issued, delivered},                                                                      Event::destroy, "a good card is recalled first"},
    {{refused, ready, held, claimed, in_progress, in_doubt, failed, cancelled, destroyed, missing}, Event::destroy, "there is no recalled card"},
    {{refused, ready, held, claimed, in_progress, in_doubt, failed, cancelled, destroyed, missing}, Event::lose, "there is no issued card"},
};

constexpr AttemptTransition kAttemptTransitions[] = {
    {{Attempt::in_doubt},                            Step::found_begun,     Attempt::begun,         "evidence: nothing was done to the chip", "attempt.step"},
    // Chip first: begun → chip_written → chip_verified → sent → out → verified → good. Print first: begun →
    // sent → out → chip_written → chip_verified → verified → good. From a doubt, evidence puts the card back.
    {{Attempt::begun, Attempt::out, Attempt::in_doubt},           Step::chip_written,  Attempt::chip_written,  "written and read back",         "attempt.step"},
    {{Attempt::chip_written, Attempt::in_doubt},                  Step::chip_verified, Attempt::chip_verified, "inspected as a gate would",     "attempt.step"},
    {{Attempt::begun, Attempt::chip_verified, Attempt::in_doubt}, Step::sent,          Attempt::sent,          "job-uuid on record before",     "attempt.step"},
    {{Attempt::sent, Attempt::in_doubt},                          Step::out,           Attempt::out,           "the printer's word for that job-uuid", "attempt.step"},
    {{Attempt::out, Attempt::chip_verified, Attempt::in_doubt},   Step::verified,      Attempt::verified,      "the same chip, read in the printed card", "attempt.step"},
    {{Attempt::verified},                                         Step::finish_good,   Attempt::good,          "it lies in the output",         "attempt.good"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified},
                                                     Step::finish_spoiled,  Attempt::spoiled,       "it lies in the locked reject",  "attempt.spoiled"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified},
                                                     Step::doubt,           Attempt::in_doubt,      "what became of it is not known", "attempt.in_doubt"},
    {{Attempt::in_doubt},                            Step::resolve_good,    Attempt::good,          "statement; complete verification now", "attempt.good"},
    {{Attempt::in_doubt},                            Step::resolve_spoiled, Attempt::spoiled,       "statement; in hand, serial scanned", "attempt.spoiled"},
    {{Attempt::in_doubt},                            Step::resolve_missing, Attempt::missing,       "statement: an incident",        "attempt.missing"},
};

constexpr AttemptRefusal kAttemptRefusals[] = {
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified}, Step::found_begun, "only a doubt is answered so"},
    {{Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::verified},      Step::chip_written,  "the chip is written once, and not while it is in a printer"},
    {{Attempt::begun, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified}, Step::chip_verified, "what was not written is not verified"},
    {{Attempt::chip_written, Attempt::sent, Attempt::out, Attempt::verified},                Step::sent,          "an unverified chip is not printed, and nothing twice"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::out, Attempt::verified}, Step::out, "nothing comes out that was not sent"},
    {{Attempt::begun, Attempt::chip_written, Attempt::sent, Attempt::verified},              Step::verified,      "verified needs the printed card"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::in_doubt}, Step::finish_good, "only a verified card is good"},
    {{Attempt::in_doubt},                                                                    Step::finish_spoiled, "a doubt ends by evidence or by two people"},
    {{Attempt::in_doubt},                                                                    Step::doubt,         "it is in doubt already"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified}, Step::resolve_good,    "there is no doubt"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified}, Step::resolve_spoiled, "there is no doubt"},
    {{Attempt::begun, Attempt::chip_written, Attempt::chip_verified, Attempt::sent, Attempt::out, Attempt::verified}, Step::resolve_missing, "there is no doubt"},
    // A stale result among them: "destroy this card".
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::found_begun,     "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::chip_written,    "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::chip_verified,   "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::sent,            "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::out,             "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::verified,        "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::finish_good,     "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::finish_spoiled,  "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::doubt,           "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::resolve_good,    "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::resolve_spoiled, "it has ended"},
    {{Attempt::good, Attempt::spoiled, Attempt::missing}, Step::resolve_missing, "it has ended"},
};
// clang-format on

}  // namespace

std::span<const JobTransition> job_transitions() {
  return kJobTransitions;
}

std::span<const JobRefusal> job_refusals() {
  return kJobRefusals;
}

std::span<const AttemptTransition> attempt_transitions() {
  return kAttemptTransitions;
}

std::span<const AttemptRefusal> attempt_refusals() {
  return kAttemptRefusals;
}

}  // namespace imprimatur::job
