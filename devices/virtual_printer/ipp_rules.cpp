#include "devices/virtual_printer/ipp_rules.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"

namespace imprimatur::devices {
namespace {

constexpr std::size_t kNameMax = 255;  // octets of an IPP name (RFC 8011 section 5.1.3)

// libcups pulls and pushes the bytes of a message through these two.
ssize_t read_some(void* context, ipp_uchar_t* buffer, size_t count) {
  auto& left = *static_cast<ByteView*>(context);
  const std::size_t taken = std::min(count, left.size());
  std::copy_n(left.begin(), taken, buffer);
  left = left.subspan(taken);
  return static_cast<ssize_t>(taken);
}

ssize_t write_some(void* context, ipp_uchar_t* buffer, size_t count) {
  append(*static_cast<Bytes*>(context), ByteView(buffer, count));
  return static_cast<ssize_t>(count);
}

// Attributes stand in groups, and collections are not nested until libcups, which calls itself for each, runs
// out of stack (RFC 8010 section 3.1). Lengths that run past the end are libcups' to find.
bool is_harmless(ByteView bytes) {
  constexpr std::size_t kHeader = 8;
  constexpr int kDepthMax = 8;
  if (bytes.size() <= kHeader || bytes[kHeader] >= 0x10) return false;
  int depth = 0;
  for (std::size_t at = kHeader; at < bytes.size() && bytes[at] != 0x03;) {
    const std::uint8_t tag = bytes[at++];
    if (tag < 0x10) continue;
    for (int part = 0; part < 2; ++part) {  // name, value
      if (at + 2 > bytes.size()) return false;
      at += 2 + read_be(bytes.subspan(at, 2));
    }
    depth += tag == 0x34 ? 1 : (tag == 0x37 ? -1 : 0);
    if (depth > kDepthMax) return false;
  }
  return true;
}

bool is_known_version(int major) {
  return major == 1 || major == 2;
}

bool is_named(ipp_attribute_t* attribute, const char* name, ipp_tag_t kind) {
  return attribute != nullptr && ippGetName(attribute) != nullptr &&
         std::strcmp(ippGetName(attribute), name) == 0 && ippGetValueTag(attribute) == kind &&
         ippGetGroupTag(attribute) == IPP_TAG_OPERATION;
}

}  // namespace

Bytes bytes_of_message(ipp_t* message) {
  Bytes out;
  ippSetState(message, IPP_STATE_IDLE);
  CHECK(ippWriteIO(&out, write_some, 1, nullptr, message) == IPP_STATE_DATA);
  return out;
}

bool read_message(ipp_t* into, ByteView& bytes) {
  if (!is_harmless(bytes)) return false;
  ipp_state_t state = IPP_STATE_IDLE;
  // Each turn reads at least one group or fails, so it ends with the bytes.
  do {
    state = ippReadIO(&bytes, read_some, 1, nullptr, into);
  } while (state != IPP_STATE_DATA && state != IPP_STATE_ERROR && !bytes.empty());
  return state == IPP_STATE_DATA;
}

Ipp new_answer(ipp_t* request) {
  Ipp answer(ippNew());
  int minor = 0;
  const int major = ippGetVersion(request, &minor);
  ippSetVersion(answer.get(), is_known_version(major) ? major : 2, is_known_version(major) ? minor : 0);
  ippSetRequestId(answer.get(), ippGetRequestId(request));
  ippAddString(answer.get(), IPP_TAG_OPERATION, IPP_TAG_CHARSET, "attributes-charset", nullptr, "utf-8");
  ippAddString(answer.get(), IPP_TAG_OPERATION, IPP_TAG_LANGUAGE, "attributes-natural-language", nullptr,
               "en");
  return answer;
}

void refuse(ipp_t* answer, ipp_status_t status, const char* message) {
  ippSetStatusCode(answer, status);
  // The operation group stands first, so it is closed once another one has begun (RFC 8010 section 3.1.1).
  for (ipp_attribute_t* one = ippFirstAttribute(answer); one != nullptr; one = ippNextAttribute(answer)) {
    if (ippGetGroupTag(one) != IPP_TAG_OPERATION) return;
  }
  ippAddString(answer, IPP_TAG_OPERATION, IPP_TAG_TEXT, "status-message", nullptr, message);
}

std::string operation_text(ipp_t* request, const char* name, ipp_tag_t kind, std::string otherwise) {
  ipp_attribute_t* attribute = ippFindAttribute(request, name, kind);
  const char* value = attribute == nullptr ? nullptr : ippGetString(attribute, 0, nullptr);
  return value == nullptr ? std::move(otherwise) : std::string(value);
}

bool check_request(ipp_t* request, ipp_t* answer) {
  if (!is_known_version(ippGetVersion(request, nullptr))) {
    refuse(answer, IPP_STATUS_ERROR_VERSION_NOT_SUPPORTED, "IPP version 1 or 2 only.");
    return false;
  }
  if (ippGetRequestId(request) <= 0) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "The request-id must be positive.");
    return false;
  }
  ipp_attribute_t* charset = ippFirstAttribute(request);
  const bool charset_first = is_named(charset, "attributes-charset", IPP_TAG_CHARSET);
  const std::string charset_name = charset_first ? ippGetString(charset, 0, nullptr) : "";
  if (!charset_first ||
      !is_named(ippNextAttribute(request), "attributes-natural-language", IPP_TAG_LANGUAGE)) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "Charset and natural language come first.");
    return false;
  }
  if (charset_name != "utf-8" && charset_name != "us-ascii") {
    refuse(answer, IPP_STATUS_ERROR_CHARSET, "utf-8 or us-ascii only.");
    return false;
  }
  const std::string uri = printer_uri_of(request);
  if (uri.empty()) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "No printer-uri and no job-uri.");
    return false;
  }
  if (!uri.starts_with("ipp://") && !uri.starts_with("http://")) {
    refuse(answer, IPP_STATUS_ERROR_URI_SCHEME, "ipp or http only.");
    return false;
  }
  // Names and values that we could not write back either.
  if (ippValidateAttributes(request) == 0) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "A name or value breaks RFC 8011 section 5.1.");
    return false;
  }
  return true;
}

