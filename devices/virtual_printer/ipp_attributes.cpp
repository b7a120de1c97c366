#include "devices/virtual_printer/ipp_attributes.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace imprimatur::devices {
namespace {

using Words = std::initializer_list<const char*>;

// One group of one message, so that an attribute is one line.
struct Group {
  ipp_t* ipp;
  ipp_tag_t tag;

  void integer(const char* name, int value) const { ippAddInteger(ipp, tag, IPP_TAG_INTEGER, name, value); }
  void enumeration(const char* name, int value) const { ippAddInteger(ipp, tag, IPP_TAG_ENUM, name, value); }
  void enumerations(const char* name, std::initializer_list<int> values) const {
    ippAddIntegers(ipp, tag, IPP_TAG_ENUM, name, static_cast<int>(values.size()), values.begin());
  }
  void boolean(const char* name, bool value) const { ippAddBoolean(ipp, tag, name, value ? 1 : 0); }
  void range(const char* name, int lower, int upper) const { ippAddRange(ipp, tag, name, lower, upper); }
  void none(const char* name) const { ippAddOutOfBand(ipp, tag, IPP_TAG_NOVALUE, name); }
  void word(ipp_tag_t kind, const char* name, const std::string& value) const {
    ippAddString(ipp, tag, kind, name, nullptr, value.c_str());
  }
  void words(ipp_tag_t kind, const char* name, Words values) const {
    ippAddStrings(ipp, tag, kind, name, static_cast<int>(values.size()), nullptr, values.begin());
  }
};

constexpr std::array kMargins{"media-bottom-margin", "media-left-margin", "media-right-margin",
                              "media-top-margin"};

Ipp card_size() {
  Ipp size(ippNew());
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "x-dimension", kCardX);
  ippAddInteger(size.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, "y-dimension", kCardY);
  return size;
}

Ipp card_media() {
  Ipp media(ippNew());
  ippAddCollection(media.get(), IPP_TAG_ZERO, "media-size", card_size().get());
  for (const char* margin : kMargins) ippAddInteger(media.get(), IPP_TAG_ZERO, IPP_TAG_INTEGER, margin, 0);
  ippAddString(media.get(), IPP_TAG_ZERO, IPP_TAG_KEYWORD, "media-type", nullptr, "cardstock");
  ippAddString(media.get(), IPP_TAG_ZERO, IPP_TAG_KEYWORD, "media-source", nullptr, "main");
  return media;
}

void add_identity(const Group& to, const CardPrinter& printer, const std::string& uri) {
  to.word(IPP_TAG_URI, "printer-uri-supported", uri);
  to.word(IPP_TAG_KEYWORD, "uri-authentication-supported", "none");
  to.word(IPP_TAG_KEYWORD, "uri-security-supported", "none");
  to.word(IPP_TAG_NAME, "printer-name", printer.settings().name);
  to.word(IPP_TAG_TEXT, "printer-info", "Virtual card printer " + printer.settings().name);
  to.word(IPP_TAG_TEXT, "printer-location", "bench");
  to.word(IPP_TAG_TEXT, "printer-make-and-model", "Imprimatur virtual card printer");
  to.word(IPP_TAG_URI, "printer-more-info", "http" + uri.substr(uri.find(':')));
  to.word(IPP_TAG_URI, "printer-uuid", printer.printer_uuid());
  to.word(IPP_TAG_CHARSET, "charset-configured", "utf-8");
  to.words(IPP_TAG_CHARSET, "charset-supported", {"us-ascii", "utf-8"});
  to.word(IPP_TAG_LANGUAGE, "natural-language-configured", "en");
  to.word(IPP_TAG_LANGUAGE, "generated-natural-language-supported", "en");
  to.words(IPP_TAG_KEYWORD, "ipp-versions-supported", {"1.1", "2.0"});
}

