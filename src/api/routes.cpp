#include "api/routes.hpp"

#include <array>
#include <charconv>

namespace imprimatur::api {
namespace {

constexpr std::size_t kPageMax = 1000;

using Answer = Result<HttpResponse>;
using Function = Answer (*)(Backend&, const HttpRequest&, const std::string& argument);

struct Route {
  std::string_view method;
  std::string_view before;  // the path, or what stands before the argument
  std::string_view after;   // what stands after the argument
  bool takes_argument;
  Function function;
};

Result<std::int64_t> number(const HttpRequest& request, const std::string& name, std::int64_t otherwise) {
  const auto found = request.query.find(name);
  if (found == request.query.end()) return otherwise;
  std::int64_t value = 0;
  const char* end = found->second.data() + found->second.size();
  const auto [used, ec] = std::from_chars(found->second.data(), end, value);
  if (ec != std::errc{} || used != end) return fail("api.number", "expected a whole number", "/" + name);
  return value;
}

Result<std::size_t> page_size(const HttpRequest& request) {
  TRY(auto limit, number(request, "limit", 100));
  if (limit < 1 || limit > static_cast<std::int64_t>(kPageMax)) {
    return fail("api.number", "expected 1 to 1000", "/limit");
  }
  return static_cast<std::size_t>(limit);
}

Answer submit(Backend& backend, const HttpRequest& request, const std::string&) {
  TRY(auto answer, backend.submit(request.body));
  return json_response(answer.already ? 200 : 202, answer.job);
}

Answer list_jobs(Backend& backend, const HttpRequest& request, const std::string&) {
  TRY(auto after, number(request, "after", 0));
  TRY(auto limit, page_size(request));
  const auto state = request.query.find("state");
  if (after < 0) return fail("api.number", "expected a cursor", "/after");
  TRY(auto jobs, backend.jobs(state == request.query.end() ? "" : state->second,
                              static_cast<std::uint64_t>(after), limit));
  return json_response(200, jobs);
}

Answer show_job(Backend& backend, const HttpRequest&, const std::string& id) {
  TRY(auto job, backend.job(id));
  return json_response(200, job);
}

template <Backend::JobAction action>
Answer act(Backend& backend, const HttpRequest& request, const std::string& id) {
  TRY(auto job, backend.act_on_job(id, action, request.actor));
  return json_response(200, job);
}

Answer show_station(Backend& backend, const HttpRequest&, const std::string&) {
  return json_response(200, backend.station());
}

template <bool paused>
Answer set_paused(Backend& backend, const HttpRequest& request, const std::string& line) {
  TRY(auto answer, backend.set_paused(line, paused, request.actor));
  return json_response(200, answer);
}

Answer show_stock(Backend& backend, const HttpRequest&, const std::string&) {
  TRY(auto stock, backend.stock());
  return json_response(200, stock);
}

Answer receive_stock(Backend& backend, const HttpRequest& request, const std::string&) {
  TRY(auto answer, backend.receive_stock(request.body, request.actor));
  return json_response(200, answer);
}

Answer show_events(Backend& backend, const HttpRequest& request, const std::string&) {
  TRY(auto after, number(request, "after", -1));
  TRY(auto limit, page_size(request));
  TRY(auto page, backend.journal(after, limit));
  return HttpResponse{200, "application/cloudevents-batch+json", journal_lines(page)};
}

Answer show_log_file(Backend& backend, const HttpRequest&, const std::string& path) {
  TRY(auto file, backend.log_file(path));
  const bool text = path == "checkpoint";
  return HttpResponse{200, text ? "text/plain; charset=utf-8" : "application/octet-stream", std::move(file)};
}

Answer show_metrics(Backend& backend, const HttpRequest&, const std::string&) {
  return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", backend.metrics()};
}

Answer show_health(Backend&, const HttpRequest&, const std::string&) {
  return json_response(200, json::object{{"status", "ok"}});
}

using JobAction = Backend::JobAction;

constexpr std::array kRoutes{
    Route{"POST", "/v1/jobs", "", false, submit},
    Route{"GET", "/v1/jobs", "", false, list_jobs},
    Route{"POST", "/v1/jobs/", "/hold", true, act<JobAction::hold>},
    Route{"POST", "/v1/jobs/", "/release", true, act<JobAction::release>},
    Route{"POST", "/v1/jobs/", "/cancel", true, act<JobAction::cancel>},
    Route{"GET", "/v1/jobs/", "", true, show_job},
    Route{"GET", "/v1/station", "", false, show_station},
    Route{"POST", "/v1/lines/", "/pause", true, set_paused<true>},
    Route{"POST", "/v1/lines/", "/resume", true, set_paused<false>},
    Route{"GET", "/v1/stock", "", false, show_stock},
    Route{"POST", "/v1/stock/receive", "", false, receive_stock},
    Route{"GET", "/v1/events", "", false, show_events},
    Route{"GET", "/v1/log/", "", true, show_log_file},
    Route{"GET", "/metrics", "", false, show_metrics},
    Route{"GET", "/healthz", "", false, show_health},
};

// The argument when `path` fits the route.
bool fits(const Route& route, std::string_view path, std::string& argument) {
  if (!route.takes_argument) return path == route.before;
  if (!path.starts_with(route.before) || !path.ends_with(route.after)) return false;
  if (path.size() <= route.before.size() + route.after.size()) return false;
  argument = path.substr(route.before.size(), path.size() - route.before.size() - route.after.size());
  return route.before == "/v1/log/" || argument.find('/') == std::string::npos;
}

// No request ends the daemon: an exception that nobody foresaw is an answer too. Its text may hold what was
// sent, so it is not given.
HttpResponse answer_of(const Route& route, Backend& backend, const HttpRequest& request,
                       const std::string& argument) {
  try {
    auto answer = route.function(backend, request, argument);
    if (answer) return std::move(answer).value();
    return problem_response(status_of(answer.error()), answer.error());
  } catch (const std::exception&) {
    return problem_response(500, unknown("api.internal", "the station failed while it handled the request",
                                         "Ask for the state before you ask again; report the fault."));
  }
}

}  // namespace

HttpResponse Routes::handle(const HttpRequest& request) const {
  bool path_known = false;
  for (const Route& route : kRoutes) {
    std::string argument;
    if (!fits(route, request.path, argument)) continue;
    path_known = true;
    if (route.method != request.method) continue;
    return answer_of(route, backend_, request, argument);
  }
  const Error error = path_known ? fail("api.method", "the path takes another method")
                                 : fail("api.not_found", "there is nothing at this path");
  return problem_response(status_of(error), error);
}

std::string journal_lines(const JournalPage& page) {
  std::string out = "[";
  for (const auto& entry : page.entries) {
    if (out.size() > 1) out.push_back(',');
    out += entry.bytes;
  }
  out.push_back(']');
  return out;
}

}  // namespace imprimatur::api
