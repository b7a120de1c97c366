// What the station records in the ledger, and when the ledger knows better than the lane.
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "station/card.hpp"
#include "station/limited_vault.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

constexpr int kBlanksRefusedMax = 2;  // in a row
constexpr int kFacesUnreadMax = 2;    // in a row

// A reason code for the journal, never empty.
std::string reason_of(const TaskResult& result, std::string_view otherwise) {
  return result.code.empty() ? std::string(otherwise) : result.code;
}

// Who signed the card, by the certificate that the evidence of one of its steps names.
std::string signer_label(const ProductLine& line, const json::object& evidence) {
  for (const auto& step : evidence) {
    const json::value* named =
        step.value().is_object() ? step.value().get_object().if_contains("signer") : nullptr;
    if (named == nullptr) continue;
    for (const DocumentSigner& signer : line.signers) {
      if (*named == json::value(to_hex_lower(signer.certificate.fingerprint()))) return signer.label;
    }
  }
  return "unknown";
}

// What the attempt's record says of its face.
std::string face_word(const json::object& evidence) {
  const json::value* verified = evidence.if_contains("verified");
  const json::value* face =
      verified != nullptr && verified->is_object() ? verified->get_object().if_contains("face") : nullptr;
  const bool scanned = face != nullptr && *face == json::value(kFaceScanned);
  return std::string("face ") + (scanned ? kFaceScanned : kFaceNotScanned);
}

}  // namespace

// A ledger that cannot record is the end: what the station does must be on record first.
void Station::check(const Status& status) {
  if (status || !halted_.empty() || !guarded("station.halts")) return;
  halted_ = status.error().code + ": " + status.error().message;
  ports_.log.write(message::kLineStopped, {{"line", options_.line}, {"cause", halted_}});
}

// No further cards until a person has looked and resumed the line; the cause is shown and journalled.
void Station::stop_line(std::string cause) {
  if (paused_) return;
  paused_ = true;
  standing_cause_ = std::move(cause);
  ports_.log.write(message::kLineStopped, {{"line", options_.line}, {"cause", standing_cause_}});
  check(ports_.ledger.device_event("fault", options_.line, standing_cause_));
}

Found Station::record(Card& card, Record what, TaskResult& result) {
  ledger::Ledger& ledger = ports_.ledger;
  switch (what) {
    case Record::nothing:
      break;
    case Record::release_claim:
      check(ledger.release_claim(card.claim));
      if (result.found == Found::nothing_there) {
        out_of_blanks_[card.line->product.blank_class] = true;
        standing_cause_ = "no blanks of class " + card.line->product.blank_class;
        ports_.log.write(message::kOutOfBlanks, {{"class", card.line->product.blank_class}});
      } else if (result.found == Found::no_signer || result.found == Found::reader_lost) {
        // Neither job nor blank is to blame: both are as they were.
      } else if (result.found == Found::job_refused) {
        check(ledger.hold(card.claim.job, {}));  // a person looks at it; it is not claimed again and again
        ports_.log.write(message::kJobHeld, {{"job", card.claim.job}, {"code", result.code}});
      } else if (card.step == Step::identify) {
        refuse_blank(card, result);
      } else if (card.step == Step::take) {
        stop_line(reason_of(result, "transport.fault"));  // the transport cannot be trusted: a person looks
        close_slot(card.target, card.body);  // and a blank may stand there that nobody has asked for
      }
      break;
    case Record::begin_blank:
      return begin(card, result);
    case Record::chip_written:
      key_refusals_in_a_row_ = 0;
      record_step(card, job::AttemptState::chip_written, result);
      break;
    case Record::chip_verified:
      // After a cut in the write the chip itself is the evidence that it was written.
      if (card.step == Step::look_at_chip) {
        const auto attempt = ledger.attempt(card.attempt);
        if (attempt && attempt.value().state == job::AttemptState::begun) {
          record_step(card, job::AttemptState::chip_written, result);
        }
      }
      record_step(card, job::AttemptState::chip_verified, result);
      break;
    case Record::print_bound:
      if (guarded("station.intent.print")) {
        check(ledger.bind_print(card.key(),
                                {card.print.ticket.job_id, card.print.ticket.job_uuid, text_of(card.place)},
                                result.evidence));
      }
      keep_face(card);
      break;
    case Record::sent:
      record_step(card, job::AttemptState::sent, result);
      break;
    case Record::out: {
      // A document whose sending got no answer was sent after all: the printer's word is the evidence.
      const auto attempt = ledger.attempt(card.attempt);
      if (attempt && attempt.value().state == job::AttemptState::chip_verified) {
        record_step(card, job::AttemptState::sent, result);
      }
      record_step(card, job::AttemptState::out, result);
      break;
    }
    case Record::verified:
      record_verified(card, result);
      break;
    case Record::good:
      check(ledger.finish_good(card.key()));
      keep_good(card);
      break;
    case Record::intend_reject:
      spoil(card, result);
      break;
    case Record::spoiled_or_set_aside:
      if (!card.attempt.empty() && !card.in_doubt) {
        check(ledger.finish_spoiled(card.key(), card.reject_reason, card.line->product.remakes_max));
        ports_.log.write(message::kCardSpoiled,
                         {{"attempt", card.attempt}, {"blank", card.body}, {"reason", card.reject_reason}});
      }
      break;
    case Record::doubt:
      set_aside(card, result);
      break;
  }
  return result.found;
}

