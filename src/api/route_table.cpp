// The one table of who may call what, and the functions that answer. A new call is a row here, a line in
// FORMAT.md and a path in schemas/openapi.json.
#include <algorithm>

#include "api/batch_lines.hpp"
#include "api/problems.hpp"
#include "api/routes.hpp"
#include "api/schemas.hpp"

namespace imprimatur::api {
namespace {

constexpr std::size_t kPageMax = 1000;
constexpr std::size_t kBatchLinesMax = 10000;

using Answer = Result<HttpResponse>;

Result<std::size_t> page_size(const HttpRequest& request) {
  TRY(auto limit, whole_number(request, "limit", 100));
  if (limit < 1 || limit > static_cast<std::int64_t>(kPageMax)) {
    return fail("api.number", "expected 1 to 1000", "/limit");
  }
  return static_cast<std::size_t>(limit);
}

Answer submit(Backend& backend, const Call& call) {
  TRY(auto answer, backend.submit(call.request.body, call.actor));
  return json_response(answer.already ? 200 : 202, answer.job);
}

// The whole body at once; the server reads a batch that is on its way line by line (batch_session.cpp).
Answer submit_batch(Backend& backend, const Call& call) {
  BatchLines lines({call.request.body.size(), kBatchLinesMax});
  TRY_STATUS(lines.add(call.request.body));
  TRY_STATUS(lines.finish());
  return HttpResponse{
      200, "application/x-ndjson", submit_lines(backend, lines.take(kBatchLinesMax), call.actor), {}};
}

Answer list_jobs(Backend& backend, const Call& call) {
  TRY(auto after, whole_number(call.request, "after", 0));
  TRY(auto limit, page_size(call.request));
  const auto state = call.request.query.find("state");
  if (after < 0) return fail("api.number", "expected a cursor", "/after");
  TRY(auto jobs, backend.jobs(state == call.request.query.end() ? "" : state->second,
                              static_cast<std::uint64_t>(after), limit));
  return json_response(200, jobs);
}

Answer show_job(Backend& backend, const Call& call) {
  TRY(auto job, backend.job(call.arguments[0]));
  return json_response(200, job);
}

template <Backend::JobAction action>
Answer act(Backend& backend, const Call& call) {
  TRY(auto job, backend.act_on_job(call.arguments[0], action, call.actor));
  return json_response(200, job);
}

Answer show_station(Backend& backend, const Call&) {
  return json_response(200, backend.station());
}

template <bool paused>
Answer set_paused(Backend& backend, const Call& call) {
  TRY(auto answer, backend.set_paused(call.arguments[0], paused, call.actor));
  return json_response(200, answer);
}

Answer show_line_task(Backend& backend, const Call& call) {
  TRY(auto task, backend.line_task(call.arguments[0]));
  return json_response(200, task);
}

Answer answer_line_task(Backend& backend, const Call& call) {
  TRY(auto taken, backend.answer_line_task(call.arguments[0], call.request.body));
  return json_response(200, taken);
}

Answer show_stock(Backend& backend, const Call&) {
  TRY(auto stock, backend.stock());
  return json_response(200, stock);
}

Answer receive_stock(Backend& backend, const Call& call) {
  const auto to = call.request.query.find("to");
  TRY(auto answer, backend.receive_stock(call.request.body,
                                         to == call.request.query.end() ? "line" : to->second, call.actor));
  return json_response(200, answer);
}

template <Backend::StockAction action>
Answer act_on_stock(Backend& backend, const Call& call) {
  TRY(auto answer, backend.act_on_stock(action, call.request.body, call.actor));
  return json_response(200, answer);
}

Answer decide(Backend& backend, const Call& call) {
  TRY(auto answer, backend.statement(call.request.body, call.actor));
  return json_response(200, answer);
}

Answer list_statements(Backend& backend, const Call&) {
  TRY(auto answer, backend.statements());
  return json_response(200, answer);
}

EventFilter filter_in(const HttpRequest& request) {
  const auto text = [&request](const char* name) {
    const auto found = request.query.find(name);
    return found == request.query.end() ? std::string() : found->second;
  };
  EventFilter filter{text("campaign"), text("unit"), text("job"), {}};
  const std::string types = text("types");
  for (std::size_t begin = 0; begin < types.size();) {
    const std::size_t end = std::min(types.find(',', begin), types.size());
    filter.types.push_back(types.substr(begin, end - begin));
    begin = end + 1;
  }
  return filter;
}

// A cursor that is of another epoch or beyond the end is told so, as the socket tells it.
Status check_cursor(const HttpRequest& request, std::int64_t after, const JournalPage& page) {
  const auto epoch = request.query.find("epoch");
  const bool known = epoch == request.query.end() || epoch->second.empty() || epoch->second == page.epoch;
  if (known && after < static_cast<std::int64_t>(page.size)) return ok();
  return fail("api.resync", "the cursor is of another epoch, or beyond the journal's end", "/after",
              "Begin at after=-1 and drop what you have by source and id.");
}

// The twin of the status socket. The page is what was looked at; with a filter fewer entries are in the
// answer.
Answer show_events(Backend& backend, const Call& call) {
  TRY(auto after, whole_number(call.request, "after", -1));
  TRY(auto limit, page_size(call.request));
  if (after < -1) return fail("api.number", "expected a sequence, or -1", "/after");
  const EventFilter filter = filter_in(call.request);
  TRY_STATUS(check_filter(filter));
  TRY(auto page, backend.journal(after, limit));
  if (after >= 0 || call.request.query.contains("epoch")) {
    TRY_STATUS(check_cursor(call.request, after, page));
  }
  const std::int64_t next =
      page.entries.empty() ? after : static_cast<std::int64_t>(page.entries.back().sequence);
  if (!filter.empty()) {
    std::erase_if(page.entries, [&](const JournalPage::Entry& entry) {
      return !filter.lets_through(facts_of(backend, entry.bytes));
    });
  }
  return HttpResponse{200,
                      "application/cloudevents-batch+json",
                      journal_lines(page),
                      {{std::string(kNextHeader), std::to_string(next)}, {"Imprimatur-Epoch", page.epoch}}};
}

Answer show_log_file(Backend& backend, const Call& call) {
  const std::string& path = call.arguments[0];
  TRY(auto file, backend.log_file(path));
  const bool text = path == "checkpoint";
  return HttpResponse{
      200, text ? "text/plain; charset=utf-8" : "application/octet-stream", std::move(file), {}};
}

Answer show_problems(Backend&, const Call&) {
  json::array list;
  for (const Problem& problem : problem_catalogue()) {
    list.push_back(json::object{{"code", std::string(problem.code)},
                                {"status", problem.status},
                                {"meaning", std::string(problem.meaning)},
                                {"remedy", std::string(problem.remedy)}});
  }
  return json_response(200, json::object{{"problems", std::move(list)}});
}

Answer show_metrics(Backend& backend, const Call&) {
  return HttpResponse{200, "text/plain; version=0.0.4; charset=utf-8", backend.metrics(), {}};
}

Answer show_health(Backend&, const Call&) {
  return json_response(200, json::object{{"status", "ok"}});
}

Answer show_ready(Backend& backend, const Call&) {
  TRY_STATUS(backend.ready());
  return json_response(200, json::object{{"status", "ready"}});
}

Answer show_openapi(Backend&, const Call&) {
  return HttpResponse{200, "application/json", std::string(openapi_schema()), {}};
}

Answer show_asyncapi(Backend&, const Call&) {
  return HttpResponse{200, "application/json", std::string(asyncapi_schema()), {}};
}

using JobAction = Backend::JobAction;
using StockAction = Backend::StockAction;

constexpr AllowedRoles kAnybody{};
constexpr AllowedRoles kEveryRole{Role::operator_, Role::supervisor, Role::submitter, Role::auditor,
                                  Role::service};
constexpr AllowedRoles kLine{Role::operator_, Role::supervisor};
constexpr AllowedRoles kQueue{Role::submitter, Role::supervisor};
constexpr AllowedRoles kReaders{Role::operator_, Role::supervisor, Role::submitter, Role::auditor};
constexpr AllowedRoles kBooks{Role::operator_, Role::supervisor, Role::auditor};
constexpr AllowedRoles kWatch{Role::service, Role::operator_, Role::supervisor, Role::auditor};

constexpr std::array kRoutes{
    Route{"POST", "/v1/jobs", kQueue, submit},
    Route{"POST", "/v1/jobs:batch", kQueue, submit_batch},
    Route{"GET", "/v1/jobs", kReaders, list_jobs},
    Route{"GET", "/v1/jobs/{id}", kReaders, show_job},
    Route{"POST", "/v1/jobs/{id}/hold", kLine, act<JobAction::hold>},
    Route{"POST", "/v1/jobs/{id}/release", kLine, act<JobAction::release>},
    Route{"POST", "/v1/jobs/{id}/cancel", kLine, act<JobAction::cancel>},
    Route{"POST", "/v1/jobs/{id}/deliver", kLine, act<JobAction::deliver>},
    Route{"POST", "/v1/statements", kLine, decide},
    Route{"GET", "/v1/statements", kBooks, list_statements},
    Route{"GET", "/v1/station", kEveryRole, show_station},
    Route{"POST", "/v1/lines/{line}/pause", kLine, set_paused<true>},
    Route{"POST", "/v1/lines/{line}/resume", kLine, set_paused<false>},
    Route{"GET", "/v1/lines/{line}/task", kLine, show_line_task},
    Route{"POST", "/v1/lines/{line}/task", kLine, answer_line_task},
    Route{"GET", "/v1/stock", kBooks, show_stock},
    Route{"POST", "/v1/stock/receive", kLine, receive_stock},
    Route{"POST", "/v1/stock/move", kLine, act_on_stock<StockAction::move>},
    Route{"POST", "/v1/stock/count", kLine, act_on_stock<StockAction::count>},
    Route{"POST", "/v1/shifts/open", kLine, act_on_stock<StockAction::open_shift>},
    Route{"POST", "/v1/shifts/close", kLine, act_on_stock<StockAction::close_shift>},
    Route{"GET", "/v1/events", kEveryRole, show_events},
    Route{"GET", "/v1/log/{path...}", kBooks, show_log_file},
    Route{"GET", "/v1/problems", kEveryRole, show_problems},
    Route{"GET", "/openapi.json", kEveryRole, show_openapi},
    Route{"GET", "/asyncapi.json", kEveryRole, show_asyncapi},
    Route{"GET", "/metrics", kWatch, show_metrics},
    Route{"GET", "/readyz", kEveryRole, show_ready},
    Route{"GET", "/healthz", kAnybody, show_health},
};

}  // namespace

std::span<const Route> route_table() {
  return kRoutes;
}

}  // namespace imprimatur::api
