#include "api/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>

#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

constexpr auto kIdleTimeout = std::chrono::seconds(30);
constexpr auto kStopTimeout = std::chrono::seconds(2);
constexpr auto kLinger = std::chrono::seconds(2);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr std::size_t kHeaderBytesMax = 16 << 10;
constexpr std::size_t kLingerBytesMax = 64U << 20;
constexpr std::size_t kSocketPathMax = 107;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Who is at the other end of a Unix socket, by the kernel's word.
Caller caller_of(Protocol::socket& socket, const People& people) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return {"unknown", {}};
  return people.by_uid(peer.uid);
}

http::response<http::string_body> message_of(HttpResponse answer, bool keep, bool head) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::server, "imprimaturd");
  response.keep_alive(keep);
  response.content_length(answer.body.size());
  if (!head) response.body() = std::move(answer.body);
  return response;
}

// A client more than the station takes is told so and not only hung up on. The socket is new, so its buffer
// takes the few bytes and nothing blocks.
void turn_away(Protocol::socket& socket) {
  const auto response =
      message_of(problem_response(503, fail("api.busy", "the station has as many connections as it takes", {},
                                            "Close connections that are not used; try again later.")),
                 false, false);
  error_code ignored;
  http::write(socket, response, ignored);
}

// Takes the socket's place when nobody listens there any more. Error api.listen.
Status make_room(const std::filesystem::path& path) {
  if (path.string().size() > kSocketPathMax) {
    return fail("api.listen", "the path is too long for a socket: at most 107 bytes", path.string(),
                "Choose a shorter path in the configuration.");
  }
  std::error_code ignored;
  const auto kind = std::filesystem::symlink_status(path, ignored).type();
  if (kind == std::filesystem::file_type::not_found) return ok();
  if (kind != std::filesystem::file_type::socket) {
    return fail("api.listen", "there is something else than a socket at this path", path.string(),
                "Correct the path in the configuration, or move the file away.");
  }
  asio::io_context context;
  Protocol::socket probe(context);
  error_code ec;
  probe.connect(Protocol::endpoint(path.string()), ec);
  if (!ec) {
    return fail("api.listen", "another daemon listens on this socket", path.string(),
                "Stop it first, or give this one a socket of its own.");
  }
  std::filesystem::remove(path, ignored);
  return ok();
}

}  // namespace

asio::awaitable<void> Server::State::accept() {
  while (!stopping) {
    error_code ec;
    Protocol::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec == asio::error::operation_aborted || stopping) co_return;
    if (ec) {
      // No file descriptors left, most likely: without a pause this would be a busy loop.
      asio::steady_timer pause(context, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    } else if (connections.size() >= options.connections_max) {
      turn_away(socket);
    } else {
      asio::co_spawn(context, serve(std::move(socket)), asio::detached);
    }
  }
}

asio::awaitable<void> Server::State::serve(Protocol::socket socket) {
  if (stopping) co_return;
  {
    Connection connection(std::move(socket));
    const Listed<Connection> listed(connections, connection);
    connection.caller = caller_of(connection.stream.socket(), options.people);
    try {
      while (co_await answer_one(connection) && !stopping) {
      }
    } catch (const std::exception&) {
      // The other end went away or was too slow: nothing to tell it.
    }
  }
  if (stopping && connections.empty()) give_up.cancel();
}

// Reads one request whole, and tells a client that waits for it to send the body (RFC 9110 section 10.1.1).
asio::awaitable<error_code> Server::State::read_request(Connection& connection,
                                                        http::request_parser<http::string_body>& parser) {
  Stream& stream = connection.stream;
  stream.expires_after(kIdleTimeout);
  connection.reading = true;
  error_code ec;
  co_await http::async_read_header(stream, connection.buffer, parser,
                                   asio::redirect_error(asio::use_awaitable, ec));
  if (!ec && beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    co_await asio::async_write(stream, asio::buffer(kContinue), asio::use_awaitable);
  }
  if (!ec) {
    co_await http::async_read(stream, connection.buffer, parser,
                              asio::redirect_error(asio::use_awaitable, ec));
  }
  connection.reading = false;
  co_return ec;
}

