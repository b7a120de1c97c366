#include "api/http_types.hpp"

#include <array>

namespace imprimatur::api {
namespace {

struct StatusRule {
  std::string_view code;  // an error's code or, with a dot at the end, the beginning of one
  int status;
};

// First match wins.
constexpr std::array kStatusRules{
    StatusRule{"api.role", 403},
    StatusRule{"api.not_found", 404},
    StatusRule{"ledger.no_job", 404},
    StatusRule{"api.method", 405},
    StatusRule{"api.too_large", 413},
    StatusRule{"ledger.conflict", 409},
    StatusRule{"ledger.state", 409},
    StatusRule{"ledger.stale_fence", 409},
    StatusRule{"statement.replayed", 409},
    StatusRule{"statement.syntax", 400},
    StatusRule{"statement.syntax", 422},
    StatusRule{"statement.unknown_kind", 422},
    StatusRule{"statement.evidence_changed", 409},
    StatusRule{"statement.too_many", 429},
    StatusRule{"statement.", 403},
    StatusRule{"resolve.", 409},
    StatusRule{"shift.", 409},
    StatusRule{"approval.", 403},
    StatusRule{"jws.", 400},
    StatusRule{"job.", 422},
    StatusRule{"check.", 422},
    StatusRule{"product.", 422},
    StatusRule{"stock.", 422},
    StatusRule{"station.halted", 503},
    StatusRule{"station.stopping", 503},
    StatusRule{"station.no_room", 507},
    StatusRule{"station.", 409},
    StatusRule{"vault.", 503},
    StatusRule{"ledger.store", 503},
    StatusRule{"ledger.", 409},
    StatusRule{"", 400},
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Result<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail("api.target", "bad percent encoding in the request target");
    out.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return out;
}

}  // namespace

Status parse_target(std::string_view target, HttpRequest& into) {
  if (target.empty() || target.front() != '/') return fail("api.target", "the request target is no path");
  const std::size_t mark = target.find('?');
  TRY(auto path, percent_decode(target.substr(0, mark)));
  into.path = std::move(path);
  if (mark == std::string_view::npos) return ok();
  std::string_view rest = target.substr(mark + 1);
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    const std::string_view pair = rest.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    TRY(auto name, percent_decode(pair.substr(0, equals)));
    TRY(auto value, percent_decode(equals < pair.size() ? pair.substr(equals + 1) : std::string_view()));
    if (!into.query.emplace(std::move(name), std::move(value)).second) {
      return fail("api.target", "a query parameter stands twice");
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return ok();
}

HttpResponse json_response(int status, const json::value& value) {
  return {status, "application/json", canonical_json(value)};
}

HttpResponse problem_response(int status, const Error& error) {
  json::object problem{{"type", "urn:imprimatur:problem:" + error.code},
                       {"title", error.code},
                       {"status", status},
                       {"detail", error.message}};
  if (!error.field.empty()) problem["field"] = error.field;
  if (!error.remedy.empty()) problem["remedy"] = error.remedy;
  return {status, "application/problem+json", canonical_json(problem)};
}

int status_of(const Error& error) {
  for (const StatusRule& rule : kStatusRules) {
    const bool prefix = rule.code.empty() || rule.code.back() == '.';
    if (prefix ? error.code.starts_with(rule.code) : error.code == rule.code) return rule.status;
  }
  return 500;
}

}  // namespace imprimatur::api
