#include "api/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <list>
#include <optional>
#include <thread>

#include "api/event_messages.hpp"
#include "api/routes.hpp"

namespace imprimatur::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Protocol = asio::local::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using EventSocket = websocket::stream<Stream>;
using boost::system::error_code;
using namespace asio::experimental::awaitable_operators;

constexpr auto kIdleTimeout = std::chrono::seconds(30);
constexpr auto kStopTimeout = std::chrono::seconds(2);
constexpr std::size_t kHeaderBytesMax = 16 << 10;
constexpr std::size_t kControlBytesMax = 4096;
constexpr std::size_t kEventPage = 64;
constexpr beast::string_view kSubprotocol = "cloudevents.json";

// Who is at the other end of a Unix socket, by the kernel's word.
std::string peer_actor(Protocol::socket& socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
  return "uid-" + std::to_string(peer.uid);
}

// Lets a coroutine sleep until it is woken; many wakes before it looks are one.
class Wake {
 public:
  explicit Wake(asio::io_context& context) : timer_(context) { timer_.expires_at(Timer::time_point::max()); }
  void wake() {
    woken_ = true;
    timer_.cancel();
  }
  asio::awaitable<void> wait() {
    if (!woken_) {
      error_code ignored;
      timer_.expires_at(Timer::time_point::max());
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    woken_ = false;
  }

 private:
  using Timer = asio::steady_timer;
  Timer timer_;
  bool woken_ = false;
};

// One subscriber's place in the journal.
struct Subscription {
  explicit Subscription(asio::io_context& context) : wake(context) {}
  Wake wake;
  std::int64_t after = -1;
  std::size_t credit = 0;
  bool progress = false;
  std::uint64_t progress_version = 0;
};

}  // namespace

struct Server::State {
  State(ServerOptions server_options, Backend& served, const Clock& wall_clock)
      : options(std::move(server_options)),
        backend(served),
        clock(wall_clock),
        routes(served),
        acceptor(context),
        pool(static_cast<std::size_t>(options.workers)) {}

  ServerOptions options;
  Backend& backend;
  const Clock& clock;
  Routes routes;
  asio::io_context context{1};
  Protocol::acceptor acceptor;
  asio::thread_pool pool;
  std::list<Subscription*> subscriptions;
  std::size_t connections = 0;
  bool stopping = false;
  asio::steady_timer give_up{context};
  std::thread thread;

  // Runs a blocking call on the pool; the coroutine goes on on the network thread.
  template <class Call>
  auto on_pool(Call call) -> asio::awaitable<decltype(call())> {
    std::optional<decltype(call())> answer;
    co_await asio::co_spawn(
        pool,
        [&call, &answer]() -> asio::awaitable<void> {
          answer.emplace(call());
          co_return;
        },
        asio::use_awaitable);
    co_return std::move(*answer);
  }

  asio::awaitable<void> accept();
  asio::awaitable<void> serve(Protocol::socket socket);
  asio::awaitable<bool> answer_one(Stream& stream, beast::flat_buffer& buffer, const std::string& actor);
  asio::awaitable<void> serve_events(Stream stream, http::request<http::string_body> upgrade);
  asio::awaitable<void> read_acknowledgements(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_events(EventSocket& socket, Subscription& subscription);
  asio::awaitable<bool> send_page(EventSocket& socket, Subscription& subscription);

  // After stop: the network thread ends with the last connection.
  void end_if_idle() {
    if (stopping && connections == 0) context.stop();
  }
};

asio::awaitable<void> Server::State::accept() {
  for (;;) {
    error_code ec;
    Protocol::socket socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec == asio::error::operation_aborted || stopping) co_return;
    if (ec || connections >= options.connections_max) continue;  // the socket closes here
    asio::co_spawn(context, serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Server::State::serve(Protocol::socket socket) {
  ++connections;
  const std::string actor = peer_actor(socket);
  Stream stream(std::move(socket));
  beast::flat_buffer buffer;
  try {
    while (co_await answer_one(stream, buffer, actor)) {
    }
  } catch (const boost::system::system_error&) {
    // The other end went away or was too slow: nothing to tell it.
  }
  --connections;
  end_if_idle();
}

// False when the connection is done with.
asio::awaitable<bool> Server::State::answer_one(Stream& stream, beast::flat_buffer& buffer,
                                                const std::string& actor) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(kHeaderBytesMax);
  parser.body_limit(options.body_bytes_max);
  stream.expires_after(kIdleTimeout);
  error_code ec;
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
  HttpResponse answer;
  bool keep = false;
  if (ec == http::error::body_limit) {
    answer = problem_response(413, fail("api.too_large", "the body is larger than this station takes"));
  } else if (ec) {
    co_return false;
  } else if (websocket::is_upgrade(parser.get()) && parser.get().target().starts_with("/v1/events")) {
    co_await serve_events(std::move(stream), parser.release());
    co_return false;
  } else {
    HttpRequest request;
    request.method = std::string(parser.get().method_string());
    request.actor = actor;
    const auto target = parser.get().target();
    keep = parser.get().keep_alive();
    auto parsed = parse_target(std::string_view(target.data(), target.size()), request);
    request.body = std::move(parser.get().body());
    if (parsed) {
      answer = co_await on_pool([this, &request] { return routes.handle(request); });
    } else {
      answer = problem_response(400, parsed.error());
    }
  }
  http::response<http::string_body> response(static_cast<http::status>(answer.status), 11);
  response.set(http::field::content_type, answer.content_type);
  response.set(http::field::server, "imprimaturd");
  response.body() = std::move(answer.body);
  response.keep_alive(keep && !stopping);
  response.prepare_payload();
  stream.expires_after(kIdleTimeout);
  co_await http::async_write(stream, response, asio::use_awaitable);
  co_return response.keep_alive();
}

asio::awaitable<void> Server::State::serve_events(Stream stream, http::request<http::string_body> upgrade) {
  stream.expires_never();
  EventSocket socket(std::move(stream));
  socket.set_option(websocket::stream_base::timeout::suggested(beast::role_type::server));
  socket.read_message_max(kControlBytesMax);
  // The CloudEvents binding: the format is chosen among those that the client offers, or the header is left
  // out.
  if (upgrade[http::field::sec_websocket_protocol].find(kSubprotocol) != beast::string_view::npos) {
    socket.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(http::field::sec_websocket_protocol, kSubprotocol);
    }));
  }
  co_await socket.async_accept(upgrade, asio::use_awaitable);
  socket.text(true);
  beast::flat_buffer buffer;
  co_await socket.async_read(buffer, asio::use_awaitable);
  auto subscribe = parse_subscribe(beast::buffers_to_string(buffer.data()));
  buffer.clear();
  if (!subscribe) {
    co_await socket.async_write(
        asio::buffer(bye_message(options.source, subscribe.error().code, clock.now())), asio::use_awaitable);
    co_await socket.async_close({websocket::close_code::policy_error, "control.subscribe expected"},
                                asio::use_awaitable);
    co_return;
  }
  const auto page = co_await on_pool([this] { return backend.journal(-1, 1); });
  if (!page) co_return;
  const bool known = (subscribe.value().epoch.empty() || subscribe.value().epoch == page.value().epoch) &&
                     subscribe.value().after < static_cast<std::int64_t>(page.value().size);
  if (!known) {
    co_await socket.async_write(
        asio::buffer(resync_message(options.source, page.value().epoch, page.value().size, clock.now())),
        asio::use_awaitable);
  }
  Subscription subscription(context);
  subscription.after = known ? subscribe.value().after : -1;
  subscription.credit = subscribe.value().credit;
  subscription.progress = subscribe.value().progress;
  const auto place = subscriptions.insert(subscriptions.end(), &subscription);
  try {
    co_await (read_acknowledgements(socket, subscription) || send_events(socket, subscription));
  } catch (const boost::system::system_error&) {
    // The client went away: the journal has what it missed.
  }
  subscriptions.erase(place);
}

