// One connection's requests and answers: HTTP/1.1 (RFC 9112).
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

constexpr std::size_t kHeaderBytesMax = 16 << 10;
constexpr std::size_t kFirstReadBytes = 4096;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kBatchPath = "/v1/jobs:batch";
constexpr std::int64_t kWaitSecondsMax = 30;

Error too_large() {
  return fail("api.too_large", "the body is larger than this station takes");
}

HttpResponse problem(const Error& error) {
  return problem_response(status_of(error), error);
}

}  // namespace

http::response<http::string_body> message_of(HttpResponse answer, bool keep, bool head) {
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::server, "imprimaturd");
  for (const auto& [name, value] : answer.headers) response.set(name, value);
  response.keep_alive(keep);
  response.content_length(answer.body.size());
  if (!head) response.body() = std::move(answer.body);
  return response;
}

// A client may take its time between two requests, and little within one.
asio::awaitable<error_code> Server::State::read_header(Connection& connection, HeaderParser& parser) {
  error_code ec;
  connection.reading = true;
  if (connection.buffer.size() == 0) {
    connection.idle = true;
    connection.stream.bytes().expires_after(options.limits.idle);
    const auto room = connection.buffer.prepare(kFirstReadBytes);
    const std::size_t read =
        co_await connection.stream.async_read_some(room, asio::redirect_error(asio::use_awaitable, ec));
    connection.buffer.commit(read);
    connection.idle = false;
  }
  if (!ec) {
    connection.stream.bytes().expires_after(options.limits.header);
    co_await http::async_read_header(connection.stream, connection.buffer, parser,
                                     asio::redirect_error(asio::use_awaitable, ec));
  }
  connection.reading = false;
  co_return ec;
}

// Tells a client that waits for it to send the body (RFC 9110 section 10.1.1).
asio::awaitable<void> Server::State::say_continue(Connection& connection, const HeaderParser& parser) {
  if (!beast::iequals(parser.get()[http::field::expect], "100-continue")) co_return;
  co_await asio::async_write(connection.stream, asio::buffer(kContinue), asio::use_awaitable);
}

// False when the connection is done with.
asio::awaitable<bool> Server::State::answer_one(Connection& connection) {
  HeaderParser parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(boost::none);  // checked by who reads it
  const error_code ec = co_await read_header(connection, parser);
  if (ec || stopping) co_return co_await answer_unread(connection, parser, ec);
  HttpRequest request;
  const std::string method(parser.get().method_string());
  request.method = method == "HEAD" ? "GET" : method;
  request.caller = connection.caller;
  const auto target = parser.get().target();
  auto allowed = parse_target(std::string_view(target.data(), target.size()), request);
  if (allowed) allowed = Routes::permit(request);
  if (!allowed) {
    // What is refused is not read.
    if (!parser.is_done()) {
      co_await refuse_request(connection, problem(allowed.error()));
      co_return false;
    }
    co_return co_await respond(connection, problem(allowed.error()), parser.get().keep_alive(),
                               method == "HEAD");
  }
  if (request.path == "/v1/events" && websocket::is_upgrade(parser.get())) {
    co_return co_await upgrade(connection, parser, request);
  }
  if (request.path == kBatchPath) co_return co_await answer_batch(connection, parser, request);
  co_return co_await answer_read(connection, parser, std::move(request));
}

// No request came, or nothing that is one.
asio::awaitable<bool> Server::State::answer_unread(Connection& connection, const HeaderParser&,
                                                   error_code ec) {
  const bool gone = ec == http::error::end_of_stream || ec == http::error::partial_message || stopping;
  if (!gone && ec.category() == make_error_code(http::error::bad_target).category()) {
    co_await refuse_request(connection,
                            problem_response(400, fail("api.http", "no HTTP request: " + ec.message())));
  }
  co_return false;
}

