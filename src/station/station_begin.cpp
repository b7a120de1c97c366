// The beginning of a card: its content prepared ahead, its document signer chosen, and the point of no
// return.
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/guard.hpp"
#include "lds/signer_choice.hpp"
#include "station/card.hpp"
#include "station/messages.hpp"

namespace imprimatur::station {

// While the body is on its way to the reader: composing, and key pairs for the chip, on a lane of their own.
// False: the job's data cannot be opened, and it was put aside.
bool Station::prepare(const CardPtr& card, int reader) {
  auto personal = ports_.ledger.personal(card->claim.job);
  if (!personal) {
    stop_line(personal.error().code + " (job " + card->claim.job + ")");
    check(ports_.ledger.release_claim(card->claim));
    check(ports_.ledger.hold(card->claim.job, {}));
    return false;
  }
  // Shared, since a call must be copyable.
  auto data = std::make_shared<ledger::PersonalData>(std::move(personal).value());
  later("prepare-" + std::to_string(reader + 1), 0,
        [this, card, data, line = card->line, random = &ports_.random]() -> Report {
          auto work = prepare_work(std::move(*data), line, *random);
          return [this, card, work = std::move(work)] { on_prepared(card, work); };
        });
  return true;
}

void Station::on_prepared(const CardPtr& card, const Result<std::shared_ptr<CardWork>>& work) {
  card->prepared = true;
  if (work) {
    card->work = work.value();
  } else {
    card->prepare_error = work.error().code;
  }
  if (!card->identified) return;
  TaskResult result = std::move(*card->identified);
  card->identified.reset();
  on_result(card, std::move(result));
}

// What a card is made of that was begun in an earlier run. Its keys are lost with that run.
bool Station::load_work(Card& card, const std::string& job) {
  auto personal = ports_.ledger.personal(job);
  auto work = personal ? compose_work(std::move(personal).value(), card.line)
                       : Result<std::shared_ptr<CardWork>>(personal.error());
  if (!work) {
    stop_line(work.error().code + " (job " + job + ")");
    return false;
  }
  card.work = std::move(work).value();
  card.prepared = true;
  return true;
}

// The first signer in the order of succession that may sign this card now. So the line changes over to the
// next one without stopping, and stops when none is left.
Found Station::choose_signer(Card& card, TaskResult& result) {
  std::vector<lds::SignerCandidate> candidates;
  for (const DocumentSigner& signer : card.line->signers) {
    auto made = ports_.ledger.signatures(signer.label);
    if (!made) {
      check(made.error());
      return Found::no_signer;
    }
    candidates.push_back({signer.label, signer.certificate, static_cast<std::uint64_t>(made.value())});
  }
  const lds::SignerRules rules{static_cast<std::uint64_t>(options_.signatures_max),
                               options_.years_without_expiry};
  const auto chosen =
      lds::choose_signer(candidates, ports_.clock.now(), card.work->document.document.expiry_date, rules);
  if (chosen) {
    card.work->signer = &card.line->signers[chosen.value()];
    return result.found;
  }
  result.code = chosen.error().code;
  result.sentence = chosen.error().message;
  // A card that would outlive the certificates is one job's trouble; the others stop the line.
  if (result.code == "lds.signer_outlived" || result.code == "lds.card_expiry") return Found::job_refused;
  ports_.log.write(message::kNoSigner, {{"code", result.code}, {"cause", result.sentence}});
  stop_line(result.code);
  return Found::no_signer;
}

// The intents of signing and writing, with the signer's count, in the commit of begin_blank.
void Station::record_begin_intents(Card& card) {
  const DocumentSigner& signer = *card.work->signer;
  auto count = ports_.ledger.count_signature(signer.label, options_.signatures_max);
  if (!count) return check(count.error());
  if (guarded("station.intent.sign")) {
    check(ports_.ledger.record_intent(card.key(), "sign", signer.label, {{"count", count.value()}}));
  }
  card.work->derivations_left = options_.derivations_max;
  if (guarded("station.intent.write")) {
    check(ports_.ledger.record_intent(
        card.key(), "write", text_of(card.place),
        {{"derivations", options_.derivations_max}, {"profile", card.line->profile.name}}));
  }
  const bool first = count.value() == 1;
  const bool last = count.value() == options_.signatures_max;
  const bool near = count.value() == options_.signatures_max - options_.signatures_max / 10;
  if (!first && !last && !near) return;
  const std::string what = last ? "used up" : near ? "nears its limit" : "begins";
  ports_.log.write(message::kSigner, {{"signer", signer.label}, {"what", what}});
  check(ports_.ledger.key_changed({{"certificate", to_hex_lower(signer.certificate.fingerprint())},
                                   {"count", count.value()},
                                   {"key", signer.label},
                                   {"limit", options_.signatures_max},
                                   {"what", what}}));
}

// That the receipt has the chip in this body, which is moved by the transport's name for it. One that has it
// under another serial is wrong about both: such a card would carry the number of another, and the stock
// would tell of a blank that lies in the hopper.
Found Station::match_body(const Card& card, TaskResult& result) {
  const auto blank = ports_.ledger.blank(card.body);
  if (blank && (blank.value().chip_id == card.work->chip_id || !guarded("station.match_body")))
    return result.found;
  if (!blank && blank.error().code == "ledger.store") check(blank.error());
  result.code = blank ? std::string("station.blank_serial") : blank.error().code;
  result.sentence = blank ? "the receipt has this chip in another body" : blank.error().message;
  return Found::wrong_blank;
}

// Point of no return. All that can be refused is refused before, so that it wastes no blank.
Found Station::begin(Card& card, TaskResult& result) {
  if (!card.work) {
    stop_line(card.prepare_error + " (job " + card.claim.job + ")");
    return Found::job_refused;
  }
  if (const Found signer = choose_signer(card, result); signer != result.found) return signer;
  card.work->chip_id = std::string(result.evidence.at("chip").as_string());
  if (const Found body = match_body(card, result); body != result.found) return body;
  ledger::BeginBlank begin;
  begin.job = card.claim.job;
  begin.fence = card.claim.fence;
  begin.chip_id = card.work->chip_id;
  begin.required_class = card.line->product.blank_class;
  begin.line = options_.line;
  begin.device = text_of(card.place);
  begin.profile_hash = card.line->profile_hash;
  begin.template_hash = card.line->face_hash;
  auto attempt = ports_.ledger.begin_blank(begin);
  if (!attempt) {
    result.code = attempt.error().code;
    result.sentence = attempt.error().message;
    if (result.code == "ledger.store") check(attempt.error());
    if (result.code == "ledger.clock") {  // no job's fault: the next one would meet the same
      stop_line(result.code + ": " + result.sentence + ". " + attempt.error().remedy);
      return Found::no_signer;
    }
    if (result.code.starts_with("ledger.blank_")) return Found::wrong_blank;
    return Found::job_refused;
  }
  CHECK(card.body == attempt.value().blank);
  card.attempt = attempt.value().id;
  blanks_refused_in_a_row_ = 0;
  record_begin_intents(card);
  return result.found;
}

}  // namespace imprimatur::station
