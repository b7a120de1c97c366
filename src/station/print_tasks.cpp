#include "station/print_tasks.hpp"

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

}  // namespace

TaskResult PrintStation::reserve(CardWork& work, const std::string& attempt, print::PrintTicket& ticket) {
  auto fields = job::compose_face_fields(work.document, work.line->product);
  if (!fields) return result_of(fields.error());
  auto pdf = renderer_->render(work.line->face, {std::move(fields).value(), work.images});
  if (!pdf) return result_of(pdf.error());
  work.face_pdf = std::move(pdf).value();
  auto report = printer_.report();
  if (!report) return result_of(unknown(report.error().code, report.error().message));
  up_time_before_s_ = report.value().up_time_s;
  auto reserved = printer_.create({.job_name = attempt, .sides = 2});
  if (!reserved) return result_of(reserved.error());
  ticket = reserved.value();
  return success({{"face", commitment(work.salt, work.face_pdf)},
                  {"job_id", ticket.job_id},
                  {"job_uuid", ticket.job_uuid},
                  {"template", work.line->face_hash}});
}

TaskResult PrintStation::send(const CardWork& work, const print::PrintTicket& ticket) {
  began_ = clock_.steady();
  began_here_ = true;
  if (auto sent = printer_.send(ticket, work.face_pdf); !sent) return result_of(sent.error());
  return success({{"bytes", work.face_pdf.size()}, {"job_uuid", ticket.job_uuid}});
}

TaskResult PrintStation::poll(const print::PrintTicket& ticket) {
  if (!began_here_) {
    began_ = clock_.steady() - std::chrono::duration_cast<std::chrono::microseconds>(limits_.card_time_min);
    began_here_ = true;
  }
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady() - began_);
  auto report = printer_.poll(ticket);
  if (!report) {
    if (elapsed < limits_.card_time_max)
      return {Found::not_yet, report.error().code, report.error().message, {}};
    return result_of(unknown(report.error().code, report.error().message));
  }
  print::PrintEvidence evidence;
  evidence.report = report.value();
  evidence.ticket = ticket;
  evidence.sides_asked = 2;
  evidence.elapsed = elapsed;
  evidence.card_time_min = limits_.card_time_min;
  evidence.up_time_before_s = up_time_before_s_;
  const print::PrintVerdict verdict = print::judge_print(evidence);
  TaskResult result;
  result.found = found_of(verdict.outcome);
  if (result.found == Found::not_yet && elapsed > limits_.card_time_max) result.found = Found::unknown;
  if (result.found != Found::not_yet) began_here_ = false;
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
