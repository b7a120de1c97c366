#include "job/product.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "base/files.hpp"
#include "job/check_table.hpp"
#include "job/pattern.hpp"
#include "job/settings.hpp"
#include "job/text_rules.hpp"

namespace imprimatur::job {
namespace {

constexpr std::size_t kProductBytesMax = 256U << 10;
constexpr std::size_t kTableLinesMax = 500;
constexpr const char* kCode = "product.syntax";

const TextRule kSeverityRule{5, 6, [](std::string_view text) { return text == "warns" || text == "blocks"; },
                             "warns or blocks"};
const TextRule kFindingRule{1, 64,
                            [](std::string_view text) {
                              return text.starts_with("check.") || text.starts_with("content.") ||
                                     text.starts_with("face.");
                            },
                            "the code of a finding"};

std::vector<lds::FileId> read_data_groups(ObjectReader& root) {
  std::vector<lds::FileId> groups;
  for (const json::value& item : root.array("data_groups", 2, 16)) {
    const auto* name = item.if_string();
    const auto group = name == nullptr ? std::nullopt : lds::file_named({name->data(), name->size()});
    if (!group || !lds::data_group_number(*group)) {
      root.refuse("data_groups", "expected names of data groups such as DG1");
      continue;
    }
    // EF.COM and EF.SOD list them in this order.
    if (!groups.empty() && *group <= groups.back())
      root.refuse("data_groups", "expected ascending data groups");
    groups.push_back(*group);
  }
  return groups;
}

// DG3 without prints has random content in their place, unless it may be left out; DG7 has nothing to hold.
std::set<lds::FileId> read_optional_groups(ObjectReader& root, const std::vector<lds::FileId>& groups) {
  std::set<lds::FileId> optional;
  if (!root.has("optional_groups")) return optional;
  for (const json::value& item : root.array("optional_groups", 0, 2)) {
    const auto* name = item.if_string();
    const auto group = name == nullptr ? std::nullopt : lds::file_named({name->data(), name->size()});
    if (group != lds::FileId::dg3 && group != lds::FileId::dg7) {
      root.refuse("optional_groups", "expected DG3 or DG7: the others always have content");
      continue;
    }
    if (std::find(groups.begin(), groups.end(), *group) == groups.end())
      root.refuse("optional_groups", "the data groups do not name it");
    optional.insert(*group);
  }
  return optional;
}

std::vector<std::string> read_check_names(ObjectReader& root) {
  std::vector<std::string> names;
  for (const json::value& item : root.array("checks", 0, 32)) {
    const auto* name = item.if_string();
    names.emplace_back(name == nullptr ? "" : std::string(name->data(), name->size()));
    if (!complaint(names.back(), kFileNameRule).empty()) root.refuse("checks", "expected names of checks");
  }
  return names;
}

std::vector<std::string> read_face_data(ObjectReader& root) {
  std::vector<std::string> names;
  if (!root.has("face_data")) return names;
  for (const json::value& item : root.array("face_data", 1, 16)) {
    const auto* name = item.if_string();
    names.emplace_back(name == nullptr ? "" : std::string(name->data(), name->size()));
    if (!complaint(names.back(), kMemberNameRule).empty())
      root.refuse("face_data", "expected names of texts");
  }
  return names;
}

std::map<std::string, Severity> read_severities(ObjectReader& root) {
  std::map<std::string, Severity> severities;
  const json::object& object = root.object_or_empty("severities");
  ObjectReader reader(object, kCode, "/severities");
  for (const auto& member : object) {
    const std::string code(member.key().data(), member.key().size());
    if (!complaint(code, kFindingRule).empty()) reader.refuse(code, "not the code of a finding");
    severities[code] = reader.text(code, kSeverityRule) == "warns" ? Severity::warns : Severity::blocks;
  }
  root.take(reader.finish());
  return severities;
}

// `known`: the only names that are taken; empty: any that keeps the rule.
std::map<std::string, std::string> read_texts(ObjectReader& parent, std::string_view name,
                                              const TextRule& key_rule,
                                              std::span<const std::string_view> known = {}) {
  std::map<std::string, std::string> texts;
  const json::object& object = parent.object_or_empty(name);
  ObjectReader reader(object, kCode, parent.pointer(name));
  if (object.size() > kTableLinesMax) reader.refuse("", "too many members");
  for (const auto& member : object) {
    const std::string key(member.key().data(), member.key().size());
    const bool is_known = known.empty() || std::find(known.begin(), known.end(), key) != known.end();
    if (!is_known || !complaint(key, key_rule).empty()) reader.refuse(key, "not a name that is taken here");
    texts[key] = reader.text(key, free_text(0, 200));
  }
  parent.take(reader.finish());
  return texts;
}

std::map<std::string, std::map<std::string, std::string>> read_tables(ObjectReader& root) {
  std::map<std::string, std::map<std::string, std::string>> tables;
  const json::object& object = root.object_or_empty("tables");
  ObjectReader reader(object, kCode, "/tables");
  for (const auto& member : object) {
    const std::string name(member.key().data(), member.key().size());
    const auto known = known_tables();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      reader.refuse(name, "there is no table of this name");
    }
    tables[name] = read_texts(reader, name, kLabelRule);
  }
  root.take(reader.finish());
  return tables;
}

Result<Product> parse_product(std::string_view text, std::string_view name) {
  TRY(auto object, parse_json_object(text, {.size_max = kProductBytesMax, .depth_max = 6}));
  ObjectReader root(object, kCode);
  Product product;
  root.number("version", 1, 1);
  product.name = root.text("name", kFileNameRule);
  if (product.name != name) root.refuse("name", "the name is not the file's");
  product.issuer = root.text("issuer", kStateRule);
  product.blank_class = root.text("blank_class", kFileNameRule);
  product.chip_profile = root.text("chip_profile", kFileNameRule);
  product.face_template = root.text("face_template", kFileNameRule);
  product.document_signer = root.text("document_signer", kLabelRule);
  product.data_groups = read_data_groups(root);
  product.optional_groups = read_optional_groups(root, product.data_groups);
  product.face_data = read_face_data(root);
  product.qr = root.text("qr", free_text(0, 500));
  product.checks = read_check_names(root);
  product.severities = read_severities(root);
  product.settings = read_texts(root, "settings", kMemberNameRule, known_settings());
  product.tables = read_tables(root);
  product.remakes_max = static_cast<int>(root.number("remakes_max", 0, 10));
  product.reread_after_print = root.flag_or("reread_after_print", true);
  product.face_reader = root.flag_or("face_reader", false);
  TRY_STATUS(root.finish());
  product.source_text = text;
  return product;
}

// A card of made-up content shows whether the pattern names only fields that there are.
Status check_patterns(const Product& product) {
  auto pattern = parse_pattern(product.qr);
  if (!pattern) return fail(kCode, pattern.error().message, "/qr");
  JobDocument document;
  document.holder.sex = "M";
  document.holder.birth_date = "2000-01-01";
  document.document.expiry_date = Date{2030, 1, 1};
  Product plain = product;
  plain.tables.clear();
  plain.face_data.clear();
  plain.qr.clear();
  const auto usual = compose_face_fields(document, plain);
  for (const std::string& name : product.face_data) {
    if (usual && usual.value().contains(name)) {
      return fail(kCode, "every card has a field of this name", "/face_data", "Choose another name.");
    }
  }
  plain.face_data = product.face_data;
  plain.qr = product.qr;
  const auto fields = compose_face_fields(document, plain);
  if (!fields) return fail(kCode, "the pattern names a field that a card does not have", "/qr");
  if (!is_date_format(setting_or(product, "date_printed", "DD/MM/YYYY"))) {
    return fail(kCode, "expected a format of DD, MM and YYYY", "/settings/date_printed");
  }
  TRY_STATUS(flag_setting(product, "dg13_outer_sequence", true));
  const bool tells_authority = std::find(product.data_groups.begin(), product.data_groups.end(),
                                         lds::FileId::dg12) != product.data_groups.end();
  if (tells_authority && setting_or(product, "issuing_authority", "").empty()) {
    return fail(kCode, "DG12 names the issuing authority: the setting is missing",
                "/settings/issuing_authority");
  }
  const std::string layout = setting_or(product, "mrz_layout", "icao");
  if (layout != "icao" && layout != "vn-citizen")
    return fail(kCode, "expected icao or vn-citizen", "/settings/mrz_layout");
  return ok();
}

}  // namespace

Result<Product> load_product(const std::filesystem::path& templates, std::string_view name) {
  const std::string file = "products/" + std::string(name) + ".json";
  if (!complaint(name, kFileNameRule).empty()) return fail("product.unknown", "not a name for a product");
  const auto path = templates / file;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail("product.unknown", "this station has no product of this name", file,
                "Load a manifest that has it, or correct the job.");
  }
  TRY(auto text, read_text_file(path, kProductBytesMax));
  const auto in_file = [&](const Error& inner) {
    return fail(kCode, inner.message, file + "#" + inner.field);
  };
  auto product = parse_product(text, name);
  if (!product) return in_file(product.error());
  const Status patterns = check_patterns(product.value());
  if (!patterns) return in_file(patterns.error());
  const auto checks = make_checks(product.value());
  if (!checks) return in_file(checks.error());
  return product;
}

Checks checks_for(const Product& product) {
  auto checks = make_checks(product);
  CHECK(checks.has_value());
  return std::move(checks.value());
}

}  // namespace imprimatur::job
