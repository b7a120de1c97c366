// A request and an answer without the network: what routes are functions of.
#pragma once

#include <map>
#include <string>

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
};

// Splits a request target (RFC 9112 section 3.2.1) into path and query. Error api.target.
Status parse_target(std::string_view target, HttpRequest& into);

HttpResponse json_response(int status, const json::value& value);

// RFC 9457 problem document: type urn:imprimatur:problem:CODE, title, detail, field, remedy.
HttpResponse problem_response(int status, const Error& error);

// The HTTP status that goes with an error's code: 400 for what cannot be read, 403 for signatures that do not
// suffice, 404, 409 for conflicts, 422 for data that were refused, 503 when the station cannot answer.
int status_of(const Error& error);

}  // namespace imprimatur::api
