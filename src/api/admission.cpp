// Who gets a connection: so many in all, so many of one person, and so many strangers in a handshake that
// none of them keeps others out.
#include <algorithm>

#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

// Told at the same time why they are not served; whoever comes beyond that is hung up on.
constexpr std::size_t kTurnedAwayMax = 16;

}  // namespace

// Why one more connection of this caller is not served; nothing when it is.
std::optional<Error> Server::State::too_many(const Caller& caller, bool over_tcp) const {
  std::size_t on_port = 0, of_person = 0;
  for (const Connection* connection : connections) {
    if (connection->turned_away) continue;
    if (connection->over_tcp == over_tcp) ++on_port;
    if (connection->caller.person == caller.person) ++of_person;
  }
  if (of_person >= options.limits.person_connections_max) {
    return fail("api.person_connections",
                "the caller has " + std::to_string(of_person) + " connections, as many as one may have",
                caller.person, "Close connections that are not used, or keep one and ask again on it.");
  }
  if (on_port >= options.limits.connections_max) {
    return fail("api.busy", "the station has as many connections as it takes", {},
                "Close connections that are not used; try again later.");
  }
  return std::nullopt;
}

asio::awaitable<void> Server::State::turn_away(Connection& connection, Error why) {
  const auto told = std::count_if(connections.begin(), connections.end(),
                                  [](const Connection* one) { return one->turned_away; });
  if (static_cast<std::size_t>(told) > kTurnedAwayMax) co_return;  // this one is counted
  HttpResponse answer = problem_response(status_of(why), why);
  answer.headers.emplace_back("Retry-After", "1");
  co_await refuse_request(connection, std::move(answer));
}

// Before one more handshake begins: a sender that has its share loses the one of its own that has waited
// longest; when all places are taken, whoever has waited longest goes.
void Server::State::make_room_for(const std::string& address) {
  Arrival *oldest = nullptr, *oldest_own = nullptr;
  std::size_t all = 0, own = 0;
  for (Arrival* arrival : arrivals) {
    if (arrival->shed) continue;  // it is on its way out
    ++all;
    if (oldest == nullptr) oldest = arrival;
    if (arrival->from != address) continue;
    ++own;
    if (oldest_own == nullptr) oldest_own = arrival;
  }
  Arrival* shed = nullptr;
  if (all >= options.limits.handshakes_max) shed = oldest;
  if (own >= options.limits.address_handshakes_max) shed = oldest_own;
  if (shed == nullptr) return;
  shed->shed = true;
  shed->handshake.close();
}

}  // namespace imprimatur::api