std::int32_t job_id_of(ipp_t* request) {
  if (ipp_attribute_t* id = ippFindAttribute(request, "job-id", IPP_TAG_INTEGER)) return ippGetInteger(id, 0);
  const std::string uri = operation_text(request, "job-uri", IPP_TAG_URI, "");
  const std::string tail = uri.substr(uri.rfind('/') + 1);
  const bool number =
      !tail.empty() && tail.size() <= 9 && tail.find_first_not_of("0123456789") == std::string::npos;
  return number ? std::stoi(tail) : 0;
}

std::string printer_uri_of(ipp_t* request) {
  const std::string job_uri = operation_text(request, "job-uri", IPP_TAG_URI, "");
  return operation_text(request, "printer-uri", IPP_TAG_URI, job_uri.substr(0, job_uri.rfind('/')));
}

bool check_document(ipp_t* request, ipp_t* answer) {
  const auto copy_back = [request, answer](const char* name) {
    ipp_attribute_t* copy = ippCopyAttribute(answer, ippFindAttribute(request, name, IPP_TAG_ZERO), 0);
    if (copy != nullptr) ippSetGroupTag(answer, &copy, IPP_TAG_UNSUPPORTED_GROUP);
  };
  if (operation_text(request, "document-format", IPP_TAG_MIMETYPE, "application/pdf") != "application/pdf") {
    refuse(answer, IPP_STATUS_ERROR_DOCUMENT_FORMAT_NOT_SUPPORTED, "PDF only.");
    copy_back("document-format");
    return false;
  }
  if (operation_text(request, "compression", IPP_TAG_KEYWORD, "none") != "none") {
    refuse(answer, IPP_STATUS_ERROR_COMPRESSION_NOT_SUPPORTED, "No compression.");
    copy_back("compression");
    return false;
  }
  return true;
}

bool check_template(ipp_t* request, ipp_t* answer) {
  if (ippFindAttribute(request, "media", IPP_TAG_ZERO) != nullptr &&
      ippFindAttribute(request, "media-col", IPP_TAG_ZERO) != nullptr) {
    refuse(answer, IPP_STATUS_ERROR_BAD_REQUEST, "Either media or media-col.");
    return false;
  }
  ipp_attribute_t* fidelity = ippFindAttribute(request, "ipp-attribute-fidelity", IPP_TAG_BOOLEAN);
  const bool strict = fidelity != nullptr && ippGetBoolean(fidelity, 0) != 0;
  if (add_unsupported(answer, request) == 0) return true;
  ippSetStatusCode(answer,
                   strict ? IPP_STATUS_ERROR_ATTRIBUTES_OR_VALUES : IPP_STATUS_OK_IGNORED_OR_SUBSTITUTED);
  return !strict;
}

CardJobRequest job_request_of(ipp_t* request) {
  CardJobRequest job;
  job.name = operation_text(request, "job-name", IPP_TAG_NAME, "untitled").substr(0, kNameMax);
  job.user = operation_text(request, "requesting-user-name", IPP_TAG_NAME, "anonymous").substr(0, kNameMax);
  const std::string sides = operation_text(request, "sides", IPP_TAG_KEYWORD, "one-sided");
  if (sides == "two-sided-long-edge" || sides == "two-sided-short-edge") {
    job.sides = 2;
    job.sides_keyword = sides;
  }
  return job;
}

bool refused(ipp_t* answer, CardRefusal refusal) {
  switch (refusal) {
    case CardRefusal::none:
      return false;
    case CardRefusal::not_found:
      refuse(answer, IPP_STATUS_ERROR_NOT_FOUND, "No such job.");
      return true;
    case CardRefusal::not_possible:
      refuse(answer, IPP_STATUS_ERROR_NOT_POSSIBLE, "Not in this state of the job.");
      return true;
    case CardRefusal::too_many_jobs:
      refuse(answer, IPP_STATUS_ERROR_TOO_MANY_JOBS, "The queue is full.");
      return true;
    case CardRefusal::second_document:
      refuse(answer, IPP_STATUS_ERROR_MULTIPLE_JOBS_NOT_SUPPORTED, "One document a job.");
      return true;
    case CardRefusal::not_a_card:
      refuse(answer, IPP_STATUS_ERROR_DOCUMENT_FORMAT_ERROR, "Not a PDF with a page a side.");
      return true;
  }
  return false;
}

}  // namespace imprimatur::devices