// False when the connection is done with.
asio::awaitable<bool> Server::State::answer_one(Connection& connection) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(options.body_bytes_max);
  const error_code ec = co_await read_request(connection, parser);
  if (ec == http::error::body_limit) {
    co_await refuse_request(
        connection,
        problem_response(413, fail("api.too_large", "the body is larger than this station takes")));
    co_return false;
  }
  if (ec == http::error::end_of_stream || ec == http::error::partial_message) co_return false;
  if (ec.category() == make_error_code(http::error::bad_target).category()) {
    co_await refuse_request(connection,
                            problem_response(400, fail("api.http", "no HTTP request: " + ec.message())));
    co_return false;
  }
  if (ec || stopping) co_return false;
  HttpRequest request;
  const std::string method(parser.get().method_string());
  const bool head = method == "HEAD";
  request.method = head ? "GET" : method;
  request.caller = connection.caller;
  const bool keep = parser.get().keep_alive();
  const auto target = parser.get().target();
  const auto parsed = parse_target(std::string_view(target.data(), target.size()), request);
  if (!parsed) co_return co_await respond(connection, problem_response(400, parsed.error()), keep, head);
  if (request.path == "/v1/events" && websocket::is_upgrade(parser.get())) {
    if (const auto permitted = Routes::permit(request); !permitted) {
      co_return co_await respond(
          connection, problem_response(status_of(permitted.error()), permitted.error()), false, head);
    }
    if (offers_cloudevents(parser.get())) {
      co_await serve_events(std::move(connection.stream), parser.release());
      co_return false;
    }
    const Error error = fail("api.subprotocol", "the client does not offer cloudevents.json",
                             "Sec-WebSocket-Protocol", "Offer the subprotocol cloudevents.json.");
    co_return co_await respond(connection, problem_response(400, error), false, head);
  }
  request.body = std::move(parser.get().body());
  HttpResponse answer = co_await on_pool([this, &request] { return routes.handle(request); });
  co_return co_await respond(connection, std::move(answer), keep, head);
}

// True when the connection may bring another request.
asio::awaitable<bool> Server::State::respond(Connection& connection, HttpResponse answer, bool keep,
                                             bool head) {
  const auto response = message_of(std::move(answer), keep && !stopping, head);
  connection.stream.expires_after(kIdleTimeout);
  co_await http::async_write(connection.stream, response, asio::use_awaitable);
  co_return response.keep_alive();
}

// Answers a request that was not read to its end, and lets the client finish writing, so that it comes to
// reading the answer (RFC 9112 section 9.6).
asio::awaitable<void> Server::State::refuse_request(Connection& connection, HttpResponse answer) {
  co_await respond(connection, std::move(answer), false, false);
  error_code ec;
  connection.stream.socket().shutdown(Protocol::socket::shutdown_send, ec);
  connection.stream.expires_after(kLinger);
  connection.reading = true;
  std::array<char, 16 << 10> rest{};
  for (std::size_t read = 0; !ec && read < kLingerBytesMax;) {
    read += co_await connection.stream.async_read_some(asio::buffer(rest),
                                                       asio::redirect_error(asio::use_awaitable, ec));
  }
}

// On the network thread. What was asked for whole is answered; the rest ends here.
void Server::State::begin_stop() {
  stopping = true;
  error_code ignored;
  acceptor.close(ignored);
  for (Connection* connection : connections) {
    // Closed, not cancelled: between two parts of a read there is nothing to cancel.
    if (connection->reading) connection->stream.close();
  }
  for (Subscription* subscription : subscriptions) subscription->wake.wake();
  if (connections.empty()) return;
  give_up.expires_after(kStopTimeout);
  give_up.async_wait([this](const error_code& ec) {
    if (!ec) context.stop();
  });
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Backend& backend,
                                              const Clock& clock) {
  auto state = std::make_unique<State>(options, backend, clock);
  TRY_STATUS(make_room(options.socket));
  error_code ec;
  const Protocol::endpoint endpoint(options.socket.string());
  state->acceptor.open(endpoint.protocol(), ec);
  if (!ec) state->acceptor.bind(endpoint, ec);
  if (!ec && ::chmod(options.socket.c_str(), 0660) != 0)
    ec = error_code(errno, boost::system::system_category());
  if (!ec) state->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    return fail("api.listen", "cannot listen: " + ec.message(), options.socket.string(),
                "Check that the folder exists and belongs to the daemon.");
  }
  asio::co_spawn(state->context, state->accept(), asio::detached);
  state->thread = std::thread([context = &state->context] { context->run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

void Server::wake_subscribers() {
  asio::post(state_->context, [state = state_.get()] {
    for (Subscription* subscription : state->subscriptions) subscription->wake.wake();
  });
}

void Server::stop() {
  if (!state_->thread.joinable()) return;
  asio::post(state_->context, [state = state_.get()] { state->begin_stop(); });
  state_->thread.join();
  state_->pool.join();
  std::error_code ignored;
  std::filesystem::remove(state_->options.socket, ignored);
}

}  // namespace imprimatur::api
