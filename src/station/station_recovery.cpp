// After a restart: every open attempt is taken up where ledger and sensors say it stands (design section 5).
#include <algorithm>

#include "base/guard.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

const CardPlace* find_body(const std::vector<CardPlace>& places, std::string_view body) {
  const auto found =
      std::find_if(places.begin(), places.end(), [&](const CardPlace& place) { return place.card == body; });
  return found == places.end() ? nullptr : &*found;
}

bool in_machine(const CardPlace& place) {
  return place.place.kind == Place::Kind::reader || place.place.kind == Place::Kind::printer;
}

// The print as it was bound, with the printer's up-time before it. Records of an earlier version have none.
BoundPrint bound_print(const ledger::AttemptRecord& attempt) {
  BoundPrint bound;
  bound.ticket = {attempt.print->job_id, attempt.print->job_uuid};
  const json::value* print = attempt.evidence.if_contains("print");
  if (print == nullptr || !print->is_object()) return bound;
  const json::value* up_time = print->get_object().if_contains("up_time_s");
  const json::value* at = print->get_object().if_contains("up_time_at");
  if (up_time == nullptr || at == nullptr || !up_time->is_int64() || !at->is_string()) return bound;
  const auto when = parse_rfc3339(std::string(at->get_string()));
  if (!when) return bound;
  bound.up_time_s = up_time->get_int64();
  bound.at = when.value();
  return bound;
}

}  // namespace

void Station::recover() {
  auto released = ports_.ledger.release_all_claims();
  if (!released) return check(released.error());
  auto attempts = ports_.ledger.open_attempts();
  if (!attempts) return check(attempts.error());
  later("transport", 0,
        [this, transport = devices_.transport, open = std::move(attempts).value()]() -> Report {
          auto places = transport->list(false);
          return [this, open, places = std::move(places)] {
            if (places) return resume(open, places.value());
            if (places.error().code == kTransportClosing) return;
            stop_line(places.error().code);
            look_at_printers();
            // Nobody can say where the bodies are: open attempts stay as they are on record until the next
            // start.
            if (open.empty()) recovered_ = true;
          };
        });
}

void Station::resume(const std::vector<ledger::AttemptRecord>& attempts,
                     const std::vector<CardPlace>& places) {
  recovered_ = true;
  for (const auto& attempt : attempts) resume_attempt(attempt, places);
  // A body in a reader without an attempt was taken and not begun: it goes back, nothing was done to it.
  for (const CardPlace& place : places) {
    const bool known = std::any_of(attempts.begin(), attempts.end(),
                                   [&](const auto& attempt) { return attempt.blank == place.card; });
    if (known || !in_machine(place)) continue;
    auto card = std::make_shared<Card>();
    card->body = place.card;
    card->place = place.place;
    occupy(*card, place.place);
    cards_.push_back(card);
    enter(card, place.place.kind == Place::Kind::reader ? Step::return_blank : Step::move_to_reject);
  }
  look_at_printers();  // now that it is known in which a card of ours is
  ports_.log.write(message::kRecovered,
                   {{"line", options_.line}, {"attempts", std::to_string(attempts.size())}});
  balance();
}

void Station::resume_attempt(const ledger::AttemptRecord& attempt, const std::vector<CardPlace>& places) {
  const CardPlace* stands = find_body(places, attempt.blank);
  Resumed resumed;
  resumed.state = attempt.state;
  resumed.print_bound = attempt.print.has_value();
  resumed.reject_intended = !attempt.reject_reason.empty();
  if (stands != nullptr) resumed.place = stands->place;

  auto job = ports_.ledger.job(attempt.job);
  if (!job) return check(job.error());
  const auto line = products_.find(job.value().product);
  auto card = std::make_shared<Card>();
  card->claim = {attempt.job, job.value().product, attempt.fence, attempt.number - 1};
  card->attempt = attempt.id;
  card->body = attempt.blank;
  card->reject_reason = attempt.reject_reason;
  card->in_doubt = attempt.state == job::AttemptState::in_doubt;
  if (attempt.print) card->print = bound_print(attempt);

  Decision decision = decide_after_restart(resumed);
  const bool needs_work = decision.next != Step::done && decision.next != Step::move_to_reject;
  if (line != products_.end()) card->line = line->second;
  if (needs_work && (line == products_.end() || !load_work(*card, attempt.job))) {
    decision = {Record::doubt, Step::move_to_reject};
  }
  if (card->work) {
    auto blank = ports_.ledger.blank(attempt.blank);
    if (!blank) return check(blank.error());
    card->work->chip_id = blank.value().chip_id;
    // A chip that is looked at may have to be closed: with keys that are derived again.
    if (decision.next == Step::look_at_chip) {
      card->work->derivations_left = options_.derivations_max;
      if (guarded("station.intent.resumed")) {
        check(ports_.ledger.record_intent(card->key(), "write", text_of(stands->place),
                                          {{"derivations", options_.derivations_max},
                                           {"profile", card->line->profile.name},
                                           {"resumed", true}}));
      }
    }
  }
  if (card->line == nullptr) {  // the product is no longer configured: nothing can be made of it here
    return stop_line("station.unknown_product (attempt " + attempt.id + ")");
  }
  if (stands == nullptr && decision.next != Step::done) decision = {Record::doubt, Step::done};
  if (stands != nullptr) {
    card->place = stands->place;
    if (in_machine(*stands)) occupy(*card, stands->place);
  }
  cards_.push_back(card);
  TaskResult found;
  found.found = Found::unknown;
  found.code = kRestarted;
  found.sentence = "the attempt was at " + std::string(job::text_of(attempt.state)) +
                   (stands == nullptr ? ", no sensor shows the body"
                                      : ", the body is in " + station::text_of(stands->place));
  record(*card, decision.record, found);
  enter(card, decision.next);
}

}  // namespace imprimatur::station
