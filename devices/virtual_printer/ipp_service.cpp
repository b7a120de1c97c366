#include "devices/virtual_printer/ipp_service.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <sstream>

#include "base/files.hpp"
#include "devices/virtual_printer/ipp_rules.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::string_view kRoot = "/ipp/print/";

// What Create-Job, Send-Document and Print-Job say of the job (RFC 8011 section 4.2.1.2), and its uuid.
void add_new_job(ipp_t* answer, const CardJob& job, const std::string& printer_uri, std::int64_t up_time_s) {
  const Ipp all(ippNew());
  add_job_attributes(all.get(), job, printer_uri, up_time_s);
  for (const char* name : {"job-id", "job-uri", "job-uuid", "job-state", "job-state-reasons"}) {
    ippCopyAttribute(answer, ippFindAttribute(all.get(), name, IPP_TAG_ZERO), 0);
  }
}

}  // namespace

Result<std::unique_ptr<IppService>> IppService::make(IppServiceSettings settings, const Clock& clock,
                                                     Random& ids) {
  constexpr int kPrintersMax = 32;
  if (settings.printers < 1 || settings.printers > kPrintersMax || settings.spool.empty() ||
      settings.faults_per_thousand > 1'000) {
    return fail("virtual_printer.settings",
                "1 to 32 printers, a spool folder and at most 1000 faults per thousand are needed.");
  }
  std::unique_ptr<IppService> service(new IppService(clock, settings.faults_per_thousand));
  for (int i = 1; i <= settings.printers; ++i) {
    const std::string name = "card-" + std::to_string(i);
    const std::filesystem::path folder = settings.spool / name;
    TRY_STATUS(make_folders(folder));
    CardPrinterSettings printer{.name = name,
                                .spool = folder,
                                .print_time = settings.print_time,
                                .document_wait = settings.document_wait,
                                .stores = settings.stores,
                                .faults_per_thousand = settings.faults_per_thousand,
                                .clear_after = settings.clear_after};
    const std::uint64_t seed = settings.seed + static_cast<std::uint64_t>(i);
    CardPrinter model(std::move(printer), ids, seed, clock.steady());
    service->printers_.push_back(
        std::make_unique<Printer>(Printer{std::move(model), {}, SeededRandom(seed + kPrintersMax)}));
  }
  return service;
}

IppService::Printer* IppService::find_printer(std::string_view name) {
  const auto found = std::find_if(printers_.begin(), printers_.end(), [name](const auto& printer) {
    return printer->model.settings().name == name;
  });
  return found == printers_.end() ? nullptr : found->get();
}

IppAnswer IppService::answer(std::string_view resource, ByteView body) {
  if (!resource.starts_with(kRoot)) return {.http_status = 404, .body = {}};
  // A job's own URI is the printer's with the job's number behind it.
  const std::string_view name =
      resource.substr(kRoot.size(), resource.find('/', kRoot.size()) - kRoot.size());
  ByteView rest = body;
  const Ipp message(ippNew());
  const bool readable = read_message(message.get(), rest);
  const Ipp reply = new_answer(message.get());

  const std::scoped_lock lock(mutex_);
  Printer* printer = find_printer(name);
  if (printer == nullptr) return {.http_status = 404, .body = {}};
  if (!readable) {
    refuse(reply.get(), IPP_STATUS_ERROR_BAD_REQUEST, "Not an IPP message.");
  } else if (check_request(message.get(), reply.get())) {
    const Request request{.ipp = message.get(),
                          .printer = *printer,
                          .uri = printer_uri_of(message.get()),
                          .document = rest,
                          .now = clock_.steady()};
    dispatch(request, reply.get());
    if (loses_reply(*printer, message.get())) return {.body = {}, .lost = true};
  }
  return {.body = bytes_of_message(reply.get())};
}

// On command, or of a document by chance: the printer has it, and nobody is told.
bool IppService::loses_reply(Printer& printer, ipp_t* request) const {
  const ipp_op_t operation = ippGetOperation(request);
  if (printer.dropped_replies.erase(operation) > 0) return true;
  if (operation != IPP_OP_SEND_DOCUMENT || faults_per_thousand_ == 0) return false;
  const Bytes dice = printer.dice.bytes(2);
  return (unsigned{dice[0]} << 8U | dice[1]) % 1'000 < faults_per_thousand_;
}

