#include "audit/entry_form.hpp"

#include <charconv>

#include "base/json.hpp"

namespace imprimatur::audit {
namespace {

constexpr std::size_t kEntryBytesMax = 4096;
constexpr std::string_view kTypePrefix = "org.imprimatur.";
constexpr std::string_view kTypeSuffix = ".v1";

Error bad(std::string_view member, const std::string& what) {
  return fail("audit.entry", what, "/" + std::string(member));
}

Result<json::object> parsed(std::string_view bytes) {
  if (bytes.size() > kEntryBytesMax) return bad("", "the entry is larger than 4 KB");
  auto entry = parse_json_object(bytes, {.size_max = kEntryBytesMax, .depth_max = 16});
  if (!entry) return bad("", entry.error().message);
  return entry;
}

Status check_data(const json::object& entry) {
  TRY(auto data, member_object(entry, "data"));
  TRY_STATUS(member_text(*data, "boot", "/data"));
  TRY(auto clock, member_text(*data, "clock", "/data"));
  if (clock != "ok" && clock != "unsynced" && clock != "stepped")
    return bad("data/clock", "unknown state of the clock");
  if (!data->contains("actor")) return bad("data/actor", "the member is missing");
  return ok();
}

// Floating-point numbers have more than one spelling, so they are not canonical.
bool has_double(const json::value& value) {
  if (value.is_double()) return true;
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      if (has_double(member.value())) return true;
    }
  } else if (value.is_array()) {
    for (const auto& element : value.get_array()) {
      if (has_double(element)) return true;
    }
  }
  return false;
}

}  // namespace

Result<ledger::Sequence> sequence_of(std::string_view bytes) {
  TRY(auto entry, parsed(bytes));
  TRY(auto text, member_text(entry, "sequence"));
  ledger::Sequence sequence = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), sequence);
  if (problem != std::errc() || end != text.data() + text.size())
    return bad("sequence", "not a whole number");
  return sequence;
}

Status EntryForm::check(ledger::Sequence sequence, std::string_view bytes) {
  TRY(auto entry, parsed(bytes));
  if (has_double(entry) || canonical_json(entry) != bytes)
    return bad("", "the entry is not in canonical form");
  TRY(auto version, member_text(entry, "specversion"));
  if (version != "1.0") return bad("specversion", "not 1.0");
  TRY(auto type, member_text(entry, "type"));
  if (!type.starts_with(kTypePrefix) || !type.ends_with(kTypeSuffix))
    return bad("type", "not a type of the journal");
  TRY(auto subject, member_text(entry, "subject"));
  if (subject.empty()) return bad("subject", "empty");
  TRY(auto time, member_text(entry, "time"));
  TRY_STATUS(parse_rfc3339(time));
  TRY(auto number, member_text(entry, "sequence"));
  if (number != std::to_string(sequence))
    return bad("sequence", "is " + number + " in place " + std::to_string(sequence));
  TRY(auto id, member_text(entry, "id"));
  TRY(auto source, member_text(entry, "source"));
  if (sequence == 0) {
    if (type != "org.imprimatur.epoch.begun.v1")
      return bad("type", "the first entry does not begin an epoch");
    epoch_ = id.substr(0, id.rfind('-'));
    source_ = source;
  }
  if (id != epoch_ + "-" + number) return bad("id", "not epoch and sequence");
  if (source != source_) return bad("source", "another source than the first entry's");
  TRY_STATUS(check_data(entry));
  ++by_type_[type];
  return ok();
}

}  // namespace imprimatur::audit