void add_abilities(const Group& to, const CardPrinter& printer) {
  to.enumerations("operations-supported", {IPP_OP_PRINT_JOB, IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB,
                                           IPP_OP_SEND_DOCUMENT, IPP_OP_CANCEL_JOB, IPP_OP_GET_JOB_ATTRIBUTES,
                                           IPP_OP_GET_JOBS, IPP_OP_GET_PRINTER_ATTRIBUTES});
  to.word(IPP_TAG_KEYWORD, "compression-supported", "none");
  to.word(IPP_TAG_MIMETYPE, "document-format-default", "application/pdf");
  to.word(IPP_TAG_MIMETYPE, "document-format-supported", "application/pdf");
  to.word(IPP_TAG_KEYWORD, "pdl-override-supported", "attempted");
  to.boolean("multiple-document-jobs-supported", false);
  to.integer("multiple-operation-time-out",
             std::max(1, static_cast<int>(printer.settings().document_wait.count() / 1'000)));
  to.word(IPP_TAG_KEYWORD, "multiple-operation-time-out-action", "abort-job");
  to.boolean("job-ids-supported", true);
  to.boolean("color-supported", true);
}

void add_template(const Group& to) {
  to.integer("copies-default", 1);
  to.range("copies-supported", 1, 1);
  to.word(IPP_TAG_KEYWORD, "sides-default", "one-sided");
  to.words(IPP_TAG_KEYWORD, "sides-supported", {"one-sided", "two-sided-long-edge", "two-sided-short-edge"});
  to.word(IPP_TAG_KEYWORD, "media-default", kCardMedia);
  to.word(IPP_TAG_KEYWORD, "media-ready", kCardMedia);
  to.word(IPP_TAG_KEYWORD, "media-supported", kCardMedia);
  to.words(IPP_TAG_KEYWORD, "media-col-supported",
           {"media-bottom-margin", "media-left-margin", "media-right-margin", "media-size", "media-source",
            "media-top-margin", "media-type"});
  const Ipp media = card_media();
  ippAddCollection(to.ipp, to.tag, "media-col-default", media.get());
  ippAddCollection(to.ipp, to.tag, "media-col-ready", media.get());
  ippAddCollection(to.ipp, to.tag, "media-col-database", media.get());
  ippAddCollection(to.ipp, to.tag, "media-size-supported", card_size().get());
  to.enumeration("print-quality-default", IPP_QUALITY_NORMAL);
  to.enumerations("print-quality-supported", {IPP_QUALITY_NORMAL, IPP_QUALITY_HIGH});
  to.word(IPP_TAG_KEYWORD, "print-color-mode-default", "color");
  to.word(IPP_TAG_KEYWORD, "print-color-mode-supported", "color");
}

void add_state(const Group& to, const CardPrinter& printer, SteadyTime now) {
  const auto state =
      printer.stopped() ? IPP_PSTATE_STOPPED : (printer.printing() ? IPP_PSTATE_PROCESSING : IPP_PSTATE_IDLE);
  to.enumeration("printer-state", state);
  std::vector<const char*> said;
  const std::vector<std::string> reasons = printer.reasons();
  for (const std::string& reason : reasons) said.push_back(reason.c_str());
  if (said.empty()) said.push_back("none");
  ippAddStrings(to.ipp, to.tag, IPP_TAG_KEYWORD, "printer-state-reasons", static_cast<int>(said.size()),
                nullptr, said.data());
  to.word(IPP_TAG_NAME, "marker-names", "YMCKO ribbon");
  to.word(IPP_TAG_KEYWORD, "marker-types", "ribbon");
  to.integer("marker-levels", printer.ribbon_percent());
  to.integer("marker-low-levels", 10);
  to.boolean("printer-is-accepting-jobs", true);
  to.integer("queued-job-count", static_cast<int>(printer.queued()));
  to.integer("printer-up-time", static_cast<int>(printer.up_time_s(now)));
}

bool is_zero_or(ipp_attribute_t* attribute, int wanted) {
  return ippGetValueTag(attribute) == IPP_TAG_INTEGER && ippGetInteger(attribute, 0) == wanted;
}

bool is_card_size(ipp_t* size) {
  ipp_attribute_t* x = ippFindAttribute(size, "x-dimension", IPP_TAG_INTEGER);
  ipp_attribute_t* y = ippFindAttribute(size, "y-dimension", IPP_TAG_INTEGER);
  return x != nullptr && y != nullptr && ippGetInteger(x, 0) == kCardX && ippGetInteger(y, 0) == kCardY;
}

// A media-col that asks for nothing but a card, edge to edge, out of the one hopper.
bool is_card_media(ipp_t* media) {
  ipp_attribute_t* size = ippFindAttribute(media, "media-size", IPP_TAG_BEGIN_COLLECTION);
  if (size == nullptr || !is_card_size(ippGetCollection(size, 0))) return false;
  for (ipp_attribute_t* member = ippFirstAttribute(media); member != nullptr;
       member = ippNextAttribute(media)) {
    const std::string_view name = ippGetName(member) == nullptr ? "" : ippGetName(member);
    const bool margin = std::find(kMargins.begin(), kMargins.end(), name) != kMargins.end();
    if (margin && !is_zero_or(member, 0)) return false;
    if (name == "media-type" && ippContainsString(member, "cardstock") == 0) return false;
    if (name == "media-source" && ippContainsString(member, "main") == 0) return false;
    if (!margin && name != "media-size" && name != "media-type" && name != "media-source") return false;
  }
  return true;
}

enum class Support { yes, not_the_value, not_the_name };

Support support_of(ipp_attribute_t* attribute) {
  const std::string_view name = ippGetName(attribute);
  const auto when = [](bool supported) { return supported ? Support::yes : Support::not_the_value; };
  if (ippGetCount(attribute) != 1) return Support::not_the_value;
  if (name == "copies") return when(is_zero_or(attribute, 1));
  if (name == "media") return when(ippContainsString(attribute, kCardMedia) != 0);
  if (name == "print-color-mode") return when(ippContainsString(attribute, "color") != 0);
  if (name == "sides") {
    return when(ippContainsString(attribute, "one-sided") != 0 ||
                ippContainsString(attribute, "two-sided-long-edge") != 0 ||
                ippContainsString(attribute, "two-sided-short-edge") != 0);
  }
  if (name == "print-quality") {
    return when(ippContainsInteger(attribute, IPP_QUALITY_NORMAL) != 0 ||
                ippContainsInteger(attribute, IPP_QUALITY_HIGH) != 0);
  }
  if (name == "media-col") {
    return when(ippGetValueTag(attribute) == IPP_TAG_BEGIN_COLLECTION &&
                is_card_media(ippGetCollection(attribute, 0)));
  }
  return Support::not_the_name;
}

// libcups calls this for each attribute; the context is the array of names, or null for all of them.
int is_requested(void* context, ipp_t*, ipp_attribute_t* attribute) {
  auto* names = static_cast<cups_array_t*>(context);
  const char* name = ippGetName(attribute);
  if (name == nullptr) return 0;
  // Long, so only for those who ask for it by name (PWG 5100.7 section 6.9).
  const bool only_by_name = std::strcmp(name, "media-col-database") == 0;
  if (names == nullptr) return only_by_name ? 0 : 1;
  return cupsArrayFind(names, const_cast<char*>(name)) != nullptr ? 1 : 0;
}

}  // namespace

void add_printer_attributes(ipp_t* to, const CardPrinter& printer, const std::string& uri, SteadyTime now) {
  const Group group{.ipp = to, .tag = IPP_TAG_PRINTER};
  add_identity(group, printer, uri);
  add_abilities(group, printer);
  add_template(group);
  add_state(group, printer, now);
}

void add_job_attributes(ipp_t* to, const CardJob& job, const std::string& printer_uri,
                        std::int64_t up_time_s) {
  const Group group{.ipp = to, .tag = IPP_TAG_JOB};
  group.integer("job-id", job.id);
  group.word(IPP_TAG_URI, "job-uri", printer_uri + "/" + std::to_string(job.id));
  group.word(IPP_TAG_URI, "job-uuid", job.uuid);
  group.word(IPP_TAG_URI, "job-printer-uri", printer_uri);
  group.word(IPP_TAG_NAME, "job-name", job.request.name);
  group.word(IPP_TAG_NAME, "job-originating-user-name", job.request.user);
  group.enumeration("job-state", static_cast<int>(job.state));
  group.word(IPP_TAG_KEYWORD, "job-state-reasons", job.reason);
  group.integer("job-impressions", job.impressions);
  group.integer("job-impressions-completed", job.impressions_completed);
  group.integer("job-media-sheets-completed", job.state == CardJobState::completed ? 1 : 0);
  group.word(IPP_TAG_KEYWORD, "sides", job.request.sides_keyword);
  group.integer("job-printer-up-time", static_cast<int>(up_time_s));
  group.integer("time-at-creation", static_cast<int>(job.created_s));
  const auto time = [&group](const char* name, std::optional<std::int64_t> seconds) {
    seconds ? group.integer(name, static_cast<int>(*seconds)) : group.none(name);
  };
  time("time-at-processing", job.started_s);
  time("time-at-completed", job.ended_s);
}

void copy_requested(ipp_t* to, ipp_t* all, ipp_t* request) {
  cups_array_t* names = ippCreateRequestedArray(request);
  ippCopyAttributes(to, all, 0, is_requested, names);
  cupsArrayDelete(names);
}

int add_unsupported(ipp_t* answer, ipp_t* request) {
  int count = 0;
  for (ipp_attribute_t* attribute = ippFirstAttribute(request); attribute != nullptr;
       attribute = ippNextAttribute(request)) {
    if (ippGetGroupTag(attribute) != IPP_TAG_JOB || ippGetName(attribute) == nullptr) continue;
    const Support support = support_of(attribute);
    if (support == Support::yes) continue;
    ++count;
    if (support == Support::not_the_name) {
      ippAddOutOfBand(answer, IPP_TAG_UNSUPPORTED_GROUP, IPP_TAG_UNSUPPORTED_VALUE, ippGetName(attribute));
    } else if (ipp_attribute_t* copy = ippCopyAttribute(answer, attribute, 0)) {
      ippSetGroupTag(answer, &copy, IPP_TAG_UNSUPPORTED_GROUP);
    }
  }
  return count;
}

}  // namespace imprimatur::devices
