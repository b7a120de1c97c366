#include "station/print_tasks.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "station/chip_tasks.hpp"

namespace imprimatur::station {
namespace {

Found found_of(print::PrintOutcome outcome) {
  switch (outcome) {
    case print::PrintOutcome::out:
      return Found::success;
    case print::PrintOutcome::same_blank_again:
      return Found::same_blank_again;
    case print::PrintOutcome::spoiled:
      return Found::failed;
    case print::PrintOutcome::unknown:
      return Found::unknown;
    case print::PrintOutcome::wait:
      return Found::not_yet;
  }
  return Found::unknown;
}

constexpr int kSides = 2;  // of every face

TaskResult cannot_now(std::string code, std::string sentence) {
  return {Found::not_yet, std::move(code), std::move(sentence), {}};
}

// The card has not been begun, and the printer says that it waits for a person.
bool waits_unbegun(const print::PrintJobReport& report) {
  using State = print::PrintJobState;
  return (report.state == State::waiting || report.state == State::stopped) &&
         report.impressions_completed <= 0 &&
         std::any_of(report.reasons.begin(), report.reasons.end(), [](const std::string& reason) {
           return reason == "printer-stopped" || reason == "resources-are-not-ready";
         });
}

}  // namespace

PrinterCondition PrintStation::look(Holds holds) {
  if (holds == Holds::nothing) own_jobs_ = 0;
  auto report = printer_.report();
  if (report && given_up_) {
    withdraw();
    report = printer_.report();
  }
  if (!report) return judge_printer(report.error());
  if (report.value().up_time_s < up_time_seen_) fits_ = false;
  up_time_seen_ = report.value().up_time_s;
  if (!fits_) {
    if (auto fits = printer_.check({.sides = kSides}); !fits) return judge_printer(fits.error());
    fits_ = true;
  }
  return judge_printer(report.value(), own_jobs_);
}

// A job that is no longer waited for must not be printed onto the card that comes next. What has begun may go
// on all the same, so it proves nothing about its card.
void PrintStation::give_up(const print::PrintTicket& ticket) {
  own_jobs_ = 0;
  given_up_ = ticket;
  withdraw();
}

void PrintStation::withdraw() {
  const auto withdrawn = printer_.cancel(*given_up_);
  if (withdrawn || withdrawn.error().code == "printer.refused")
    given_up_.reset();  // it has ended, or is not known
}

TaskResult PrintStation::reserve(CardWork& work, const std::string& attempt, BoundPrint& bound) {
  const PrinterCondition condition = look(Holds::nothing);  // of the card that is in it now it has no job yet
  if (!condition.may_print()) {
    return cannot_now(condition.why(), "the printer can print nothing now: " + condition.why());
  }
  auto fields = job::compose_face_fields(work.document, work.line->product);
  if (!fields) return result_of(fields.error());
  auto pdf = renderer_->render(work.line->face, {std::move(fields).value(), work.images});
  if (!pdf) return result_of(pdf.error());
  work.face_pdf = std::move(pdf).value();
  auto reserved = printer_.create({.job_name = attempt, .sides = kSides});
  if (!reserved) {
    const Error& error = reserved.error();
    // Nothing is there and the blank is as it was: a printer that says no is one that cannot print now.
    if (error.happened == Happened::no) return cannot_now(error.code, error.message);
    return result_of(error);
  }
  const print::PrintTicket& ticket = reserved.value();
  own_jobs_ = 1;
  bound = {ticket, condition.up_time_s, clock_.now(), clock_.steady()};
  return success({{"face", commitment(work.salt, work.face_pdf)},
                  {"job_id", ticket.job_id},
                  {"job_uuid", ticket.job_uuid},
                  {"template", work.line->face_hash},
                  {"up_time_at", format_rfc3339(bound.at)},
                  {"up_time_s", bound.up_time_s}});
}

TaskResult PrintStation::send(const CardWork& work, const print::PrintTicket& ticket) {
  began_ = clock_.steady();
  began_here_ = true;
  if (auto sent = printer_.send(ticket, work.face_pdf); !sent) {
    if (sent.error().happened == Happened::no) give_up(ticket);
    return result_of(sent.error());
  }
  return success({{"bytes", work.face_pdf.size()}, {"job_uuid", ticket.job_uuid}});
}

// A printer that was not restarted has at least this up-time by now. What it has counted since is compared
// too: one that was switched on shortly before may have reached its old up-time again. Its clock need not be
// good.
std::int64_t PrintStation::up_time_expected(const BoundPrint& bound) const {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  constexpr std::int64_t kToleranceS = 5;
  constexpr std::int64_t kToleranceShare = 20;
  const seconds since = bound.at_in_this_run ? duration_cast<seconds>(clock_.steady() - *bound.at_in_this_run)
                                             : duration_cast<seconds>(clock_.now() - bound.at);
  const std::int64_t counted =
      std::max<std::int64_t>(since.count() - since.count() / kToleranceShare - kToleranceS, 0);
  return bound.up_time_s + counted;
}

TaskResult PrintStation::poll(const BoundPrint& bound) {
  if (!began_here_) {
    began_ = clock_.steady() - std::chrono::duration_cast<std::chrono::microseconds>(limits_.card_time_min);
    began_here_ = true;
  }
  own_jobs_ = 1;
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began_);
  auto report = printer_.poll(bound.ticket);
  if (!report) {
    if (elapsed < limits_.card_time_max)
      return {Found::not_yet, report.error().code, report.error().message, {}};
    give_up(bound.ticket);
    return result_of(unknown(report.error().code, report.error().message));
  }
  print::PrintEvidence evidence;
  evidence.report = report.value();
  evidence.ticket = bound.ticket;
  evidence.sides_asked = kSides;
  evidence.elapsed = elapsed;
  evidence.card_time_min = limits_.card_time_min;
  evidence.up_time_before_s = up_time_expected(bound);
  const print::PrintVerdict verdict = print::judge_print(evidence);
  TaskResult result;
  result.found = found_of(verdict.outcome);
  if (result.found == Found::not_yet && elapsed > limits_.card_time_max && !waits_unbegun(evidence.report))
    result.found = Found::unknown;
  if (result.found == Found::unknown) give_up(bound.ticket);
  if (result.found != Found::not_yet) {
    began_here_ = false;
    own_jobs_ = 0;
  }
  if (result.found != Found::success) result.code = "print." + std::string(verdict.rule);
  result.sentence = "the printer's word: " + std::string(verdict.rule);
  json::array reasons;
  for (const auto& reason : evidence.report.reasons) {
    if (reasons.size() < 8) reasons.emplace_back(reason);
  }
  result.evidence = {{"impressions", evidence.report.impressions_completed},
                     {"job_uuid", evidence.report.job_uuid},
                     {"ms", elapsed.count()},
                     {"reasons", std::move(reasons)},
                     {"rule", std::string(verdict.rule)}};
  return result;
}

}  // namespace imprimatur::station
