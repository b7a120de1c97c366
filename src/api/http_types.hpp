// A request and an answer without the network: what routes are functions of.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "api/roles.hpp"
#include "base/json.hpp"

namespace imprimatur::api {

struct HttpRequest {
  std::string method;  // "GET", "POST"
  std::string path;    // without the query, percent-decoding done
  std::map<std::string, std::string> query;
  std::string body;
  Caller caller;  // who asks
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};  // besides those of every answer
};

// How far a page of events has looked: what the next question has after `after`.
inline constexpr std::string_view kNextHeader = "Imprimatur-Next";

// A whole number of the query, or `otherwise` when it is not there. Error api.number.
Result<std::int64_t> whole_number(const HttpRequest& request, const std::string& name,
                                  std::int64_t otherwise);

// 500: an exception that nobody foresaw. Its text may hold what was sent, so it is not given.
HttpResponse internal_fault();

// 429: the station has as much to read as it takes; come again in a second.
HttpResponse intake_full();

// Splits a request target (RFC 9112 section 3.2.1) into path and query. Error api.target.
Status parse_target(std::string_view target, HttpRequest& into);

HttpResponse json_response(int status, const json::value& value);

// RFC 9457 problem document: type urn:imprimatur:problem:CODE, title, detail, field, remedy (the catalogue's
// when the error has none).
HttpResponse problem_response(int status, const Error& error);

// The HTTP status that goes with an error's code: by the catalogue (problems.hpp).
int status_of(const Error& error);

}  // namespace imprimatur::api
