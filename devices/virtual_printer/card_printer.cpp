#include "devices/virtual_printer/card_printer.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "base/check.hpp"
#include "base/files.hpp"

namespace imprimatur::devices {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::seconds;

std::string new_uuid(Random& ids) {
  return "urn:uuid:" + make_uuid(ids);
}

}  // namespace

CardPrinter::CardPrinter(CardPrinterSettings settings, Random& ids, std::uint64_t pace_seed, SteadyTime now)
    : settings_(std::move(settings)),
      ids_(ids),
      pace_(pace_seed),
      printer_uuid_(new_uuid(ids)),
      up_since_(now),
      head_free_(now),
      stores_(settings_.stores) {}

bool CardPrinter::stopped() const {
  const auto stops = [](const std::string& keyword) {
    return !keyword.ends_with("-warning") && !keyword.ends_with("-report");
  };
  return !stop_reason_.empty() || !stores_.can_print() || std::any_of(said_.begin(), said_.end(), stops);
}

std::vector<std::string> CardPrinter::reasons() const {
  std::vector<std::string> all;
  if (!stop_reason_.empty()) all.push_back(stop_reason_);
  for (const std::vector<std::string>& more : {said_, stores_.reasons()}) {
    for (const std::string& reason : more) {
      if (std::find(all.begin(), all.end(), reason) == all.end()) all.push_back(reason);
    }
  }
  return all;
}

void CardPrinter::note_stop(SteadyTime when) {
  if (stopped() && !stopped_at_) stopped_at_ = when;
}

std::int64_t CardPrinter::up_time_s(SteadyTime now) const {
  return 1 + duration_cast<seconds>(now - up_since_).count();
}

std::size_t CardPrinter::queued() const {
  return static_cast<std::size_t>(std::count_if(entries_.begin(), entries_.end(),
                                                [](const Entry& entry) { return !entry.job.finished(); }));
}

CardPrinter::Entry* CardPrinter::entry(std::int32_t id) {
  const auto found = std::find_if(entries_.begin(), entries_.end(),
                                  [id](const Entry& candidate) { return candidate.job.id == id; });
  return found == entries_.end() ? nullptr : &*found;
}

CardPrinter::Entry* CardPrinter::next_pending() {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [](const Entry& candidate) {
    return candidate.job.state == CardJobState::pending;
  });
  return found == entries_.end() ? nullptr : &*found;
}

// What the job looks like from outside: a queued one of a stopped printer says so.
CardAnswer CardPrinter::answer(const Entry& entry) const {
  CardJob job = entry.job;
  if (job.state == CardJobState::pending && stopped()) job.reason = "printer-stopped";
  return {.refusal = CardRefusal::none, .job = std::move(job)};
}

CardAnswer CardPrinter::create(CardJobRequest request, SteadyTime now) {
  advance(now);
  if (queued() >= settings_.queue_max) return {.refusal = CardRefusal::too_many_jobs, .job = {}};
  Entry made;
  made.job.id = next_id_++;
  made.job.uuid = new_uuid(ids_);
  made.job.request = std::move(request);
  made.job.created_s = up_time_s(now);
  made.created = now;
  entries_.push_back(std::move(made));
  return answer(entries_.back());
}

CardAnswer CardPrinter::add_document(std::int32_t id, ByteView document, bool last, SteadyTime now) {
  advance(now);
  Entry* found = entry(id);
  if (found == nullptr) return {.refusal = CardRefusal::not_found, .job = {}};
  CardJob& job = found->job;
  if (job.state != CardJobState::pending_held) return {.refusal = CardRefusal::not_possible, .job = job};
  if (!document.empty()) {
    if (job.impressions > 0) return {.refusal = CardRefusal::second_document, .job = job};
    const auto pages = count_pdf_pages(document);
    if (!pages || *pages > job.request.sides) {
      end(*found, CardJobState::aborted, "document-format-error", now);
      return {.refusal = CardRefusal::not_a_card, .job = job};
    }
    job.impressions = *pages == 0 ? job.request.sides : *pages;
    job.reason = "job-incoming";
    found->document = copy_of(document);
  }
  if (!last) return answer(*found);
  if (job.impressions == 0) {
    end(*found, CardJobState::aborted, "aborted-by-system", now);
    return {.refusal = CardRefusal::not_a_card, .job = job};
  }
  job.state = CardJobState::pending;
  job.reason = "job-queued";
  found->queued = now;
  const CardAnswer queued_now = answer(*found);
  advance(now);  // may end in a restart that forgets the job
  found = entry(id);
  return found == nullptr ? queued_now : answer(*found);
}

