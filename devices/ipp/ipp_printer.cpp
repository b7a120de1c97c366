#include "devices/ipp/ipp_printer.hpp"

#include <algorithm>
#include <optional>

#include "devices/ipp/ipp_answers.hpp"
#include "devices/ipp/ipp_exchange.hpp"
#include "devices/ipp/ipp_message.hpp"
#include "devices/ipp/ipp_requests.hpp"

namespace imprimatur::devices {
namespace {

using print::PrinterReport;
using print::PrintJobReport;
using print::PrintJobState;
using print::PrintRequest;
using print::PrintTicket;

constexpr std::size_t kNameMax = 255;  // octets of an IPP name (RFC 8011 section 5.1.3)

Error nothing_happened(Error error) {
  error.happened = Happened::no;
  return error;
}

Error may_have_happened(Error error) {
  error.happened = Happened::unknown;
  return error;
}

// A refusal that tells that the printer has not begun with the document. Any other one may have come after
// the first side was printed.
bool refused_before_printing(int status) {
  return status >= IPP_STATUS_ERROR_BAD_REQUEST && status < IPP_STATUS_ERROR_INTERNAL &&
         status != IPP_STATUS_ERROR_COMPRESSION_ERROR && status != IPP_STATUS_ERROR_DOCUMENT_FORMAT_ERROR &&
         status != IPP_STATUS_ERROR_DOCUMENT_ACCESS;
}

// The printer still waits for the document (RFC 8011 section 5.3.8).
bool waits_for_document(const PrintJobReport& report) {
  const bool open = report.state == PrintJobState::held || report.state == PrintJobState::waiting;
  return open && std::any_of(report.reasons.begin(), report.reasons.end(), [](const std::string& reason) {
           return reason == "job-incoming" || reason == "job-data-insufficient";
         });
}

class IppPrinter final : public print::Printer {
 public:
  IppPrinter(IppPrinterSettings settings, IppTarget target, const Clock& clock)
      : settings_(std::move(settings)), target_(std::move(target)), clock_(clock) {}

  std::string name() const override { return settings_.name; }
  Result<PrinterReport> report() override;
  Status check(const print::PrintNeeds& needs) override;
  Result<PrintTicket> create(const PrintRequest& request) override;
  Status send(const PrintTicket& ticket, ByteView pdf) override;
  Result<PrintJobReport> poll(const PrintTicket& ticket) override;
  Status cancel(const PrintTicket& ticket) override;

 private:
  IppSender sender();
  Result<IppMessage> call(const IppMessage& request, ByteView document = {});
  Result<IppCard> plan_card(const PrintRequest& request);
  Status know_capabilities(int sides);
  Result<PrintTicket> bind(const IppMessage& created);
  void drop_job(std::int32_t job_id);