asio::awaitable<bool> Server::State::upgrade(Connection& connection, HeaderParser& parser,
                                             const HttpRequest&) {
  if (offers_cloudevents(parser.get())) {
    co_await serve_events(std::move(connection.stream), parser.release(), connection.over_tcp);
    co_return false;
  }
  const Error error = fail("api.subprotocol", "the client does not offer cloudevents.json",
                           "Sec-WebSocket-Protocol", "Offer the subprotocol cloudevents.json.");
  co_return co_await respond(connection, problem_response(400, error), false, false);
}

// Reads the body and answers.
asio::awaitable<bool> Server::State::answer_read(Connection& connection, HeaderParser& header,
                                                 HttpRequest request) {
  const std::size_t limit = options.limits.body_bytes_max;
  const auto announced = header.content_length();
  const std::size_t bytes = announced
                                ? static_cast<std::size_t>(std::min<std::uint64_t>(*announced, limit + 1))
                            : header.chunked() ? limit
                                               : 0;
  if (bytes > limit) {
    co_await refuse_request(connection, problem(too_large()));
    co_return false;
  }
  if (bytes > intake_bytes_free) {
    co_await refuse_request(connection, intake_full());
    co_return false;
  }
  const Reserved reserved(intake_bytes_free, bytes);
  const bool head = header.get().method() == http::verb::head;
  co_await say_continue(connection, header);
  http::request_parser<http::string_body> parser(std::move(header));
  parser.body_limit(limit);
  error_code ec;
  connection.reading = true;
  connection.stream.bytes().expires_after(options.limits.body);
  if (!parser.is_done()) {
    co_await http::async_read(connection.stream, connection.buffer, parser,
                              asio::redirect_error(asio::use_awaitable, ec));
  }
  connection.reading = false;
  if (ec == http::error::body_limit) co_await refuse_request(connection, problem(too_large()));
  if (ec || stopping) co_return false;
  request.body = std::move(parser.get().body());
  const bool keep = parser.get().keep_alive();
  if (request.path == "/v1/events" && request.query.contains("wait")) {
    HttpResponse events = co_await wait_for_events(request);
    co_return co_await respond(connection, std::move(events), keep, head);
  }
  HttpResponse answer = co_await on_pool([this, &request] { return routes.handle(request); });
  co_return co_await respond(connection, std::move(answer), keep, head);
}

// The long poll: answers when there is something, or when the time that the client gives is over.
asio::awaitable<HttpResponse> Server::State::wait_for_events(const HttpRequest& asked) {
  HttpRequest request = asked;
  const auto seconds = whole_number(asked, "wait", 0);
  if (!seconds) co_return problem(seconds.error());
  if (seconds.value() < 0 || seconds.value() > kWaitSecondsMax) {
    co_return problem(fail("api.number", "expected 0 to 30 seconds", "/wait"));
  }
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds.value());
  Wake wake(context);
  const Listed<Wake> listed(waiting, wake);
  for (;;) {
    HttpResponse answer = co_await on_pool([this, &request] { return routes.handle(request); });
    const bool nothing = answer.status == 200 && answer.body == "[]";
    if (!nothing || stopping || std::chrono::steady_clock::now() >= until) co_return answer;
    // What was passed over by a filter need not be read again.
    for (const auto& [name, value] : answer.headers) {
      if (name == kNextHeader) request.query["after"] = value;
    }
    co_await wake.wait_until(until);
  }
}

// True when the connection may bring another request.
asio::awaitable<bool> Server::State::respond(Connection& connection, HttpResponse answer, bool keep,
                                             bool head) {
  const auto response = message_of(std::move(answer), keep && !stopping && !connection.leaving, head);
  connection.stream.bytes().expires_after(options.limits.answer);
  co_await http::async_write(connection.stream, response, asio::use_awaitable);
  co_return response.keep_alive();
}

// Answers a request that was not read to its end, and lets the client finish writing, so that it comes to
// reading the answer.
asio::awaitable<void> Server::State::refuse_request(Connection& connection, HttpResponse answer) {
  co_await respond(connection, std::move(answer), false, false);
  connection.reading = true;
  co_await connection.stream.bytes().finish();
}

}  // namespace imprimatur::api
