#include "station/decide.hpp"

#include <array>

namespace imprimatur::station {
namespace {

// clang-format off
constexpr std::array kRules{
    //   step                    found                     record                        next step
    Rule{Step::take,             Found::success,          {Record::nothing,              Step::identify}},
    Rule{Step::take,             Found::nothing_there,    {Record::release_claim,        Step::done}},
    Rule{Step::take,             Found::failed,           {Record::release_claim,        Step::done}},
    Rule{Step::take,             Found::unknown,          {Record::release_claim,        Step::done}},

    Rule{Step::identify,         Found::success,          {Record::begin_blank,          Step::write}},
    Rule{Step::identify,         Found::wrong_blank,      {Record::release_claim,        Step::move_to_reject}},
    Rule{Step::identify,         Found::job_refused,      {Record::release_claim,        Step::return_blank}},
    Rule{Step::identify,         Found::failed,           {Record::release_claim,        Step::move_to_reject}},
    Rule{Step::identify,         Found::no_signer,        {Record::release_claim,        Step::return_blank}},
    Rule{Step::identify,         Found::not_connected,    {Record::nothing,              Step::identify}},
    Rule{Step::identify,         Found::reader_lost,      {Record::release_claim,        Step::return_blank}},
    Rule{Step::identify,         Found::hung,             {Record::release_claim,        Step::move_to_reject}},
    // Reading who a chip is changes nothing on it: it may be asked again.
    Rule{Step::identify,         Found::unknown,          {Record::nothing,              Step::identify}},

    Rule{Step::return_blank,     Found::success,          {Record::nothing,              Step::done}},
    Rule{Step::return_blank,     Found::failed,           {Record::nothing,              Step::move_to_reject}},
    Rule{Step::return_blank,     Found::unknown,          {Record::nothing,              Step::move_to_reject}},

    Rule{Step::write,            Found::success,          {Record::chip_written,         Step::inspect}},
    Rule{Step::write,            Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    Rule{Step::write,            Found::key_refused,      {Record::intend_reject,        Step::move_to_reject}},
    Rule{Step::write,            Found::unknown,          {Record::nothing,              Step::look_at_chip}},
    Rule{Step::write,            Found::not_connected,    {Record::nothing,              Step::write}},
    // The body that was begun may be anywhere, and what is on its chip is not known.
    Rule{Step::write,            Found::other_body,       {Record::doubt,                Step::move_to_reject}},
    // A chip that hangs can be asked nothing. It is taken away; what it holds two people find out.
    Rule{Step::write,            Found::hung,             {Record::doubt,                Step::move_to_reject}},

    Rule{Step::look_at_chip,     Found::success,          {Record::chip_verified,        Step::wait_for_printer}},
    Rule{Step::look_at_chip,     Found::chip_untouched,   {Record::intend_reject,        Step::move_to_reject}},
    Rule{Step::look_at_chip,     Found::failed,           {Record::doubt,                Step::move_to_reject}},
    Rule{Step::look_at_chip,     Found::unknown,          {Record::nothing,              Step::look_at_chip}},
    Rule{Step::look_at_chip,     Found::not_connected,    {Record::nothing,              Step::look_at_chip}},
    Rule{Step::look_at_chip,     Found::other_body,       {Record::doubt,                Step::move_to_reject}},
    Rule{Step::look_at_chip,     Found::hung,             {Record::doubt,                Step::move_to_reject}},

    Rule{Step::inspect,          Found::success,          {Record::chip_verified,        Step::wait_for_printer}},
    Rule{Step::inspect,          Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    // Reading changes nothing: it is begun again, a few times; then the card is in doubt.
    Rule{Step::inspect,          Found::unknown,          {Record::nothing,              Step::inspect}},
    Rule{Step::inspect,          Found::not_connected,    {Record::nothing,              Step::inspect}},
    Rule{Step::inspect,          Found::other_body,       {Record::doubt,                Step::move_to_reject}},
    Rule{Step::inspect,          Found::hung,             {Record::doubt,                Step::move_to_reject}},

    Rule{Step::wait_for_printer, Found::success,          {Record::nothing,              Step::move_to_printer}},
    Rule{Step::move_to_printer,  Found::success,          {Record::nothing,              Step::reserve_print}},
    Rule{Step::move_to_printer,  Found::place_taken,      {Record::nothing,              Step::wait_for_printer}},
    Rule{Step::move_to_printer,  Found::failed,           {Record::doubt,                Step::move_to_reject}},
    Rule{Step::move_to_printer,  Found::unknown,          {Record::doubt,                Step::move_to_reject}},

    Rule{Step::reserve_print,    Found::success,          {Record::print_bound,          Step::send}},
    Rule{Step::reserve_print,    Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    // The printer can print nothing now: the card waits in it, as it is.
    Rule{Step::reserve_print,    Found::not_yet,          {Record::nothing,              Step::reserve_print}},
    // Create-Job without a document prints nothing and times out in the printer: it may be asked again.
    Rule{Step::reserve_print,    Found::unknown,          {Record::nothing,              Step::reserve_print}},

    Rule{Step::send,             Found::success,          {Record::sent,                 Step::poll}},
    // Nothing of the document left: the empty job times out in the printer, another is made.
    Rule{Step::send,             Found::failed,           {Record::nothing,              Step::reserve_print}},
    Rule{Step::send,             Found::unknown,          {Record::nothing,              Step::poll}},

    Rule{Step::poll,             Found::success,          {Record::out,                  Step::wait_for_reader}},
    Rule{Step::poll,             Found::not_yet,          {Record::nothing,              Step::poll}},
    Rule{Step::poll,             Found::same_blank_again, {Record::nothing,              Step::reserve_print}},
    Rule{Step::poll,             Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    Rule{Step::poll,             Found::unknown,          {Record::doubt,                Step::move_to_reject}},

    Rule{Step::wait_for_reader,  Found::success,          {Record::nothing,              Step::move_to_reader}},
    Rule{Step::move_to_reader,   Found::success,          {Record::nothing,              Step::reread}},
    Rule{Step::move_to_reader,   Found::place_taken,      {Record::nothing,              Step::wait_for_reader}},
    Rule{Step::move_to_reader,   Found::failed,           {Record::doubt,                Step::move_to_reject}},
    Rule{Step::move_to_reader,   Found::unknown,          {Record::doubt,                Step::move_to_reject}},

    Rule{Step::reread,           Found::success,          {Record::nothing,              Step::read_face}},
    Rule{Step::reread,           Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    Rule{Step::reread,           Found::unknown,          {Record::nothing,              Step::reread}},
    Rule{Step::reread,           Found::not_connected,    {Record::nothing,              Step::reread}},
    Rule{Step::reread,           Found::hung,             {Record::doubt,                Step::move_to_reject}},

    // With the chip's evidence of the step before.
    Rule{Step::read_face,        Found::success,          {Record::verified,             Step::move_to_output}},
    Rule{Step::read_face,        Found::not_asked,        {Record::verified,             Step::move_to_output}},
    // It was read, every character of it clearly, and says something else than job or chip.
    Rule{Step::read_face,        Found::failed,           {Record::intend_reject,        Step::move_to_reject}},
    // Looking changes nothing: again, a few times; then the card is in doubt. A dirty camera spoils no cards.
    Rule{Step::read_face,        Found::unknown,          {Record::nothing,              Step::read_face}},

    Rule{Step::move_to_output,   Found::success,          {Record::good,                 Step::done}},
    Rule{Step::move_to_output,   Found::failed,           {Record::doubt,                Step::move_to_reject}},
    Rule{Step::move_to_output,   Found::unknown,          {Record::doubt,                Step::move_to_reject}},

    Rule{Step::move_to_reject,   Found::success,          {Record::spoiled_or_set_aside, Step::done}},
    // It stays where it is; its slot stays closed until a person has looked.
    Rule{Step::move_to_reject,   Found::failed,           {Record::doubt,                Step::done}},
    Rule{Step::move_to_reject,   Found::unknown,          {Record::doubt,                Step::done}},
};
// clang-format on

bool stands_in(const Resumed& resumed, Place::Kind kind) {
  return resumed.place && resumed.place->kind == kind;
}

constexpr Decision kDoubt{Record::doubt, Step::move_to_reject};

// Between begin_blank and the printer: the chip tells how far it came.
Decision resume_before_print(const Resumed& resumed) {
  const bool verified = resumed.state == job::AttemptState::chip_verified;
  if (stands_in(resumed, Place::Kind::reader)) {
    return {Record::nothing, verified ? Step::wait_for_printer : Step::look_at_chip};
  }
  // The job-uuid is on record before a document leaves: without one nothing was printed on this card.
  if (verified && stands_in(resumed, Place::Kind::printer)) return {Record::nothing, Step::reserve_print};
  return kDoubt;
}

Decision resume_after_print(const Resumed& resumed) {
  const bool in_reader = stands_in(resumed, Place::Kind::reader);
  if (resumed.state == job::AttemptState::verified) {
    if (stands_in(resumed, Place::Kind::output)) return {Record::good, Step::done};
    return in_reader ? Decision{Record::nothing, Step::move_to_output} : kDoubt;
  }
  // Also when the face was being read: it is compared with a chip that was read in this run.
  if (in_reader) return {Record::nothing, Step::reread};
  return stands_in(resumed, Place::Kind::printer) ? Decision{Record::nothing, Step::wait_for_reader} : kDoubt;
}

}  // namespace

std::span<const Rule> rules() {
  return kRules;
}

Decision decide(Step step, Found found) {
  for (const Rule& rule : kRules) {
    if (rule.step == step && rule.found == found) return rule.decision;
  }
  return kDoubt;
}

Decision decide_after_restart(const Resumed& resumed) {
  const bool in_reject = stands_in(resumed, Place::Kind::reject);
  if (resumed.reject_intended || resumed.state == job::AttemptState::in_doubt) {
    return in_reject ? Decision{Record::spoiled_or_set_aside, Step::done}
                     : Decision{Record::nothing, Step::move_to_reject};
  }
  switch (resumed.state) {
    case job::AttemptState::begun:
    case job::AttemptState::chip_written:
      return resume_before_print(resumed);
    case job::AttemptState::chip_verified:
      if (!resumed.print_bound) return resume_before_print(resumed);
      return stands_in(resumed, Place::Kind::printer) ? Decision{Record::nothing, Step::poll} : kDoubt;
    case job::AttemptState::sent:
      return stands_in(resumed, Place::Kind::printer) ? Decision{Record::nothing, Step::poll} : kDoubt;
    case job::AttemptState::out:
    case job::AttemptState::verified:
      return resume_after_print(resumed);
    case job::AttemptState::good:
    case job::AttemptState::spoiled:
    case job::AttemptState::in_doubt:
    case job::AttemptState::missing:
      return {Record::nothing, Step::done};
  }
  return kDoubt;
}

std::string_view text_of(Step step) {
  switch (step) {
    case Step::take:
      return "take";
    case Step::identify:
      return "identify";
    case Step::write:
      return "write";
    case Step::inspect:
      return "inspect";
    case Step::wait_for_printer:
      return "wait_for_printer";
    case Step::move_to_printer:
      return "move_to_printer";
    case Step::reserve_print:
      return "reserve_print";
    case Step::send:
      return "send";
    case Step::poll:
      return "poll";
    case Step::wait_for_reader:
      return "wait_for_reader";
    case Step::move_to_reader:
      return "move_to_reader";
    case Step::reread:
      return "reread";
    case Step::read_face:
      return "read_face";
    case Step::move_to_output:
      return "move_to_output";
    case Step::return_blank:
      return "return_blank";
    case Step::move_to_reject:
      return "move_to_reject";
    case Step::look_at_chip:
      return "look_at_chip";
    case Step::done:
      return "done";
  }
  return "";
}

std::string_view text_of(Found found) {
  switch (found) {
    case Found::success:
      return "success";
    case Found::failed:
      return "failed";
    case Found::unknown:
      return "unknown";
    case Found::nothing_there:
      return "nothing_there";
    case Found::not_yet:
      return "not_yet";
    case Found::place_taken:
      return "place_taken";
    case Found::not_asked:
      return "not_asked";
    case Found::same_blank_again:
      return "same_blank_again";
    case Found::wrong_blank:
      return "wrong_blank";
    case Found::other_body:
      return "other_body";
    case Found::job_refused:
      return "job_refused";
    case Found::not_connected:
      return "not_connected";
    case Found::reader_lost:
      return "reader_lost";
    case Found::hung:
      return "hung";
    case Found::no_signer:
      return "no_signer";
    case Found::key_refused:
      return "key_refused";
    case Found::chip_untouched:
      return "chip_untouched";
  }
  return "";
}

}  // namespace imprimatur::station
