#include "api/routes.hpp"

#include <algorithm>

namespace imprimatur::api {
namespace {

// Takes the first segment off the path; the path begins with its slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_argument(std::string_view segment) {
  return segment.starts_with('{');
}

// The arguments when `path` fits the pattern.
bool fits(std::string_view pattern, std::string_view path, std::vector<std::string>& arguments) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    if (wanted.ends_with("...}")) {
      arguments.emplace_back(path.substr(1));
      return path.size() > 1;
    }
    const std::string_view segment = take_segment(path);
    if (is_argument(wanted) && !segment.empty()) {
      arguments.emplace_back(segment);
    } else if (segment != wanted) {
      return false;
    }
  }
  return pattern.empty() && path.empty();
}

// A row and what its pattern took from the path.
struct Match {
  const Route* route = nullptr;
  bool path_known = false;
  std::vector<std::string> arguments;
};

Match find_route(const HttpRequest& request) {
  Match match;
  for (const Route& route : route_table()) {
    std::vector<std::string> arguments;
    if (!fits(route.pattern, request.path, arguments)) continue;
    match.path_known = true;
    if (route.method != request.method) continue;
    match.route = &route;
    match.arguments = std::move(arguments);
    return match;
  }
  return match;
}

Error role_missing(const Caller& caller) {
  if (caller.roles.empty()) {
    return fail("api.role", "the station does not know this caller", caller.person,
                "Ask for an entry under [[people]] in the station's configuration.");
  }
  return fail("api.role", "none of the caller's roles may make this call", caller.person,
              "Ask somebody whose role may; FORMAT.md of the API has the table.");
}

// In which role the caller makes the call. Error api.role.
Result<Actor> actor_for(const Caller& caller, const Route& route) {
  if (route.roles.empty()) return Actor{caller.person, ""};
  const auto* role = std::find_if(route.roles.begin(), route.roles.end(),
                                  [&caller](Role one) { return caller.roles.has(one); });
  if (role == route.roles.end()) return role_missing(caller);
  return Actor{caller.person, std::string(text_of(*role))};
}

// The row and the actor. Errors api.role, api.not_found, api.method.
Result<Actor> authorise(const HttpRequest& request, const Match& match) {
  if (match.route != nullptr) return actor_for(request.caller, *match.route);
  if (request.caller.roles.empty()) return role_missing(request.caller);
  if (match.path_known) return fail("api.method", "the path takes another method");
  return fail("api.not_found", "there is nothing at this path");
}

// No request ends the daemon: an exception that nobody foresaw is an answer too.
HttpResponse answer_of(const Route& route, Backend& backend, const Call& call) {
  try {
    auto answer = route.handler(backend, call);
    if (answer) return std::move(answer).value();
    return problem_response(status_of(answer.error()), answer.error());
  } catch (const std::exception&) {
    return internal_fault();
  }
}

}  // namespace

HttpResponse Routes::handle(const HttpRequest& request) const {
  Match match = find_route(request);
  auto actor = authorise(request, match);
  if (!actor) return problem_response(status_of(actor.error()), actor.error());
  const Call call{request, std::move(actor).value(), std::move(match.arguments)};
  return answer_of(*match.route, backend_, call);
}

Status Routes::permit(const HttpRequest& request) {
  TRY_STATUS(actor(request));
  return ok();
}

Result<Actor> Routes::actor(const HttpRequest& request) {
  return authorise(request, find_route(request));
}

std::string submit_lines(Backend& backend, std::vector<std::string> envelopes, const Actor& actor) {
  std::string text;
  for (auto& taken : backend.submit_many(std::move(envelopes), actor)) {
    if (taken) {
      taken.value().job["status"] = taken.value().already ? 200 : 202;
      text += canonical_json(taken.value().job);
    } else {
      text += problem_response(status_of(taken.error()), taken.error()).body;
    }
    text.push_back('\n');
  }
  return text;
}

EventFacts facts_of(Backend& backend, std::string_view entry) {
  EventFacts facts = facts_in(entry);
  if (facts.job.empty() || !facts.campaign.empty()) return facts;
  if (auto place = backend.job_place(facts.job)) {
    facts.campaign = std::move(place->campaign);
    facts.unit = std::move(place->unit);
  }
  return facts;
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