void IppService::dispatch(const Request& request, ipp_t* answer) {
  using Handler = void (IppService::*)(const Request&, ipp_t*);
  struct Operation {
    int id;
    Handler handler;
  };
  constexpr std::array kOperations{
      Operation{IPP_OP_PRINT_JOB, &IppService::print_job},
      Operation{IPP_OP_VALIDATE_JOB, &IppService::validate_job},
      Operation{IPP_OP_CREATE_JOB, &IppService::create_job},
      Operation{IPP_OP_SEND_DOCUMENT, &IppService::send_document},
      Operation{IPP_OP_CANCEL_JOB, &IppService::cancel_job},
      Operation{IPP_OP_GET_JOB_ATTRIBUTES, &IppService::get_job_attributes},
      Operation{IPP_OP_GET_JOBS, &IppService::get_jobs},
      Operation{IPP_OP_GET_PRINTER_ATTRIBUTES, &IppService::get_printer_attributes},
  };
  ippSetStatusCode(answer, IPP_STATUS_OK);
  const auto found = std::find_if(
      kOperations.begin(), kOperations.end(),
      [&request](const Operation& operation) { return operation.id == ippGetOperation(request.ipp); });
  if (found == kOperations.end()) {
    refuse(answer, IPP_STATUS_ERROR_OPERATION_NOT_SUPPORTED, "This printer does not know the operation.");
    return;
  }
  (this->*found->handler)(request, answer);
}

void IppService::validate_job(const Request& request, ipp_t* answer) {
  if (check_document(request.ipp, answer)) check_template(request.ipp, answer);
}

void IppService::create_job(const Request& request, ipp_t* answer) {
  if (!check_template(request.ipp, answer)) return;
  CardPrinter& model = request.printer.model;
  const CardAnswer made = model.create(job_request_of(request.ipp), request.now);
  if (refused(answer, made.refusal)) return;
  add_new_job(answer, made.job, request.uri, model.up_time_s(request.now));
}

void IppService::print_job(const Request& request, ipp_t* answer) {
  if (!check_document(request.ipp, answer) || !check_template(request.ipp, answer)) return;
  CardPrinter& model = request.printer.model;
  CardAnswer made = model.create(job_request_of(request.ipp), request.now);
  if (refused(answer, made.refusal)) return;
  made = model.add_document(made.job.id, request.document, true, request.now);
  if (refused(answer, made.refusal)) return;
  add_new_job(answer, made.job, request.uri, model.up_time_s(request.now));
}

void IppService::send_document(const Request& request, ipp_t* answer) {
  ipp_attribute_t* last = ippFindAttribute(request.ipp, "last-document", IPP_TAG_BOOLEAN);
  if (last == nullptr) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "last-document is missing.");
    return;
  }
  if (!check_document(request.ipp, answer)) return;
  CardPrinter& model = request.printer.model;
  const CardAnswer taken =
      model.add_document(job_id_of(request.ipp), request.document, ippGetBoolean(last, 0) != 0, request.now);
  if (refused(answer, taken.refusal)) return;
  add_new_job(answer, taken.job, request.uri, model.up_time_s(request.now));
}

void IppService::cancel_job(const Request& request, ipp_t* answer) {
  refused(answer, request.printer.model.cancel(job_id_of(request.ipp), request.now).refusal);
}

void IppService::get_job_attributes(const Request& request, ipp_t* answer) {
  CardPrinter& model = request.printer.model;
  const CardAnswer found = model.find(job_id_of(request.ipp), request.now);
  if (refused(answer, found.refusal)) return;
  const Ipp all(ippNew());
  add_job_attributes(all.get(), found.job, request.uri, model.up_time_s(request.now));
  copy_requested(answer, all.get(), request.ipp);
}

