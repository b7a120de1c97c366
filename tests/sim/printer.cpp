#include "tests/sim/printer.hpp"

#include "base/encoding.hpp"
#include "crypto/digest.hpp"

namespace imprimatur::sim {
namespace {

using namespace std::chrono_literals;
using print::PrintJobState;

constexpr auto kPrintTime = 12s;
constexpr auto kSlowPrintTime = 400s;
constexpr auto kWithoutDocument = 60s;  // then the printer gives the job up (RFC 8011 section 5.4.31)
constexpr auto kExchange = 20ms;

}  // namespace

std::int64_t SimulatedPrinter::up_time_s() const {
  return std::chrono::duration_cast<std::chrono::seconds>(clock_.steady() - booted_ + kUpBeforeRestart)
      .count();
}

bool SimulatedPrinter::known(const print::PrintTicket& ticket) const {
  const auto job = jobs_.find(ticket.job_id);
  return job != jobs_.end() && job->second.uuid == ticket.job_uuid;
}

Result<print::PrinterReport> SimulatedPrinter::report() {
  clock_.spend(kExchange);
  ++looks;
  if (!reachable) return fail("printer.unreachable", "no connection", {}, "Check its cable.");
  return print::PrinterReport{state, true, reasons, up_time_s(), supplies};
}

Status SimulatedPrinter::check(const print::PrintNeeds& needs) {
  clock_.spend(kExchange);
  ++checks;
  if (needs.sides == 1 || both_sides) return ok();
  return fail("printer.unsuitable", "it prints on one side only", "sides-supported", "Switch both sides on.");
}

Result<print::PrintTicket> SimulatedPrinter::create(const print::PrintRequest& request) {
  clock_.spend(kExchange);
  const std::int32_t id = ++last_id_;
  const std::string digits = std::to_string(1000 * place_.device + id);
  const std::string uuid =
      "urn:uuid:00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  jobs_[id] = {uuid, request.job_name, clock_.steady(), false, PrintFault::none};
  return print::PrintTicket{id, uuid};
}

void SimulatedPrinter::take_document(Job& job, ByteView pdf) {
  if (on_document) on_document(job.attempt, job.uuid);
  job.has_document = true;
  job.since = clock_.steady();
  printed[job.attempt] = to_hex_lower(crypto::sha256(pdf));
  if (Body* body = transport_.at(place_)) body->faces.push_back(job.attempt);
}

Status SimulatedPrinter::send(const print::PrintTicket& ticket, ByteView pdf) {
  clock_.spend(kExchange);
  if (!known(ticket)) return fail("printer.refused", "the printer does not know the job");
  Job& job = jobs_.at(ticket.job_id);
  PrintFault fault = PrintFault::none;
  if (!faults.empty()) {
    fault = faults.front();
    faults.pop_front();
  }
  if (fault == PrintFault::refused_to_send) return fail("printer.unreachable", "no connection");
  ++documents[job.attempt];
  job.fault = fault;
  if (fault == PrintFault::lost_before) return unknown("printer.unreachable", "the answer did not come");
  take_document(job, pdf);
  if (fault == PrintFault::lost_after) return unknown("printer.unreachable", "the answer did not come");
  return ok();
}

Result<print::PrintJobReport> SimulatedPrinter::poll(const print::PrintTicket& ticket) {
  clock_.spend(kExchange);
  if (known(ticket) && jobs_.at(ticket.job_id).fault == PrintFault::forget) {
    jobs_.clear();
    restart();
  }
  if (known(ticket) && jobs_.at(ticket.job_id).fault == PrintFault::restart) restart();
  print::PrintJobReport report;
  report.printer_up_time_s = up_time_s();
  report.state = PrintJobState::forgotten;
  if (!known(ticket)) return report;
  const Job& job = jobs_.at(ticket.job_id);
  report.job_uuid = job.uuid;
  const auto age = clock_.steady() - job.since;
  if (!job.has_document) {
    const bool given_up = age >= kWithoutDocument;
    report.state = given_up ? PrintJobState::aborted : PrintJobState::waiting;
    if (given_up) report.reasons = {"aborted-by-system"};
    return report;
  }
  report.state = PrintJobState::processing;
  const auto takes = job.fault == PrintFault::slow ? kSlowPrintTime : kPrintTime;
  if (age < takes && job.fault != PrintFault::too_soon) return report;
  if (job.fault == PrintFault::cancel) {
    report.state = PrintJobState::canceled;
    report.reasons = {"job-canceled-at-device"};
    report.impressions_completed = 2;
    return report;
  }
  const bool aborted = job.fault == PrintFault::abort;
  report.state = aborted ? PrintJobState::aborted : PrintJobState::completed;
  report.reasons = {aborted ? "aborted-by-system" : "job-completed-successfully"};
  report.impressions_completed = aborted ? 1 : 2;
  return report;
}

Status SimulatedPrinter::cancel(const print::PrintTicket& ticket) {
  return known(ticket) ? ok() : Status(fail("printer.refused", "the printer does not know the job"));
}

}  // namespace imprimatur::sim
