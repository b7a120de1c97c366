#include "job/document.hpp"

#include <algorithm>
#include <array>

#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

constexpr std::size_t kDocumentBytesMax = 64U << 10;
constexpr std::size_t kImagesMax = 8;
constexpr std::string_view kCode = "job.schema";

struct KindName {
  JobKind kind;
  std::string_view text;
};
constexpr std::array<KindName, 4> kKinds = {{{JobKind::first, "first"},
                                             {JobKind::renewal, "renewal"},
                                             {JobKind::replacement, "replacement"},
                                             {JobKind::remake, "remake"}}};

bool is_kind(std::string_view text) {
  return kind_named(text).has_value();
}

// ICAO Doc 9303-5 section 4.2.2: first A, C or I; the second is the issuer's choice, but not V.
bool is_document_code(std::string_view text) {
  const bool first = text[0] == 'A' || text[0] == 'C' || text[0] == 'I';
  return first && (text.size() == 1 || (text[1] >= 'A' && text[1] <= 'Z' && text[1] != 'V'));
}

bool is_document_number(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

bool is_mrz_line(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '<'; });
}

bool is_sex(std::string_view text) {
  return text == "M" || text == "F" || text == "X";
}

bool is_image_type(std::string_view text) {
  return text == "image/jpeg" || text == "image/jp2" || text == "application/octet-stream";
}

const TextRule kKindRule{5, 11, is_kind, "first, renewal, replacement or remake"};
const TextRule kDocumentCodeRule{1, 2, is_document_code, "a document code of the MRZ such as ID"};
const TextRule kDocumentNumberRule{1, 22, is_document_number, "capital letters and digits"};
const TextRule kPersonalNumberRule{0, 20, is_document_number, "capital letters and digits"};
const TextRule kMrzLineRule{30, 30, is_mrz_line, "a line of 30 characters A-Z, 0-9, <"};
const TextRule kSexRule{1, 1, is_sex, "M, F or X"};
const TextRule kBirthDateRule{10, 10, is_date_with_unknown_parts, "YYYY-MM-DD with 00 for unknown parts"};
const TextRule kImageTypeRule{9, 24, is_image_type, "image/jpeg, image/jp2 or application/octet-stream"};

Date date_or_zero(const std::string& text) {
  const auto date = parse_date(text);
  return date ? date.value() : Date{};
}

TravelDocument read_travel_document(ObjectReader& parent) {
  ObjectReader reader(parent.object("document"), std::string(kCode), parent.pointer("document"));
  TravelDocument document;
  document.type = reader.text("type", kDocumentCodeRule);
  document.issuer = reader.text("issuer", kStateRule);
  document.number = reader.text("number", kDocumentNumberRule);
  document.issue_date = date_or_zero(reader.text("issue_date", kDateRule));
  if (!reader.is_null("expiry_date"))
    document.expiry_date = date_or_zero(reader.text("expiry_date", kDateRule));
  parent.take(reader.finish());
  return document;
}

Holder read_holder(ObjectReader& parent) {
  ObjectReader reader(parent.object("holder"), std::string(kCode), parent.pointer("holder"));
  Holder holder;
  holder.personal_number = reader.text("personal_number", kPersonalNumberRule);
  holder.previous_number = reader.text("previous_number", kPersonalNumberRule);
  holder.name_printed = reader.text("name_printed", free_text(1, 150));
  holder.primary_identifier = reader.text("primary_identifier", free_text(1, 100));
  holder.secondary_identifier = reader.text("secondary_identifier", free_text(0, 100));
  holder.birth_date = reader.text("birth_date", kBirthDateRule);
  holder.sex = reader.text("sex", kSexRule);
  holder.nationality = reader.text("nationality", kStateRule);
  holder.place_of_origin = reader.text("place_of_origin", free_text(0, 250));
  holder.residence = reader.text("residence", free_text(0, 250));
  holder.identifying_features = reader.text("identifying_features", free_text(0, 250));
  parent.take(reader.finish());
  return holder;
}

lds::Mrz read_mrz(ObjectReader& parent) {
  const json::array& lines = parent.array("mrz", 3, 3);
  lds::Mrz mrz;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto* line = lines[i].if_string();
    const std::string text = line == nullptr ? std::string() : std::string(line->data(), line->size());
    if (!complaint(text, kMrzLineRule).empty()) {
      parent.take(fail(std::string(kCode), "expected " + std::string(kMrzLineRule.expected),
                       parent.pointer("mrz") + "/" + std::to_string(i)));
    }
    mrz.lines[i] = text;
  }
  return mrz;
}

