// A card in doubt, read again before two people call it good (design section 4): a person has put it into a
// reader that is free.
#include "base/guard.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {
namespace {

Error not_in_reader(const std::string& blank, const std::string& where) {
  return fail("resolve.card_absent", "the card is not in a reader: " + where, blank,
              "Pause the line, put the card into a free reader, then send the signature again.");
}

Error refused(const TaskResult& result) {
  const std::string why = result.sentence.empty() ? std::string(text_of(result.found)) : result.sentence;
  if (result.found == Found::unknown || result.found == Found::hung || result.found == Found::not_connected) {
    return unknown("resolve.not_read", "the chip could not be read to the end: " + why,
                   "Put it into another reader and try again, or resolve it as spoiled.");
  }
  return fail("resolve.chip_refused", "the chip does not stand the verification: " + why, result.code,
              "Resolve it as spoiled.");
}

}  // namespace

void Station::verify_doubted(const std::string& attempt_id, VerifyDone done) {
  auto attempt = ports_.ledger.attempt(attempt_id);
  if (!attempt) return done(attempt.error());
  if (guarded("station.verify.in_doubt") && attempt.value().state != job::AttemptState::in_doubt) {
    return done(fail("ledger.state", "the card is not in doubt", attempt_id));
  }
  later("transport", 0,
        [this, transport = devices_.transport, attempt = std::move(attempt).value(), done]() -> Report {
          auto places = transport->list(false);
          return [this, attempt, places = std::move(places), done] {
            if (!places) return done(places.error());
            for (const CardPlace& place : places.value()) {
              if (place.card == attempt.blank) return verify_at(attempt, place.place, done);
            }
            done(not_in_reader(attempt.blank, "no sensor sees it"));
          };
        });
}

void Station::verify_at(const ledger::AttemptRecord& attempt, Place place, const VerifyDone& done) {
  if (place.kind != Place::Kind::reader)
    return done(not_in_reader(attempt.blank, "it is in " + text_of(place)));
  Slot& slot = slot_of(place);
  if (guarded("station.verify.reader_free") && (slot.card != nullptr || !slot.fault.empty())) {
    return done(fail("resolve.reader_busy", "the reader is in use or out of service", slot.name,
                     "Put the card into another reader."));
  }
  auto job = ports_.ledger.job(attempt.job);
  if (!job) return done(job.error());
  const auto line = products_.find(job.value().product);
  if (line == products_.end())
    return done(fail("station.unknown_product", "the product is not configured", attempt.id));
  auto blank = ports_.ledger.blank(attempt.blank);
  if (!blank) return done(blank.error());
  auto personal = ports_.ledger.personal(attempt.job);
  if (!personal) return done(personal.error());
  auto work = compose_work(std::move(personal).value(), line->second);
  if (!work) return done(work.error());
  auto card = std::make_shared<Card>();
  card->claim = {attempt.job, job.value().product, attempt.fence, attempt.number - 1};
  card->attempt = attempt.id;
  card->body = attempt.blank;
  card->line = line->second;
  card->work = std::move(work).value();
  card->work->chip_id = blank.value().chip_id;
  card->place = place;
  card->in_doubt = true;
  card->step = Step::look_at_chip;
  // The chip may have to be closed with its own keys, which are derived again: that is on record before.
  card->work->derivations_left = options_.derivations_max;
  if (guarded("station.intent.verifies")) {
    auto intended = ports_.ledger.record_intent(card->key(), "write", text_of(place),
                                                {{"derivations", options_.derivations_max},
                                                 {"profile", card->line->profile.name},
                                                 {"verifies", true}});
    if (!intended) return done(intended.error());
  }
  slot.card = card.get();
  slot.closed = true;  // the body stays in it until a person has taken it out
  const auto index = static_cast<std::size_t>(place.device - 1);
  const auto ended = [this, card, index, done](const TaskResult& result) {
    if (readers_.at(index).card == card.get()) readers_.at(index).card = nullptr;
    if (result.found != Found::success) return done(refused(result));
    json::object evidence = result.evidence;
    evidence["reader"] = readers_.at(index).name;
    done(std::move(evidence));
  };
  Workers::Limit limit = limit_of(card, static_cast<int>(index));
  limit.overdue = [this, index, ended] {
    readers_.at(index).hung = true;
    fault_reader(static_cast<int>(index), message::kReaderHung, std::string(kHung));
    ended({Found::hung, std::string(kHung), "the chip did not answer in its time", {}});
  };
  later_within(
      readers_.at(index).name, 0,
      [card, ended, station = devices_.readers.at(index)]() -> Report {
        TaskResult result = station->look(*card->work);
        station->release();
        return [ended, result = std::move(result)] { ended(result); };
      },
      std::move(limit));
}

}  // namespace imprimatur::station