// A blank that cannot be used goes to the reject and counts as in quarantine, when it is one of ours at all.
void Station::refuse_blank(const Card& card, const TaskResult& result) {
  const std::string reason = reason_of(result, "station.blank_unreadable");
  ports_.log.write(message::kBlankRefused, {{"body", card.body}, {"code", reason}});
  const auto quarantined = ports_.ledger.quarantine_blank(card.body, reason);
  if (!quarantined && quarantined.error().code != "ledger.blank_unknown") check(quarantined);
  // One bad blank is a bad blank; one after the other is a wrong box in the hopper or a reader that is
  // broken.
  if (++blanks_refused_in_a_row_ >= kBlanksRefusedMax && guarded("station.blanks_refused"))
    stop_line("station.blanks_refused");
}

void Station::record_step(Card& card, job::AttemptState state, const TaskResult& result) {
  check(ports_.ledger.record_step(card.key(), state, result.evidence));
}

// One step of the journal: the chip and the face of the same card.
void Station::record_verified(Card& card, const TaskResult& result) {
  if (result.found == Found::success) faces_unread_in_a_row_ = 0;
  TaskResult both = result;
  for (const auto& [name, value] : card.reread_evidence) both.evidence[name] = value;
  record_step(card, job::AttemptState::verified, both);
  keep_chip(card);
}

void Station::spoil(Card& card, const TaskResult& result) {
  card.reject_reason =
      reason_of(result, std::string(text_of(card.step)) + "." + std::string(text_of(result.found)));
  ports_.log.write(message::kCardBad, {{"attempt", card.attempt},
                                       {"blank", card.body},
                                       {"step", std::string(text_of(card.step))},
                                       {"reason", card.reject_reason},
                                       {"detail", result.sentence}});
  if (guarded("station.intent.reject")) {
    check(ports_.ledger.intend_reject(card.key(), card.reject_reason));
  }
  if (result.code == kDerivations) return stop_line(std::string(kDerivations));
  if (result.found != Found::key_refused) return;
  // A wrong key destroys cards: two in a row stop the line (design section 7).
  if (++key_refusals_in_a_row_ < 2 || !guarded("station.keys_refused")) return;
  stop_line("station.keys_refused_twice");
}

void Station::set_aside(Card& card, const TaskResult& result) {
  if (card.attempt.empty() || card.in_doubt) return;
  card.in_doubt = true;
  // After a restart there is no step that went wrong: what a person needs is where card and record stood.
  std::string question = std::string(text_of(card.step)) + ": " + reason_of(result, text_of(result.found));
  if (result.code == kRestarted) question = "restart: " + result.sentence;
  if (result.found == Found::hung || result.found == Found::other_body) question += ": " + result.sentence;
  check(ports_.ledger.doubt(card.key(), question));
  ports_.log.write(message::kCardInDoubt,
                   {{"attempt", card.attempt}, {"blank", card.body}, {"question", question}});
  // One face that cannot be read may be a bad print; one after the other is a bad camera or a bad ribbon.
  if (card.step == Step::read_face && ++faces_unread_in_a_row_ >= kFacesUnreadMax &&
      guarded("station.faces_unread")) {
    stop_line("station.faces_unread");
  }
}

void Station::keep_face(const Card& card) {
  if (ports_.evidence == nullptr) return;
  later("evidence", 0, [sink = ports_.evidence, job = card.claim.job, pdf = card.work->face_pdf] {
    sink->keep_face(job, pdf);
    return Report([] {});
  });
}

// A copy of the files: the card goes on, and its work with it, while they are written.
void Station::keep_chip(const Card& card) {
  if (ports_.evidence == nullptr) return;
  later("evidence", 0, [sink = ports_.evidence, job = card.claim.job, files = card.work->read_back] {
    sink->keep_chip(job, files);
    return Report([] {});
  });
}

// The card may have come to its place in an earlier run: only what is on record is used, not its work.
void Station::keep_good(const Card& card) {
  ++good_;
  last_good_ = ports_.clock.now();
  ports_.log.write(message::kCardGood, {{"attempt", card.attempt}, {"blank", card.body}});
  if (ports_.evidence == nullptr) return;
  auto attempt = ports_.ledger.attempt(card.attempt);
  if (!attempt) return check(attempt.error());
  auto blank = ports_.ledger.blank(card.body);
  if (!blank) return check(blank.error());
  json::array sequences;
  for (const auto sequence : attempt.value().sequences) sequences.push_back(sequence);
  const json::object& evidence = attempt.value().evidence;
  json::object record{{"job", card.claim.job},
                      {"attempt", card.attempt},
                      {"blank", card.body},
                      {"chip", blank.value().chip_id},
                      {"product", card.line->product.name},
                      {"profile", card.line->profile_hash},
                      {"template", card.line->face_hash},
                      {"document_signer", signer_label(*card.line, attempt.value().evidence)},
                      {"face_reader", face_word(evidence)},
                      {"evidence", evidence},
                      {"sequences", std::move(sequences)}};
  later("evidence", 0, [sink = ports_.evidence, job = card.claim.job, record = std::move(record)] {
    sink->keep_record(job, record);
    return Report([] {});
  });
}

}  // namespace imprimatur::station
