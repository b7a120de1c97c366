#include "devices/ipp/ipp_requests.hpp"

#include <array>

namespace imprimatur::devices {
namespace {

// charset and language first, then the target (RFC 8011 section 4.1.4).
IppMessage request(ipp_op_t operation, const IppSender& sender) {
  IppMessage message;
  ipp_t* ipp = message.get();
  ippSetVersion(ipp, 2, 0);
  ippSetOperation(ipp, operation);
  ippSetRequestId(ipp, sender.request_id);
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", nullptr, "utf-8");
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", nullptr, "en");
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_URI, "printer-uri", nullptr, sender.uri.c_str());
  return message;
}

void add_job_id(ipp_t* ipp, std::int32_t job_id) {
  ippAddInteger(ipp, IPP_TAG_OPERATION, IPP_TAG_INTEGER, "job-id", job_id);
}

void add_user(ipp_t* ipp, const IppSender& sender) {
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "requesting-user-name", nullptr, sender.user.c_str());
}

void add_pdf_format(ipp_t* ipp) {
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_MIMETYPE, "document-format", nullptr, "application/pdf");
}

void add_requested(ipp_t* ipp, std::initializer_list<const char*> names) {
  ippAddStrings(ipp, IPP_TAG_OPERATION, IPP_TAG_KEYWORD, "requested-attributes",
                static_cast<int>(names.size()), nullptr, names.begin());
}

// Job template attributes. Fidelity makes a printer refuse what it would otherwise ignore
// (RFC 8011 section 4.2.1.1).
void add_card(ipp_t* ipp, const IppCard& card) {
  ippAddString(ipp, IPP_TAG_OPERATION, IPP_TAG_NAME, "job-name", nullptr, card.job_name.c_str());
  ippAddBoolean(ipp, IPP_TAG_OPERATION, "ipp-attribute-fidelity", 1);
  if (card.say_copies) ippAddInteger(ipp, IPP_TAG_JOB, IPP_TAG_INTEGER, "copies", 1);
  ippAddString(ipp, IPP_TAG_JOB, IPP_TAG_KEYWORD, "sides", nullptr, sides_keyword(card.sides, card.turn));

  const IppMessage size;
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", card.media.x_hundredth_mm);
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", card.media.y_hundredth_mm);
  const IppMessage media;
  ippAddCollection(media.get(), IPP_TAG_ZERO, "media-size", size.get());
  if (card.media.edge_to_edge) {
    for (const char* margin :
         {"media-bottom-margin", "media-left-margin", "media-right-margin", "media-top-margin"}) {
      ippAddInteger(media.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, margin, 0);
    }
  }
  ippAddCollection(ipp, IPP_TAG_JOB, "media-col", media.get());
}

}  // namespace

IppMessage get_printer_capabilities(const IppSender& sender) {
  IppMessage message = request(IPP_OP_GET_PRINTER_ATTRIBUTES, sender);
  add_user(message.get(), sender);
  add_requested(message.get(), {"operations-supported", "document-format-supported", "sides-supported",
                                "copies-supported", "media-size-supported", "media-col-database"});
  return message;
}

IppMessage get_printer_state(const IppSender& sender) {
  IppMessage message = request(IPP_OP_GET_PRINTER_ATTRIBUTES, sender);
  add_user(message.get(), sender);
  add_requested(message.get(), {"printer-state", "printer-state-reasons", "printer-is-accepting-jobs",
                                "printer-up-time", "marker-names", "marker-levels", "queued-job-count"});
  return message;
}

IppMessage validate_job(const IppSender& sender, const IppCard& card) {
  IppMessage message = request(IPP_OP_VALIDATE_JOB, sender);
  add_user(message.get(), sender);
  add_pdf_format(message.get());
  add_card(message.get(), card);
  return message;
}

IppMessage create_job(const IppSender& sender, const IppCard& card) {
  IppMessage message = request(IPP_OP_CREATE_JOB, sender);
  add_user(message.get(), sender);
  add_card(message.get(), card);
  return message;
}

IppMessage send_document(const IppSender& sender, const print::PrintTicket& ticket) {
  IppMessage message = request(IPP_OP_SEND_DOCUMENT, sender);
  add_job_id(message.get(), ticket.job_id);
  add_user(message.get(), sender);
  add_pdf_format(message.get());
  ippAddBoolean(message.get(), IPP_TAG_OPERATION, "last-document", 1);
  return message;
}

IppMessage get_job_attributes(const IppSender& sender, std::int32_t job_id) {
  IppMessage message = request(IPP_OP_GET_JOB_ATTRIBUTES, sender);
  add_job_id(message.get(), job_id);
  add_user(message.get(), sender);
  add_requested(message.get(), {"job-id", "job-uuid", "job-state", "job-state-reasons",
                                "job-impressions-completed", "job-printer-up-time"});
  return message;
}

IppMessage cancel_job(const IppSender& sender, const print::PrintTicket& ticket) {
  IppMessage message = request(IPP_OP_CANCEL_JOB, sender);
  add_job_id(message.get(), ticket.job_id);
  add_user(message.get(), sender);
  return message;
}

const char* sides_keyword(int sides, DuplexTurn turn) {
  if (sides == 1) return "one-sided";
  return turn == DuplexTurn::long_edge ? "two-sided-long-edge" : "two-sided-short-edge";
}

}  // namespace imprimatur::devices