// RFC 8011 section 4.2.6: unfinished jobs in the order in which they will be printed, finished ones newest
// first.
void IppService::get_jobs(const Request& request, ipp_t* answer) {
  const std::string which = operation_text(request.ipp, "which-jobs", IPP_TAG_KEYWORD, "not-completed");
  if (which != "completed" && which != "not-completed") {
    refuse(answer, IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES, "which-jobs is completed or not-completed.");
    ippAddString(answer, IPP_TAG_UNSUPPORTED_GROUP, IPP_TAG_KEYWORD, "which-jobs", nullptr, which.c_str());
    return;
  }
  ipp_attribute_t* limit = ippFindAttribute(request.ipp, "limit", IPP_TAG_INTEGER);
  int left = limit == nullptr ? std::numeric_limits<int>::max() : ippGetInteger(limit, 0);
  ipp_attribute_t* mine = ippFindAttribute(request.ipp, "my-jobs", IPP_TAG_BOOLEAN);
  const bool only_mine = mine != nullptr && ippGetBoolean(mine, 0) != 0;
  const std::string user = operation_text(request.ipp, "requesting-user-name", IPP_TAG_NAME, "anonymous");

  std::vector<CardJob> jobs = request.printer.model.jobs(request.now);
  if (which == "completed") std::reverse(jobs.begin(), jobs.end());
  bool first = true;
  for (const CardJob& job : jobs) {
    if (job.finished() != (which == "completed") || (only_mine && job.request.user != user)) continue;
    if (left-- <= 0) break;
    if (!std::exchange(first, false)) ippAddSeparator(answer);
    const Ipp all(ippNew());
    add_job_attributes(all.get(), job, request.uri, request.printer.model.up_time_s(request.now));
    copy_requested(answer, all.get(), request.ipp);
  }
}

void IppService::get_printer_attributes(const Request& request, ipp_t* answer) {
  request.printer.model.advance(request.now);
  const Ipp all(ippNew());
  add_printer_attributes(all.get(), request.printer.model, request.uri, request.now);
  copy_requested(answer, all.get(), request.ipp);
}

std::optional<SteadyTime> IppService::advance() {
  const std::scoped_lock lock(mutex_);
  std::optional<SteadyTime> due;
  for (const auto& printer : printers_) {
    printer->model.advance(clock_.steady());
    const auto next = printer->model.next_due();
    if (next && (!due || *next < *due)) due = next;
  }
  return due;
}

std::string IppService::control(std::string_view line) {
  std::istringstream in{std::string(line)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  if (words.size() < 2) return "error: fault PRINTER KIND, or clear PRINTER";

  const std::scoped_lock lock(mutex_);
  Printer* printer = find_printer(words[1]);
  if (printer == nullptr) return "error: no printer " + words[1];
  if (words[0] == "clear" && words.size() == 2) {
    printer->model.clear(clock_.steady());
    return "ok";
  }
  if (words[0] == "fault" && words.size() >= 3) return set_fault(*printer, words);
  return "error: fault PRINTER KIND, or clear PRINTER";
}

std::string IppService::set_fault(Printer& printer, const std::vector<std::string>& words) {
  struct Named {
    std::string_view name;
    CardFault fault;
  };
  constexpr std::array kFaults{
      Named{"abort", CardFault::abort},
      Named{"jam", CardFault::jam},
      Named{"media-empty", CardFault::media_empty},
      Named{"cancel-prints", CardFault::cancel_prints},
      Named{"too-soon", CardFault::too_soon},
      Named{"restart", CardFault::restart},
      Named{"restart-keeps-jobs", CardFault::restart_keeps},
  };
  if (words[2] == "drop-reply" && words.size() == 4) {
    std::string operation = words[3];
    const ipp_op_t id = ippOpValue(operation.c_str());
    if (id == IPP_OP_CUPS_INVALID) return "error: no operation " + operation;
    printer.dropped_replies.insert(id);
    return "ok";
  }
  if (words[2] == "say" && words.size() == 4) {
    printer.model.say(words[3], clock_.steady());
    return "ok";
  }
  const auto found = std::find_if(kFaults.begin(), kFaults.end(),
                                  [&words](const Named& named) { return named.name == words[2]; });
  if (found == kFaults.end() || words.size() != 3) return "error: no fault " + words[2];
  if (found->fault == CardFault::restart) printer.dropped_replies.clear();
  printer.model.fault(found->fault, clock_.steady());
  return "ok";
}

}  // namespace imprimatur::devices
