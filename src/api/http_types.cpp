#include "api/http_types.hpp"

#include <charconv>

#include "api/problems.hpp"

namespace imprimatur::api {
namespace {

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

Result<std::int64_t> whole_number(const HttpRequest& request, const std::string& name,
                                  std::int64_t otherwise) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return otherwise;
  std::int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [used, ec] = std::from_chars(found->second.data(), end, value);
  if (ec != std::errc{} || used != end) return fail("api.number", "expected a whole number", "/" + name);
  return value;
}

HttpResponse internal_fault() {
  return problem_response(500, unknown("api.internal", "the station failed while it handled the request",
                                       "Ask for the state before you ask again; report the fault."));
}

HttpResponse intake_full() {
  auto answer = problem_response(
      429, fail("api.intake_full", "the station has as much to read as it takes", {},
                "Send it again after the time that Retry-After gives; nothing of it was taken."));
  answer.headers.emplace_back("Retry-After", "1");
  return answer;
}

HttpResponse json_response(int status, const json::value& value) {
  return {status, "application/json", canonical_json(value), {}};
}

HttpResponse problem_response(int status, const Error& error) {
  json::object problem{{"type", "urn:imprimatur:problem:" + error.code},
                       {"title", error.code},
                       {"status", status},
                       {"detail", error.message}};
  if (!error.field.empty()) problem["field"] = error.field;
  const std::string_view remedy = error.remedy.empty() ? problem_of(error.code).remedy : error.remedy;
  if (!remedy.empty()) problem["remedy"] = std::string(remedy);
  return {status, "application/problem+json", canonical_json(problem), {}};
}

int status_of(const Error& error) {
  return problem_of(error.code).status;
}

}  // namespace imprimatur::api
