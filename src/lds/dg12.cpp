// DG12, additional document details (ICAO Doc 9303-10 section 4.7.12).
#include <array>

#include "lds/data_groups.hpp"
#include "lds/listed_elements.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kAuthority = 0x5F19;
constexpr std::uint32_t kIssueDate = 0x5F26;
constexpr std::uint32_t kOtherPerson = 0x5F1A;
constexpr std::uint32_t kObservations = 0x5F1B;
constexpr std::uint32_t kTaxExit = 0x5F1C;
constexpr std::uint32_t kPersonalisedAt = 0x5F55;
constexpr std::uint32_t kSystemSerial = 0x5F56;
// All that may be listed: also the images of front and rear.
constexpr std::array<std::uint32_t, 9> kElements{kAuthority,    kIssueDate,      kOtherPerson,
                                                 kObservations, kTaxExit,        0x5F1D,
                                                 0x5F1E,        kPersonalisedAt, kSystemSerial};
constexpr ListedElementRules kRules{"lds.dg12", "DG12", kElements, kOtherPerson};
constexpr std::size_t kTimeDigits = 14;  // CCYYMMDDhhmmss

Error detail_error(std::string_view sentence) {
  return fail(kRules.code, std::string(sentence), kRules.file);
}

std::string time_digits(WallTime time) {
  const std::string text = format_rfc3339(time);  // 2026-07-01T09:30:00.000Z
  return text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2) + text.substr(11, 2) + text.substr(14, 2) +
         text.substr(17, 2);
}

Result<WallTime> time_of_element(ByteView value) {
  const auto digits = digits_of_value(value, kTimeDigits);
  if (!digits) return detail_error("the time of personalisation is not 14 digits");
  const std::string& d = *digits;
  const auto time = parse_rfc3339(d.substr(0, 4) + "-" + d.substr(4, 2) + "-" + d.substr(6, 2) + "T" +
                                  d.substr(8, 2) + ":" + d.substr(10, 2) + ":" + d.substr(12, 2) + "Z");
  if (!time) return detail_error("the time of personalisation is not a time");
  return time.value();
}

std::string* text_member(std::uint32_t tag, Dg12& details) {
  if (tag == kAuthority) return &details.issuing_authority;
  if (tag == kObservations) return &details.observations;
  if (tag == kTaxExit) return &details.tax_exit_requirements;
  if (tag == kSystemSerial) return &details.system_serial;
  return nullptr;
}

Status take_element(const Tlv& element, Dg12& details) {
  if (element.tag == kIssueDate) {
    details.issue_date = date_of_digits(element.value);
    return details.issue_date ? ok()
                              : Status(detail_error("the date of issue is not a date in eight digits"));
  }
  if (element.tag == kPersonalisedAt) {
    TRY(details.personalised_at, time_of_element(element.value));
    return ok();
  }
  std::string* text = text_member(element.tag, details);
  if (text == nullptr) return ok();
  *text = text_of(element.value);
  return is_utf8(*text) ? ok() : Status(detail_error("a text is not UTF-8"));
}

}  // namespace

Bytes encode_dg12(const Dg12& details) {
  ListedElementWriter writer;
  writer.add(kAuthority, details.issuing_authority);
  if (details.issue_date) writer.add(kIssueDate, date_digits(*details.issue_date));
  writer.add(kObservations, details.observations);
  writer.add(kTaxExit, details.tax_exit_requirements);
  if (details.personalised_at) writer.add(kPersonalisedAt, time_digits(*details.personalised_at));
  writer.add(kSystemSerial, details.system_serial);
  return writer.finish(tag_of(FileId::dg12));
}

Result<Dg12> decode_dg12(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg12), "DG12"));
  TRY(const auto elements, read_listed_elements(content, kRules));
  Dg12 details;
  for (const Tlv& element : elements) {
    TRY_STATUS(take_element(element, details));
  }
  return details;
}

}  // namespace imprimatur::lds
