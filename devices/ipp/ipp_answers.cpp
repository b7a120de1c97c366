#include "devices/ipp/ipp_answers.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <optional>

namespace imprimatur::devices {
namespace {

constexpr int kShortSide = 5'398;  // ISO/IEC 7810 ID-1 in hundredths of a millimetre
constexpr int kLongSide = 8'560;
constexpr int kTolerance = 20;

template <class Values, class Value>
bool contains(const Values& values, const Value& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// The listed length nearest to the wanted one; custom sizes are listed as a range.
std::optional<int> dimension(ipp_t* size, const char* name, int wanted) {
  ipp_attribute_t* attribute = ippFindAttribute(size, name, IPP_TAG_ZERO);
  if (attribute == nullptr) return std::nullopt;
  if (ippGetValueTag(attribute) == IPP_TAG_RANGE) {
    int upper = 0;
    const int lower = ippGetRange(attribute, 0, &upper);
    return std::clamp(wanted, lower, std::max(lower, upper));
  }
  if (ippGetValueTag(attribute) != IPP_TAG_INTEGER) return std::nullopt;
  return ippGetInteger(attribute, 0);
}

std::optional<CardMedia> as_card(ipp_t* size) {
  for (const bool turned : {false, true}) {
    const int x_wanted = turned ? kLongSide : kShortSide;
    const int y_wanted = turned ? kShortSide : kLongSide;
    const auto x = dimension(size, "x-dimension", x_wanted);
    const auto y = dimension(size, "y-dimension", y_wanted);
    if (x && y && std::abs(*x - x_wanted) <= kTolerance && std::abs(*y - y_wanted) <= kTolerance) {
      return CardMedia{.x_hundredth_mm = *x, .y_hundredth_mm = *y};
    }
  }
  return std::nullopt;
}

bool without_margins(ipp_t* media) {
  constexpr std::array kMargins{"media-bottom-margin", "media-left-margin", "media-right-margin",
                                "media-top-margin"};
  return std::all_of(kMargins.begin(), kMargins.end(), [media](const char* name) {
    ipp_attribute_t* margin = ippFindAttribute(media, name, IPP_TAG_INTEGER);
    return margin != nullptr && ippContainsInteger(margin, 0) != 0;
  });
}

// An edge-to-edge entry of the database before any other entry before a plain size.
std::optional<CardMedia> find_card_media(const IppMessage& answer) {
  std::optional<CardMedia> found;
  for (ipp_t* media : answer.collections("media-col-database")) {
    ipp_attribute_t* size = ippFindAttribute(media, "media-size", IPP_TAG_BEGIN_COLLECTION);
    if (size == nullptr) continue;
    auto card = as_card(ippGetCollection(size, 0));
    if (!card) continue;
    card->edge_to_edge = without_margins(media);
    if (!found || (card->edge_to_edge && !found->edge_to_edge)) found = card;
  }
  if (found) return found;
  for (ipp_t* size : answer.collections("media-size-supported")) {
    if (auto card = as_card(size)) return card;
  }
  return std::nullopt;
}

Error cannot_make_cards(std::string_view what, std::string field) {
  return unsuitable(what, std::move(field),
                    "Set the printer up for ID-1 cards (85.60 x 53.98 mm), or choose another printer.");
}

constexpr std::size_t kSuppliesMax = 16;
constexpr std::size_t kSupplyNameMax = 64;  // bytes

// Shown on screens: plain letters only.
std::string plain(std::string_view text) {
  std::string out(text.substr(0, kSupplyNameMax));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return out;
}

std::vector<print::Supply> supplies_of(const IppMessage& answer) {
  const std::vector<std::string> names = answer.texts("marker-names");
  const std::vector<int> levels = answer.integers("marker-levels");
  std::vector<print::Supply> supplies;
  for (std::size_t i = 0; i < std::min({names.size(), levels.size(), kSuppliesMax}); ++i) {
    supplies.push_back({.name = plain(names[i]), .percent = std::min(levels[i], 100)});
  }
  return supplies;
}

std::vector<std::string> reasons_of(const IppMessage& answer, const char* name) {
  std::vector<std::string> reasons = answer.texts(name);
  std::erase(reasons, "none");
  return reasons;
}

Result<print::PrintJobState> job_state(const IppMessage& answer) {
  using State = print::PrintJobState;
  switch (answer.integer("job-state").value_or(0)) {
    case IPP_JSTATE_PENDING:
      return State::waiting;
    case IPP_JSTATE_HELD:
      return State::held;
    case IPP_JSTATE_PROCESSING:
      return State::processing;
    case IPP_JSTATE_STOPPED:
      return State::stopped;
    case IPP_JSTATE_CANCELED:
      return State::canceled;
    case IPP_JSTATE_ABORTED:
      return State::aborted;
    case IPP_JSTATE_COMPLETED:
      return State::completed;
    default:
      return fail("printer.answer", "The printer gave no job-state of RFC 8011 section 5.3.7.", "job-state");
  }
}

}  // namespace

Result<IppCapabilities> read_capabilities(const IppMessage& answer) {
  const std::vector<int> operations = answer.integers("operations-supported");
  for (const ipp_op_t operation : {IPP_OP_VALIDATE_JOB, IPP_OP_CREATE_JOB, IPP_OP_SEND_DOCUMENT,
                                   IPP_OP_GET_JOB_ATTRIBUTES, IPP_OP_CANCEL_JOB}) {
    if (!contains(operations, operation))
      return cannot_make_cards(ippOpString(operation), "operations-supported");
  }
  if (!contains(answer.texts("document-format-supported"), "application/pdf")) {
    return cannot_make_cards("application/pdf", "document-format-supported");
  }
  const auto media = find_card_media(answer);
  if (!media) return cannot_make_cards("a medium of the size ID-1", "media-col-database");
  return IppCapabilities{
      .media = *media,
      .sides = answer.texts("sides-supported"),
      .knows_copies = ippFindAttribute(answer.get(), "copies-supported", IPP_TAG_ZERO) != nullptr,
  };
}

Result<print::PrinterReport> read_printer_report(const IppMessage& answer) {
  using State = print::PrinterReport::State;
  print::PrinterReport report;
  switch (answer.integer("printer-state").value_or(0)) {
    case IPP_PSTATE_IDLE:
      report.state = State::idle;
      break;
    case IPP_PSTATE_PROCESSING:
      report.state = State::processing;
      break;
    case IPP_PSTATE_STOPPED:
      report.state = State::stopped;
      break;
    default:
      return fail("printer.answer", "The printer gave no printer-state of RFC 8011 section 5.4.11.",
                  "printer-state");
  }
  report.accepting = answer.boolean("printer-is-accepting-jobs").value_or(false);
  report.reasons = reasons_of(answer, "printer-state-reasons");
  report.up_time_s = answer.integer("printer-up-time").value_or(0);
  report.supplies = supplies_of(answer);
  report.jobs = answer.integer("queued-job-count").value_or(0);  // RFC 8011 section 5.4.24
  return report;
}

Result<print::PrintJobReport> read_job_report(const IppMessage& answer, const print::PrintTicket& ticket) {
  print::PrintJobReport report;
  report.printer_up_time_s = answer.integer("job-printer-up-time").value_or(0);
  const std::string job_uuid = answer.text("job-uuid").value_or("");
  if (job_uuid.empty() || job_uuid != ticket.job_uuid) {
    report.state = print::PrintJobState::forgotten;
    report.impressions_completed = -1;
    return report;
  }
  TRY(report.state, job_state(answer));
  report.job_uuid = job_uuid;
  report.reasons = reasons_of(answer, "job-state-reasons");
  report.impressions_completed = answer.integer("job-impressions-completed").value_or(-1);
  return report;
}

Error unsuitable(std::string_view what, std::string field, std::string remedy) {
  return fail("printer.unsuitable",
              "The printer cannot make the product's cards: it does not list " + std::string(what) + ".",
              std::move(field), std::move(remedy));
}

bool is_success(int status) {
  return status >= IPP_STATUS_OK && status < 0x0100;
}

Error refusal(std::string_view operation, const IppMessage& answer) {
  constexpr std::array<int, 5> kLater{IPP_STATUS_ERROR_SERVICE_UNAVAILABLE, IPP_STATUS_ERROR_TEMPORARY,
                                      IPP_STATUS_ERROR_NOT_ACCEPTING_JOBS, IPP_STATUS_ERROR_BUSY,
                                      IPP_STATUS_ERROR_TOO_MANY_JOBS};
  std::array<char, 8> code{};
  std::snprintf(code.data(), code.size(), "%04X", static_cast<unsigned>(answer.status()) & 0xFFFFU);
  const bool known = answer.status() >= 0 && answer.status() <= IPP_STATUS_ERROR_TOO_MANY_DOCUMENTS;
  std::string message =
      "The printer answered " + std::string(operation) + " with " +
      (known ? ippErrorString(static_cast<ipp_status_t>(answer.status())) : "an unknown status") + " (" +
      code.data() + ")";
  std::string field;
  for (const std::string& name : answer.unsupported_names()) field += (field.empty() ? "" : ", ") + name;
  if (!field.empty()) message += " because of " + field;
  if (contains(kLater, answer.status())) {
    return fail("printer.busy", message + ".", field,
                "Wait and try again; look at the printer's own display.");
  }
  return fail("printer.refused", message + ".", field, "Look at the printer's own display and its settings.");
}

}  // namespace imprimatur::devices