CardAnswer CardPrinter::cancel(std::int32_t id, SteadyTime now) {
  advance(now);
  Entry* found = entry(id);
  if (found == nullptr) return {.refusal = CardRefusal::not_found, .job = {}};
  if (found->job.finished()) return {.refusal = CardRefusal::not_possible, .job = found->job};
  const bool in_head = head_ && head_->id == id;
  if (in_head) note_sides(now);
  // Some printers cancel the job on their display while the card goes on through the head.
  Bytes still_printed;
  if (in_head && std::exchange(cancel_prints_, false)) {
    still_printed = std::move(found->document);
  } else if (in_head) {
    head_.reset();
    head_free_ = now;
  }
  end(*found, CardJobState::canceled, "job-canceled-by-user", now);
  found->document = std::move(still_printed);
  const CardAnswer canceled = answer(*found);
  advance(now);
  found = entry(id);
  return found == nullptr ? canceled : answer(*found);
}

CardAnswer CardPrinter::find(std::int32_t id, SteadyTime now) {
  advance(now);
  const Entry* found = entry(id);
  if (found == nullptr) return {.refusal = CardRefusal::not_found, .job = {}};
  return answer(*found);
}

std::vector<CardJob> CardPrinter::jobs(SteadyTime now) {
  advance(now);
  std::vector<CardJob> out;
  for (const Entry& one : entries_) out.push_back(answer(one).job);
  return out;
}

void CardPrinter::fault(CardFault fault, SteadyTime now) {
  advance(now);
  switch (fault) {
    case CardFault::abort:
    case CardFault::jam:
    case CardFault::too_soon:
      next_card_fault_ = fault;
      break;
    case CardFault::media_empty:
      stop_reason_ = "media-empty-error";
      note_stop(now);
      break;
    case CardFault::cancel_prints:
      cancel_prints_ = true;
      break;
    case CardFault::restart:
    case CardFault::restart_keeps:
      restart(fault == CardFault::restart_keeps, now);
      break;
  }
}

// One that keeps its jobs says of the card in the head that it was completed: so did cupsd, twice of two.
void CardPrinter::restart(bool keeps_jobs, SteadyTime when) {
  up_since_ = head_free_ = when;
  if (keeps_jobs) {
    Entry* lost = head_ ? entry(head_->id) : nullptr;
    head_.reset();
    if (lost == nullptr || lost->job.finished()) return;
    lost->job.impressions_completed = lost->job.impressions;
    end(*lost, CardJobState::completed, "job-completed-successfully", when);
    return;
  }
  entries_.clear();
  head_.reset();
  stop_reason_.clear();
  stopped_at_.reset();
  note_stop(when);
  next_card_fault_.reset();
  cancel_prints_ = false;
  next_id_ = 1;
}

void CardPrinter::say(std::string keyword, SteadyTime now) {
  constexpr std::size_t kSaidMax = 16;
  advance(now);
  if (said_.size() < kSaidMax) said_.push_back(std::move(keyword));
  note_stop(now);
}

void CardPrinter::clear(SteadyTime now) {
  advance(now);
  clear_up(now);
  advance(now);
}

void CardPrinter::clear_up(SteadyTime when) {
  stop_reason_.clear();
  said_.clear();
  stores_.refill();
  stopped_at_.reset();
  head_free_ = std::max(head_free_, when);
}

void CardPrinter::advance(SteadyTime now) {
  // Each step ends a job or moves one on, and a job has three stages; or a person clears the printer, at most
  // once a card.
  const std::size_t steps_max = 4 * entries_.size() + 2;
  for (std::size_t i = 0; i < steps_max && step(now); ++i) {
  }
  if (head_) note_sides(now);
  forget_old();
}

// The one thing that is due first; false when nothing is.
bool CardPrinter::step(SteadyTime now) {
  for (Entry& one : entries_) {
    if (one.job.state == CardJobState::pending_held && one.created + settings_.document_wait <= now) {
      end(one, CardJobState::aborted, "aborted-by-system", one.created + settings_.document_wait);
      return true;
    }
  }
  if (head_) {
    if (head_->due > now) return false;
    const SteadyTime due = head_->due;
    head_->jams ? jam_card(due) : finish_card(due);
    return true;
  }
  if (stopped()) {
    const bool attended = stopped_at_ && settings_.clear_after.count() > 0;
    if (!attended || *stopped_at_ + settings_.clear_after > now) return false;
    clear_up(*stopped_at_ + settings_.clear_after);
    return true;
  }
  Entry* next = next_pending();
  if (next == nullptr) return false;
  take_card(*next, std::max(next->queued, head_free_));
  return true;
}

// What was commanded, else what chance decides.
std::optional<CardFault> CardPrinter::fault_of_next_card() {
  if (next_card_fault_) return std::exchange(next_card_fault_, std::nullopt);
  if (settings_.faults_per_thousand == 0) return std::nullopt;
  constexpr std::array kByChance{CardFault::abort, CardFault::jam, CardFault::media_empty,
                                 CardFault::too_soon, CardFault::restart};
  const Bytes dice = pace_.bytes(3);
  const unsigned thrown = (unsigned{dice[0]} << 8U | dice[1]) % 1'000;
  if (thrown >= settings_.faults_per_thousand) return std::nullopt;
  return kByChance[dice[2] % kByChance.size()];
}

