#include "api/event_messages.hpp"

#include <boost/json/value_from.hpp>

namespace imprimatur::api {
namespace {

constexpr std::string_view kPrefix = "org.imprimatur.control.";
constexpr std::string_view kClientSource = "urn:imprimatur:client";

json::object envelope(std::string_view source, std::string_view kind, json::object data) {
  return {{"data", std::move(data)},
          {"id", std::string(kind)},
          {"source", std::string(source)},
          {"specversion", "1.0"},
          {"type", std::string(kPrefix) + std::string(kind) + ".v1"}};
}

// What the server tells. CloudEvents section 3.1: source and id together are unique, or a consumer may take
// the second message for a copy of the first.
json::object told(std::string_view kind, std::string_view source, json::object data, WallTime now) {
  auto message = envelope(source, kind, std::move(data));
  message["time"] = format_rfc3339(now);
  message["id"] = std::string(kind) + "-" + format_rfc3339(now);
  return message;
}

Result<json::object> data_of(std::string_view message, std::string_view kind) {
  TRY(auto object, parse_json_object(message, {.size_max = 4096, .depth_max = 8}));
  TRY(auto type, member_text(object, "type"));
  if (type != std::string(kPrefix) + std::string(kind) + ".v1") {
    return fail("api.control", "expected a control." + std::string(kind) + " message", "/type");
  }
  TRY(auto data, member_object(object, "data"));
  return *data;
}

Result<std::size_t> credit_of(const json::object& data) {
  TRY(auto credit, member_int(data, "credit", "/data"));
  if (credit < 1 || credit > static_cast<std::int64_t>(kCreditMax)) {
    return fail("api.control", "expected 1 to 10000", "/data/credit");
  }
  return static_cast<std::size_t>(credit);
}

Result<std::int64_t> after_of(const json::object& data) {
  TRY(auto after, member_int(data, "after", "/data"));
  if (after < -1) return fail("api.control", "expected a sequence, or -1", "/data/after");
  return after;
}

}  // namespace

Result<Subscribe> parse_subscribe(std::string_view message) {
  TRY(auto data, data_of(message, "subscribe"));
  Subscribe subscribe;
  TRY(subscribe.after, after_of(data));
  TRY(subscribe.credit, credit_of(data));
  TRY(subscribe.epoch, member_text_or(data, "epoch", "", "/data"));
  if (data.contains("filter")) {
    TRY(auto filter, member_object(data, "filter", "/data"));
    TRY(subscribe.filter, parse_filter(*filter, "/data/filter"));
  }
  if (data.contains("progress")) {
    TRY(subscribe.progress, member_bool(data, "progress", "/data"));
  }
  return subscribe;
}

Result<Acknowledge> parse_acknowledge(std::string_view message) {
  TRY(auto data, data_of(message, "ack"));
  Acknowledge acknowledge;
  TRY(acknowledge.after, after_of(data));
  TRY(acknowledge.credit, credit_of(data));
  return acknowledge;
}

std::string resync_message(std::string_view source, std::string_view epoch, std::uint64_t size,
                           WallTime now) {
  return canonical_json(
      told("resync", source, {{"epoch", std::string(epoch)}, {"next", 0}, {"size", size}}, now));
}

std::string bookmark_message(std::string_view source, std::string_view epoch, std::int64_t after,
                             WallTime now) {
  return canonical_json(told("bookmark", source, {{"after", after}, {"epoch", std::string(epoch)}}, now));
}

std::string bye_message(std::string_view source, std::string_view reason, WallTime now) {
  return canonical_json(told("bye", source, {{"reason", std::string(reason)}}, now));
}

std::string subscribe_message(const Subscribe& subscribe) {
  json::object filter;
  if (!subscribe.filter.campaign.empty()) filter["campaign"] = subscribe.filter.campaign;
  if (!subscribe.filter.unit.empty()) filter["unit"] = subscribe.filter.unit;
  if (!subscribe.filter.job.empty()) filter["job"] = subscribe.filter.job;
  if (!subscribe.filter.types.empty()) filter["types"] = json::value_from(subscribe.filter.types);
  return canonical_json(envelope(kClientSource, "subscribe",
                                 {{"after", subscribe.after},
                                  {"credit", subscribe.credit},
                                  {"epoch", subscribe.epoch},
                                  {"filter", std::move(filter)},
                                  {"progress", subscribe.progress}}));
}

std::string acknowledge_message(const Acknowledge& acknowledge) {
  return canonical_json(
      envelope(kClientSource, "ack", {{"after", acknowledge.after}, {"credit", acknowledge.credit}}));
}

}  // namespace imprimatur::api