std::map<std::string, ImageReference> read_images(ObjectReader& parent) {
  std::map<std::string, ImageReference> images;
  const json::object& object = parent.object("images");
  ObjectReader reader(object, std::string(kCode), parent.pointer("images"));
  if (object.size() > kImagesMax)
    reader.refuse("", "at most " + std::to_string(kImagesMax) + " images are taken");
  for (const auto& member : object) {
    const std::string name(member.key().data(), member.key().size());
    if (reader.failed()) break;
    if (!complaint(name, kMemberNameRule).empty()) reader.refuse(name, "not a name for an image");
    ObjectReader image(reader.object(name), std::string(kCode), reader.pointer(name));
    images[name] = {.type = image.text("type", kImageTypeRule), .sha256 = image.text("sha256", kSha256Rule)};
    reader.take(image.finish());
  }
  parent.take(reader.finish());
  return images;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

std::string_view text_of(JobKind kind) {
  for (const KindName& row : kKinds) {
    if (row.kind == kind) return row.text;
  }
  return {};
}

std::optional<JobKind> kind_named(std::string_view text) {
  for (const KindName& row : kKinds) {
    if (row.text == text) return row.kind;
  }
  return std::nullopt;
}

Result<JobDocument> parse_document(std::string_view text) {
  auto parsed = parse_json_object(text, {.size_max = kDocumentBytesMax, .depth_max = 8});
  if (!parsed) return fail(std::string(kCode), parsed.error().message);
  ObjectReader reader(parsed.value(), std::string(kCode));
  JobDocument job;
  job.id = reader.text("id", kUuidRule);
  job.kind = kind_named(reader.text("kind", kKindRule)).value_or(JobKind::first);
  job.campaign = reader.text("campaign", kLabelRule);
  job.unit = reader.text("unit", kLabelRule);
  job.batch = reader.text("batch", kLabelRule);
  job.priority = static_cast<int>(reader.number("priority", 0, 9));
  const auto not_after = parse_rfc3339(reader.text("not_after", kTimeRule));
  if (not_after) job.not_after = not_after.value();
  job.product = reader.text("product", kFileNameRule);
  if (!reader.is_null("replaces")) job.replaces = reader.text("replaces", kUuidRule);
  job.document = read_travel_document(reader);
  job.mrz = read_mrz(reader);
  job.holder = read_holder(reader);
  job.product_data = reader.object("product_data");
  job.images = read_images(reader);
  TRY_STATUS(reader.finish());
  return job;
}

std::string write_document(const JobDocument& job) {
  json::object images;
  for (const auto& [name, image] : job.images) {
    images[name] = json::object{{"type", image.type}, {"sha256", image.sha256}};
  }
  const TravelDocument& document = job.document;
  const Holder& holder = job.holder;
  return canonical_json(json::object{
      {"id", job.id},
      {"kind", std::string(text_of(job.kind))},
      {"campaign", job.campaign},
      {"unit", job.unit},
      {"batch", job.batch},
      {"priority", job.priority},
      {"not_after", format_rfc3339(job.not_after)},
      {"product", job.product},
      {"replaces", text_or_null(job.replaces)},
      {"document",
       json::object{{"type", document.type},
                    {"issuer", document.issuer},
                    {"number", document.number},
                    {"issue_date", format_date(document.issue_date)},
                    {"expiry_date", document.expiry_date ? json::value(format_date(*document.expiry_date))
                                                         : json::value(nullptr)}}},
      {"mrz", json::array{job.mrz.lines[0], job.mrz.lines[1], job.mrz.lines[2]}},
      {"holder", json::object{{"personal_number", holder.personal_number},
                              {"previous_number", holder.previous_number},
                              {"name_printed", holder.name_printed},
                              {"primary_identifier", holder.primary_identifier},
                              {"secondary_identifier", holder.secondary_identifier},
                              {"birth_date", holder.birth_date},
                              {"sex", holder.sex},
                              {"nationality", holder.nationality},
                              {"place_of_origin", holder.place_of_origin},
                              {"residence", holder.residence},
                              {"identifying_features", holder.identifying_features}}},
      {"product_data", job.product_data},
      {"images", images}});
}

}  // namespace imprimatur::job