  IppPrinterSettings settings_;
  IppTarget target_;
  const Clock& clock_;
  int request_id_ = 0;
  // Asked for once, and again after any refusal: Validate-Job finds out when they have changed.
  std::optional<IppCapabilities> capabilities_;
};

IppSender IppPrinter::sender() {
  request_id_ = request_id_ == INT32_MAX ? 1 : request_id_ + 1;
  return {.uri = target_.uri, .user = settings_.user, .request_id = request_id_};
}

// The printer's answer with whatever status it has. An error's Happened is that of the request.
Result<IppMessage> IppPrinter::call(const IppMessage& request, ByteView document) {
  const Bytes bytes = ipp_bytes(request);
  const ExchangeLimits limits{.connect_timeout = settings_.connect_timeout,
                              .answer_timeout = settings_.answer_timeout};
  TRY(const Bytes body, exchange(target_, {.request = bytes, .document = document}, limits, clock_));
  auto answer = parse_ipp(body);
  if (!answer) return may_have_happened(while_doing(settings_.name, std::move(answer).error()));
  if (answer.value().request_id() != request.request_id()) {
    return unknown("printer.answer", settings_.name + " answered another request than the one sent.");
  }
  return answer;
}

Result<PrinterReport> IppPrinter::report() {
  auto answer = call(get_printer_state(sender()));
  if (!answer) return nothing_happened(std::move(answer).error());
  if (!is_success(answer.value().status())) return refusal("Get-Printer-Attributes", answer.value());
  return read_printer_report(answer.value());
}

Status IppPrinter::check(const print::PrintNeeds& needs) {
  capabilities_.reset();
  return know_capabilities(needs.sides);
}

// Reads them when they are not known. Turning about the other edge would print the back upside down, so the
// setting is never replaced by what the printer can do.
Status IppPrinter::know_capabilities(int sides) {
  if (!capabilities_) {
    auto answer = call(get_printer_capabilities(sender()));
    if (!answer) return nothing_happened(std::move(answer).error());
    if (!is_success(answer.value().status())) return refusal("Get-Printer-Attributes", answer.value());
    TRY(capabilities_, read_capabilities(answer.value()));
  }
  const std::string wanted = sides_keyword(sides, settings_.duplex_turn);
  const auto& listed = capabilities_->sides;
  if (std::find(listed.begin(), listed.end(), wanted) != listed.end()) return ok();
  capabilities_.reset();
  return unsuitable(wanted, "sides-supported",
                    "Switch printing on both sides on, or set the printer's duplex_turn to what it can do.");
}

Result<IppCard> IppPrinter::plan_card(const PrintRequest& request) {
  if (request.sides < 1 || request.sides > 2 || request.job_name.empty() ||
      request.job_name.size() > kNameMax) {
    return fail("printer.refused", "A card has one or two sides and a job name of 1 to 255 bytes.");
  }
  TRY_STATUS(know_capabilities(request.sides));
  return IppCard{.job_name = request.job_name,
                 .sides = request.sides,
                 .turn = settings_.duplex_turn,
                 .media = capabilities_->media,
                 .say_copies = capabilities_->knows_copies};
}

Result<PrintTicket> IppPrinter::create(const PrintRequest& request) {
  TRY(const IppCard card, plan_card(request));
  auto valid = call(validate_job(sender(), card));
  if (!valid) return nothing_happened(std::move(valid).error());
  if (valid.value().status() != IPP_STATUS_OK) {
    capabilities_.reset();
    return refusal("Validate-Job", valid.value());
  }
  TRY(const IppMessage created, call(create_job(sender(), card)));
  if (!is_success(created.status())) {
    capabilities_.reset();
    return refusal("Create-Job", created);
  }
  return bind(created);
}

// From the answer of Create-Job to a ticket that survives a restart of the printer.
Result<PrintTicket> IppPrinter::bind(const IppMessage& created) {
  PrintTicket ticket{.job_id = created.integer("job-id").value_or(0), .job_uuid = {}};
  if (ticket.job_id <= 0) {
    return unknown("printer.answer", settings_.name + " accepted Create-Job without saying its job-id.");
  }
  if (created.status() != IPP_STATUS_OK) {  // "with ignored attributes", although fidelity was asked for
    capabilities_.reset();
    drop_job(ticket.job_id);
    return refusal("Create-Job", created);
  }
  ticket.job_uuid = created.text("job-uuid").value_or("");
  if (ticket.job_uuid.empty()) {
    TRY(const IppMessage answer, call(get_job_attributes(sender(), ticket.job_id)));
    ticket.job_uuid = answer.text("job-uuid").value_or("");
  }
  if (ticket.job_uuid.empty()) {
    drop_job(ticket.job_id);
    return fail("printer.refused",
                settings_.name +
                    " gives its jobs no job-uuid (PWG 5100.7), so that a job could not be "
                    "told from another one after a restart.",
                "job-uuid", "Use a printer that knows IPP Everywhere.");
  }
  return ticket;
}

// A job without a document prints nothing and times out, so it does not matter whether this is heard.
void IppPrinter::drop_job(std::int32_t job_id) {
  static_cast<void>(call(cancel_job(sender(), {.job_id = job_id, .job_uuid = {}})).has_value());
}

Status IppPrinter::send(const PrintTicket& ticket, ByteView pdf) {
  // After a restart of the printer the id may be another one's, and a document that was sent before must
  // not be sent again: look first.
  auto before = poll(ticket);
  if (!before) return nothing_happened(std::move(before).error());
  if (before.value().state == PrintJobState::forgotten) {
    return fail("printer.refused", settings_.name + " no longer knows the job; no document was sent.",
                "job-uuid", "Look for the cause of the printer's restart, then make the card again.");
  }
  if (!waits_for_document(before.value())) {
    return unknown("printer.refused",
                   settings_.name +
                       " does not wait for this job's document: it was sent before, or the "
                       "job has ended.",
                   "Poll the job.");
  }
  TRY(const IppMessage answer, call(send_document(sender(), ticket), pdf));
  if (is_success(answer.status())) return ok();
  Error error = refusal("Send-Document", answer);
  if (!refused_before_printing(answer.status())) error = may_have_happened(std::move(error));
  return error;
}

Result<PrintJobReport> IppPrinter::poll(const PrintTicket& ticket) {
  auto called = call(get_job_attributes(sender(), ticket.job_id));
  if (!called) return nothing_happened(std::move(called).error());
  const IppMessage& answer = called.value();
  PrintJobReport found;
  if (answer.status() == IPP_STATUS_ERROR_NOT_FOUND || answer.status() == IPP_STATUS_ERROR_GONE) {
    found.state = PrintJobState::forgotten;
    found.impressions_completed = -1;
  } else if (!is_success(answer.status())) {
    return refusal("Get-Job-Attributes", answer);
  } else {
    TRY(found, read_job_report(answer, ticket));
  }
  if (found.printer_up_time_s == 0) {
    TRY(const PrinterReport printer, report());
    found.printer_up_time_s = printer.up_time_s;
  }
  return found;
}

Status IppPrinter::cancel(const PrintTicket& ticket) {
  TRY(const PrintJobReport before, poll(ticket));
  if (before.state == PrintJobState::forgotten) {
    return fail("printer.refused", settings_.name + " no longer knows the job; nothing was cancelled.",
                "job-uuid");
  }
  TRY(const IppMessage answer, call(cancel_job(sender(), ticket)));
  if (!is_success(answer.status())) return refusal("Cancel-Job", answer);
  return ok();
}

}  // namespace

Result<std::unique_ptr<print::Printer>> open_ipp_printer(IppPrinterSettings settings, const Clock& clock) {
  TRY(IppTarget target, parse_ipp_uri(settings.uri));
  return std::make_unique<IppPrinter>(std::move(settings), std::move(target), clock);
}

}  // namespace imprimatur::devices
