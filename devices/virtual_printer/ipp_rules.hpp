// Reading a request of the virtual printers and the rules that it must keep, each with the answer's status
// code when it does not (RFC 8010 section 3, RFC 8011 section 4.1). Functions of their input; messages are
// borrowed.
#pragma once

#include <cups/ipp.h>

#include <string>

#include "devices/virtual_printer/card_printer.hpp"
#include "devices/virtual_printer/ipp_attributes.hpp"

namespace imprimatur::devices {

// Reads one message off `bytes`, which then begins with the document. False when it is not IPP.
bool read_message(ipp_t* into, ByteView& bytes);
Bytes bytes_of_message(ipp_t* message);

// The beginning of an answer, in the version of the request where we know it (RFC 8011 section 4.1.8).
Ipp new_answer(ipp_t* request);
// The message is left out when the answer has other groups already.
void refuse(ipp_t* answer, ipp_status_t status, const char* message);
// Gives the model's refusal its status code. True when there is one.
bool refused(ipp_t* answer, CardRefusal refusal);

// The checks: false when the answer became a refusal.
// What every request must have (RFC 8011 sections 4.1.1, 4.1.4 and 4.1.8).
bool check_request(ipp_t* request, ipp_t* answer);
// Format and compression of the document (RFC 8011 section 4.2.1.1).
bool check_document(ipp_t* request, ipp_t* answer);
// Job template and fidelity (RFC 8011 section 4.1.7). What was ignored leaves the answer with
// successful-ok-ignored-or-substituted-attributes.
bool check_template(ipp_t* request, ipp_t* answer);

// First value of a text-like attribute, or `otherwise`.
std::string operation_text(ipp_t* request, const char* name, ipp_tag_t kind, std::string otherwise);
// job-id beside printer-uri, or the last part of job-uri (RFC 8011 section 4.1.5). 0 when neither is there.
std::int32_t job_id_of(ipp_t* request);
// The printer's URI as this client writes it, so that the answer's URIs work for it.
std::string printer_uri_of(ipp_t* request);
CardJobRequest job_request_of(ipp_t* request);

}  // namespace imprimatur::devices