// Acknowledgements bring credit. Ends when the client closes or says something else.
asio::awaitable<void> Server::State::read_acknowledgements(EventSocket& socket, Subscription& subscription) {
  beast::flat_buffer buffer;
  for (;;) {
    error_code ec;
    co_await socket.async_read(buffer, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    const auto acknowledge = parse_acknowledge(beast::buffers_to_string(buffer.data()));
    buffer.clear();
    if (!acknowledge) co_return;
    subscription.credit = std::min(subscription.credit + acknowledge.value().credit, kCreditMax);
    subscription.wake.wake();
  }
}

// Streams the journal up to the credit, and progress when it was asked for, until the server stops.
asio::awaitable<void> Server::State::send_events(EventSocket& socket, Subscription& subscription) {
  while (!stopping) {
    const bool sent = co_await send_page(socket, subscription);
    if (sent) continue;
    if (subscription.progress) {
      auto progress = backend.progress();
      if (progress.version != subscription.progress_version) {
        subscription.progress_version = progress.version;
        co_await socket.async_write(asio::buffer(progress.bytes), asio::use_awaitable);
      }
    }
    co_await subscription.wake.wait();
  }
  co_await socket.async_write(asio::buffer(bye_message(options.source, "stopping", clock.now())),
                              asio::use_awaitable);
  error_code ignored;
  co_await socket.async_close(websocket::close_code::going_away,
                              asio::redirect_error(asio::use_awaitable, ignored));
}

// False when there was nothing to send, or no credit to send it.
asio::awaitable<bool> Server::State::send_page(EventSocket& socket, Subscription& subscription) {
  if (subscription.credit == 0) co_return false;
  const std::size_t limit = std::min(subscription.credit, kEventPage);
  const auto page =
      co_await on_pool([this, after = subscription.after, limit] { return backend.journal(after, limit); });
  if (!page || page.value().entries.empty()) co_return false;
  for (const auto& entry : page.value().entries) {
    co_await socket.async_write(asio::buffer(entry.bytes), asio::use_awaitable);
    subscription.after = static_cast<std::int64_t>(entry.sequence);
    --subscription.credit;
  }
  co_return true;
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Backend& backend,
                                              const Clock& clock) {
  auto state = std::make_unique<State>(options, backend, clock);
  std::error_code ignored;
  std::filesystem::remove(options.socket, ignored);
  error_code ec;
  const Protocol::endpoint endpoint(options.socket.string());
  state->acceptor.open(endpoint.protocol(), ec);
  if (!ec) state->acceptor.bind(endpoint, ec);
  if (!ec && ::chmod(options.socket.c_str(), 0660) != 0)
    ec = error_code(errno, boost::system::system_category());
  if (!ec) state->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) {
    return fail(
        "api.listen", "cannot listen: " + ec.message(), options.socket.string(),
        "Check that the folder exists, belongs to the daemon, and that the path is short (107 bytes).");
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
  asio::post(state_->context, [state = state_.get()] {
    state->stopping = true;
    error_code ignored;
    state->acceptor.close(ignored);
    for (Subscription* subscription : state->subscriptions) subscription->wake.wake();
    state->give_up.expires_after(kStopTimeout);
    state->give_up.async_wait([state](const error_code&) { state->context.stop(); });
    state->end_if_idle();
  });
  state_->thread.join();
  state_->pool.join();
  std::error_code ignored;
  std::filesystem::remove(state_->options.socket, ignored);
}

}  // namespace imprimatur::api
