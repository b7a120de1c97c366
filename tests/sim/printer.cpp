#include "tests/sim/printer.hpp"

#include <algorithm>

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

void SimulatedPrinter::stop(const std::string& reason) {
  if (!stands()) stopped_ = clock_.steady();
  state = print::PrinterReport::State::stopped;
  reasons = {reason};
}

void SimulatedPrinter::go_on() {
  if (!stands()) return;
  state = print::PrinterReport::State::idle;
  reasons.clear();
  for (auto& [id, job] : jobs_) {
    if (job.waits) {
      begin(job);
    } else {
      job.since += clock_.steady() - std::max(stopped_, job.since);
    }
  }
}

Result<print::PrinterReport> SimulatedPrinter::report() {
  clock_.spend(kExchange);
  ++looks;
  if (!reachable || !connected) return fail("printer.unreachable", "no connection", {}, "Check its cable.");
  return print::PrinterReport{state, true, reasons, up_time_s(), supplies, jobs_under_way() + jobs_of_others};
}

int SimulatedPrinter::jobs_under_way() const {
  return static_cast<int>(std::count_if(jobs_.begin(), jobs_.end(), [this](const auto& entry) {
    const PrintJobState of_job = progress(entry.second).state;
    return of_job != PrintJobState::canceled && of_job != PrintJobState::aborted &&
           of_job != PrintJobState::completed;
  }));
}

Status SimulatedPrinter::check(const print::PrintNeeds& needs) {
  clock_.spend(kExchange);
  ++checks;
  if (!connected) return fail("printer.unreachable", "no connection");
  if (needs.sides == 1 || both_sides) return ok();
  return fail("printer.unsuitable", "it prints on one side only", "sides-supported", "Switch both sides on.");
}

Result<print::PrintTicket> SimulatedPrinter::create(const print::PrintRequest& request) {
  clock_.spend(kExchange);
  if (!connected) return fail("printer.unreachable", "no connection");
  const std::int32_t id = ++last_id_;
  const std::string digits = std::to_string(1000 * place_.device + id);
  const std::string uuid =
      "urn:uuid:00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
  jobs_[id] = {.uuid = uuid, .attempt = request.job_name, .since = clock_.steady()};
  return print::PrintTicket{id, uuid};
}

void SimulatedPrinter::take_document(Job& job, ByteView pdf) {
  if (on_document) on_document(job.attempt, job.uuid);
  job.has_document = true;
  printed[job.attempt] = to_hex_lower(crypto::sha256(pdf));
  if (stands()) {
    job.waits = true;
  } else {
    begin(job);
  }
}

void SimulatedPrinter::begin(Job& job) {
  job.waits = false;
  job.since = clock_.steady();
  if (Body* body = transport_.at(place_)) body->faces.push_back(job.attempt);
}

Status SimulatedPrinter::send(const print::PrintTicket& ticket, ByteView pdf) {
  clock_.spend(kExchange);
  if (!connected) return fail("printer.unreachable", "no connection");
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
  if (!connected) return fail("printer.unreachable", "no connection");
  if (known(ticket) && jobs_.at(ticket.job_id).fault == PrintFault::forget) {
    jobs_.clear();
    restart();
  }
  if (known(ticket) && jobs_.at(ticket.job_id).fault == PrintFault::restart) restart();
  print::PrintJobReport report;
  report.printer_up_time_s = up_time_s();
  report.state = PrintJobState::forgotten;
  if (!known(ticket)) return report;
  report = progress(jobs_.at(ticket.job_id));
  report.printer_up_time_s = up_time_s();
  return report;
}

print::PrintJobReport SimulatedPrinter::progress(const Job& job) const {
  print::PrintJobReport report;
  report.job_uuid = job.uuid;
  const auto age = clock_.steady() - job.since;
  if (job.cancelled) {
    report.state = PrintJobState::canceled;
    report.reasons = {"job-canceled-by-user"};
    return report;
  }
  if (!job.has_document) {
    const bool given_up = age >= kWithoutDocument;
    report.state = given_up ? PrintJobState::aborted : PrintJobState::waiting;
    if (given_up) report.reasons = {"aborted-by-system"};
    return report;
  }
  if (stands() && (job.waits || stopped_ - job.since < kPrintTime)) {
    report.state = PrintJobState::stopped;
    report.reasons = {"printer-stopped"};
    report.impressions_completed = job.waits ? 0 : 1;
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
  if (!connected) return fail("printer.unreachable", "no connection");
  if (!known(ticket)) return fail("printer.refused", "the printer does not know the job");
  Job& job = jobs_.at(ticket.job_id);
  if (job.has_document && !job.waits) return ok();  // what has begun goes on
  if (!job.cancelled) ++withdrawn;
  job.cancelled = true;
  job.waits = false;
  return ok();
}

}  // namespace imprimatur::sim