void CardPrinter::take_card(Entry& entry, SteadyTime when) {
  const auto fault = fault_of_next_card();
  entry.job.started_s = up_time_s(when);
  if (fault == CardFault::abort) {
    end(entry, CardJobState::aborted, "aborted-by-system", when);
    return;
  }
  if (fault == CardFault::too_soon) {
    entry.job.impressions_completed = entry.job.impressions;
    end(entry, CardJobState::completed, "job-completed-successfully", when);
    return;
  }
  if (fault == CardFault::restart) return restart(false, when);
  if (fault == CardFault::media_empty) {  // this card was the last one
    stop_reason_ = "media-empty-error";
    note_stop(when);
  }
  const Bytes dice = pace_.bytes(1);
  const microseconds time = microseconds(settings_.print_time) * (1'280 + dice[0]) / 1'280;
  entry.job.state = CardJobState::processing;
  entry.job.reason = "job-printing";
  const bool jams = fault == CardFault::jam;
  head_ = Head{.id = entry.job.id, .started = when, .due = when + (jams ? time / 2 : time), .jams = jams};
}

void CardPrinter::finish_card(SteadyTime when) {
  Entry* card = entry(head_->id);
  CHECK(card != nullptr);
  head_.reset();
  head_free_ = when;
  stores_.use_card();
  note_stop(when);
  const bool stored = store(*card).has_value();
  card->document.clear();
  card->job.impressions_completed = card->job.impressions;
  if (card->job.state == CardJobState::canceled) return;  // it was printed all the same
  if (stored) {
    end(*card, CardJobState::completed, "job-completed-successfully", when);
  } else {
    stop_reason_ = "spool-area-full-error";
    note_stop(when);
    end(*card, CardJobState::aborted, "aborted-by-system", when);
  }
}

void CardPrinter::jam_card(SteadyTime when) {
  Entry* card = entry(head_->id);
  CHECK(card != nullptr);
  head_.reset();
  head_free_ = when;
  stop_reason_ = "media-jam-error";
  stores_.use_card();
  note_stop(when);
  card->document.clear();
  if (card->job.state == CardJobState::canceled) return;
  card->job.impressions_completed = card->job.impressions / 2;
  end(*card, CardJobState::aborted, "aborted-by-system", when);
}

void CardPrinter::end(Entry& entry, CardJobState state, std::string reason, SteadyTime when) {
  entry.job.state = state;
  entry.job.reason = std::move(reason);
  entry.job.ended_s = up_time_s(when);
  entry.document.clear();
}

// The sides of the card in the head that are printed by now; the last one counts when the card is out.
void CardPrinter::note_sides(SteadyTime when) {
  Entry* card = entry(head_->id);
  CHECK(card != nullptr);
  if (card->job.finished() || head_->jams || card->job.impressions < 2) return;
  if (when >= head_->started + (head_->due - head_->started) / 2) card->job.impressions_completed = 1;
}

void CardPrinter::forget_old() {
  std::size_t finished = entries_.size() - queued();
  for (auto one = entries_.begin(); finished > settings_.history_max && one != entries_.end();) {
    const bool in_head = head_ && head_->id == one->job.id;
    if (!one->job.finished() || in_head) {
      ++one;
    } else {
      one = entries_.erase(one);
      --finished;
    }
  }
}

std::optional<SteadyTime> CardPrinter::next_due() const {
  std::optional<SteadyTime> due;
  if (head_) due = head_->due;
  if (!head_ && stopped_at_ && settings_.clear_after.count() > 0) due = *stopped_at_ + settings_.clear_after;
  for (const Entry& one : entries_) {
    if (one.job.state != CardJobState::pending_held) continue;
    const SteadyTime until = one.created + settings_.document_wait;
    if (!due || until < *due) due = until;
  }
  return due;
}

Status CardPrinter::store(const Entry& entry) const {
  return write_file(settings_.spool / printed_file_name(entry.job.uuid), entry.document,
                    {.durability = Durability::relaxed});
}

std::string printed_file_name(const std::string& job_uuid) {
  constexpr std::string_view kPrefix = "urn:uuid:";
  const bool prefixed = job_uuid.starts_with(kPrefix);
  return (prefixed ? job_uuid.substr(kPrefix.size()) : job_uuid) + ".pdf";
}

std::optional<int> count_pdf_pages(ByteView document) {
  const std::string_view text(reinterpret_cast<const char*>(document.data()), document.size());
  // ISO 32000-1 section 7.5.5: header first, end marker in the last bytes.
  constexpr std::size_t kTail = 1'024;
  const std::string_view tail = text.substr(text.size() > kTail ? text.size() - kTail : 0);
  if (!text.starts_with("%PDF-") || tail.find("%%EOF") == std::string_view::npos) return std::nullopt;
  int pages = 0;
  for (const std::string_view type : {"/Type /Page", "/Type/Page"}) {
    for (auto at = text.find(type); at != std::string_view::npos; at = text.find(type, at + type.size())) {
      const std::size_t after = at + type.size();
      // not /Pages, /PageLabel …
      if (after < text.size() && std::isalpha(static_cast<unsigned char>(text[after])) == 0) ++pages;
    }
  }
  return pages;
}

}  // namespace imprimatur::devices
