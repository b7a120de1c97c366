// What the files of the server share: the HTTP half (server.cpp) and the status socket (event_stream.cpp).
// Private to them, and the only files that see Beast. Everything here belongs to the network thread; only
// what `on_pool` runs does not.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <exception>
#include <list>
#include <optional>
#include <thread>

#include "api/routes.hpp"
#include "api/server.hpp"

namespace imprimatur::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using boost::system::error_code;

using Protocol = asio::local::stream_protocol;
using Stream = beast::basic_stream<Protocol>;
using EventSocket = websocket::stream<Stream>;
using Upgrade = http::request<http::string_body>;

// Lets a coroutine sleep until it is woken; many wakes before it looks are one.
class Wake {
 public:
  explicit Wake(asio::io_context& context) : timer_(context) {}
  void wake() {
    woken_ = true;
    timer_.cancel();
  }
  asio::awaitable<void> wait() {
    if (!woken_) {
      error_code ignored;
      timer_.expires_at(asio::steady_timer::time_point::max());
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    woken_ = false;
  }

 private:
  asio::steady_timer timer_;
  bool woken_ = false;
};

// One subscriber's place in the journal.
struct Subscription {
  explicit Subscription(asio::io_context& context) : wake(context) {}
  Wake wake;
  std::int64_t after = -1;  // last sequence that was sent, or is being sent
  std::size_t credit = 0;
  bool progress = false;
  std::uint64_t progress_version = 0;
  std::string refused;  // code of why the stream cannot go on; the client is told, and it ends
};

// An entry of a list for as long as a coroutine lives, however it ends.
template <class Entry>
class Listed {
 public:
  Listed(std::list<Entry*>& list, Entry& entry) : list_(list), place_(list.insert(list.end(), &entry)) {}
  ~Listed() { list_.erase(place_); }
  Listed(const Listed&) = delete;
  Listed& operator=(const Listed&) = delete;

 private:
  std::list<Entry*>& list_;
  typename std::list<Entry*>::iterator place_;
};

// One accepted connection while it speaks HTTP.
struct Connection {
  explicit Connection(Protocol::socket socket) : stream(std::move(socket)) {}
  Stream stream;
  beast::flat_buffer buffer;
  Caller caller;
  bool reading = false;  // no whole request is here: stop() need not wait for it
};

struct Server::State {
  State(ServerOptions server_options, Backend& served, const Clock& wall_clock)
      : options(std::move(server_options)),
        backend(served),
        clock(wall_clock),
        routes(served),
        pool(static_cast<std::size_t>(options.workers)) {}

  ServerOptions options;
  Backend& backend;
  const Clock& clock;
  Routes routes;
  // Before the context: what its last handlers hold is taken off the lists when the context goes.
  std::list<Connection*> connections;
  std::list<Subscription*> subscriptions;
  bool stopping = false;
  asio::io_context context{1};
  Protocol::acceptor acceptor{context};
  asio::steady_timer give_up{context};
  asio::thread_pool pool;
  std::thread thread;

  // Runs a blocking call on the pool; the coroutine goes on on the network thread. It is not cancelled half
  // way: `call` and its answer live in the coroutine's frame, which waits for it.
  template <class Call>
  auto on_pool(Call call) -> asio::awaitable<decltype(call())> {
    std::optional<decltype(call())> answer;
    std::exception_ptr thrown;
    const auto begin = [&](auto handler) {
      asio::post(pool, [this, &call, &answer, &thrown, handler = std::move(handler)]() mutable {
        try {
          answer.emplace(call());
        } catch (...) {
          thrown = std::current_exception();
        }
        asio::post(context, std::move(handler));
      });
    };
    co_await asio::async_initiate<const asio::use_awaitable_t<>&, void()>(begin, asio::use_awaitable);
    if (thrown) std::rethrow_exception(thrown);
    co_return std::move(*answer);
  }

  // -- server.cpp
  asio::awaitable<void> accept();
  asio::awaitable<void> serve(Protocol::socket socket);
  asio::awaitable<error_code> read_request(Connection& connection,
                                           http::request_parser<http::string_body>& parser);
  asio::awaitable<bool> answer_one(Connection& connection);
  asio::awaitable<bool> respond(Connection& connection, HttpResponse answer, bool keep, bool head);
  asio::awaitable<void> refuse_request(Connection& connection, HttpResponse answer);
  void begin_stop();

  // -- event_stream.cpp
  asio::awaitable<void> serve_events(Stream stream, Upgrade upgrade);
  asio::awaitable<std::optional<Subscription>> begin_subscription(EventSocket& socket);
  asio::awaitable<void> read_acknowledgements(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_events(EventSocket& socket, Subscription& subscription);
  asio::awaitable<bool> send_page(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_progress(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> end_stream(EventSocket& socket, std::string reason, websocket::close_code code);
};

// Whether the client offers the subprotocol in which the station speaks.
bool offers_cloudevents(const Upgrade& upgrade);

}  // namespace imprimatur::api
