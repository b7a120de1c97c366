#include "api/event_filter.hpp"

#include <algorithm>

namespace imprimatur::api {
namespace {

constexpr std::string_view kJobTypes = "org.imprimatur.job.";

std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool type_fits(const std::string& wanted, const std::string& type) {
  return wanted.back() == '.' ? type.starts_with(wanted) : type == wanted;
}

bool fits(const std::string& wanted, const std::string& found) {
  return wanted.empty() || wanted == found;
}

}  // namespace

bool EventFilter::lets_through(const EventFacts& facts) const {
  if (!fits(job, facts.job) || !fits(campaign, facts.campaign) || !fits(unit, facts.unit)) return false;
  return types.empty() || std::any_of(types.begin(), types.end(), [&facts](const std::string& wanted) {
           return type_fits(wanted, facts.type);
         });
}

Result<EventFilter> parse_filter(const json::object& object, std::string_view where) {
  for (const auto& [name, value] : object) {
    if (name == "campaign" || name == "unit" || name == "job" || name == "types") continue;
    return fail("api.control", "there is no such filter", std::string(where) + "/" + std::string(name));
  }
  EventFilter filter;
  TRY(filter.campaign, member_text_or(object, "campaign", "", where));
  TRY(filter.unit, member_text_or(object, "unit", "", where));
  TRY(filter.job, member_text_or(object, "job", "", where));
  if (object.contains("types")) {
    TRY(auto types, member_array(object, "types", where));
    for (const json::value& type : *types) {
      if (!type.is_string()) return fail("api.control", "expected texts", std::string(where) + "/types");
      filter.types.emplace_back(type.get_string());
    }
  }
  TRY_STATUS(check_filter(filter));
  return filter;
}

Status check_filter(const EventFilter& filter) {
  const auto too_long = [](const std::string& text) { return text.size() > kFilterTextMax; };
  if (too_long(filter.campaign) || too_long(filter.unit) || too_long(filter.job)) {
    return fail("api.filter", "a filter has at most 128 characters");
  }
  const bool odd_type = std::any_of(filter.types.begin(), filter.types.end(),
                                    [&](const std::string& type) { return type.empty() || too_long(type); });
  if (odd_type || filter.types.size() > kFilterTypesMax) {
    return fail("api.filter", "expected at most 32 types of 1 to 128 characters");
  }
  return ok();
}

EventFacts facts_in(std::string_view entry) {
  EventFacts facts;
  const auto object = parse_json_object(entry, {.size_max = 64U << 10, .depth_max = 16});
  if (!object) return facts;
  facts.type = text_in(object.value(), "type");
  if (const json::value* data = object.value().if_contains("data"); data != nullptr && data->is_object()) {
    facts.job = text_in(data->get_object(), "job");
    facts.campaign = text_in(data->get_object(), "campaign");
    facts.unit = text_in(data->get_object(), "unit");
  }
  if (facts.job.empty() && facts.type.starts_with(kJobTypes)) facts.job = text_in(object.value(), "subject");
  return facts;
}

}  // namespace imprimatur::api
