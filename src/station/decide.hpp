// The station's core: what happens next to one card. A function of the card's step and of what was found
// out about it; no I/O, no clock, no threads, no resources. Recovery asks the same tables with what it
// finds, so that there is one implementation of what happens next (design section 5).
//
// A step is one thing that is being done to the card by one lane. When the lane reports, `decide` says what
// the ledger records and which step comes next. The rules are tables (decide.cpp) that a person can read.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "job/states.hpp"
#include "station/transport.hpp"

namespace imprimatur::station {

// What is being done to a card, in the order of a good one.
enum class Step {
  take,      // hopper → reader
  identify,  // read the chip's identity; ends with begin_blank
  write,     // compose, sign, write, read back, rotate keys, activate
  inspect,   // as a border gate would
  wait_for_printer,
  move_to_printer,
  reserve_print,  // render, Create-Job
  send,           // Send-Document
  poll,           // until the printer says how it ended
  wait_for_reader,
  move_to_reader,
  reread,     // the chip again, in the printed card
  read_face,  // and the face of the same card, when the product asks for it
  move_to_output,
  return_blank,    // reader → hopper: nothing was begun on it
  move_to_reject,  // what is spoiled or in doubt is locked away
  look_at_chip,    // after a restart: what is on the chip that was being written?
  done,
};

// What a lane found out.
enum class Found {
  success,
  failed,            // it did not happen, or the card is bad: it must not go on
  unknown,           // it may or may not have happened
  nothing_there,     // take: the hopper has no blank of the class
  not_yet,           // poll: not at its end
  place_taken,       // move: another body stands there; the card is where it was
  not_asked,         // read_face: the product asks for no face reader
  same_blank_again,  // the printer ended the job and the card is untouched
  wrong_blank,       // identify: unknown, used, of another class, or its receipt has another chip in it
  other_body,        // the chip in the reader is not the one that was begun
  not_connected,     // the reader gave no connection: nothing was sent to the card
  reader_lost,       // identify: the reader stayed away so long that the blank goes back
  hung,              // the call did not come back in its time: the card is mute or the reader hangs
  job_refused,       // identify: the job can no longer be made; the blank is as it was
  no_signer,         // identify: no document signer may sign now; job and blank are as they were
  key_refused,       // an issuer key did not authenticate: quarantine; two in a row stop the line
  chip_untouched,    // look_at_chip: still opens with the transport keys, so no gate would accept it
};

// What the ledger records of it.
enum class Record {
  nothing,
  release_claim,  // the job goes back to ready: no blank was begun
  begin_blank,
  chip_written,
  chip_verified,
  print_bound,  // job-id and job-uuid, before the document is sent
  sent,
  out,
  verified,
  good,
  intend_reject,         // the reason to spoil, before the card moves to the reject
  spoiled_or_set_aside,  // the card lies in the locked reject
  doubt,
};

struct Decision {
  Record record = Record::nothing;
  Step next = Step::done;
  bool operator==(const Decision&) const = default;
};

struct Rule {
  Step step;
  Found found;
  Decision decision;
};

std::span<const Rule> rules();

// The rule for the pair. A pair without one is taken as doubt: the card is set aside, nothing is guessed.
Decision decide(Step step, Found found);

// What the ledger and the transport's sensors say of an open attempt after a restart.
struct Resumed {
  job::AttemptState state = job::AttemptState::begun;
  bool print_bound = false;      // a job-uuid is on record
  bool reject_intended = false;  // the reason to spoil is on record
  std::optional<Place> place;    // nothing: no sensor shows the body
};
// Where the attempt is taken up, and what is recorded at once.
Decision decide_after_restart(const Resumed& resumed);

std::string_view text_of(Step step);
std::string_view text_of(Found found);

}  // namespace imprimatur::station
