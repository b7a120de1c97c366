// Who answers what: one table of calls (design section 9) with the roles that may make them, and the way from
// a request to its row. Functions of a request; no network, any worker thread.
#pragma once

#include <array>
#include <span>

#include "api/backend.hpp"
#include "api/event_filter.hpp"
#include "api/http_types.hpp"
#include "api/roles.hpp"

namespace imprimatur::api {

// A request that found its row and whose caller may make it.
struct Call {
  const HttpRequest& request;
  Actor actor;                         // the first role of the row that the caller has
  std::vector<std::string> arguments;  // what stood in the path for {…}, in order
};

using Handler = Result<HttpResponse> (*)(Backend& backend, const Call& call);

// The roles that may make a call, the usual one first. Empty: anybody, without a role too.
class AllowedRoles {
 public:
  constexpr AllowedRoles(std::initializer_list<Role> roles) {
    for (const Role role : roles) roles_[count_++] = role;
  }
  constexpr const Role* begin() const { return roles_.data(); }
  constexpr const Role* end() const { return roles_.data() + count_; }
  constexpr bool empty() const { return count_ == 0; }

 private:
  std::array<Role, kAllRoles.size()> roles_{};
  std::size_t count_ = 0;
};

struct Route {
  std::string_view method;
  // Segments as they are; `{name}` stands for one segment, `{name...}` at the end for all that follow.
  std::string_view pattern;
  AllowedRoles roles;
  Handler handler;
};

// Every call that the station answers. The first row that fits is taken.
std::span<const Route> route_table();

class Routes {
 public:
  explicit Routes(Backend& backend) : backend_(backend) {}
  // Errors as problem documents: api.role (403) before api.not_found and api.method for a caller without any
  // role, and for a call that the caller's roles do not have.
  HttpResponse handle(const HttpRequest& request) const;
  // Whether the caller may make the call; error api.role. For what is no plain request: the status socket.
  static Status permit(const HttpRequest& request);
  // The same, and in which role.
  static Result<Actor> actor(const HttpRequest& request);

 private:
  Backend& backend_;
};

// Envelopes of a batch; one line of answer each, in their order: what a single one would be answered, with
// its `status`. May block until all are durable.
std::string submit_lines(Backend& backend, std::vector<std::string> envelopes, const Actor& actor);

// What a filter looks at, with the job's campaign and unit from the backend when the entry does not have
// them.
EventFacts facts_of(Backend& backend, std::string_view entry);

// A page as a JSON array of the stored bytes, for the plain GET twin of the socket.
std::string journal_lines(const JournalPage& page);

}  // namespace imprimatur::api
