// What the files of the server share: listening (server.cpp), HTTP (http_session.cpp), batches
// (batch_session.cpp) and the status socket (event_stream.cpp). Private to them. Everything here belongs to
// the network thread; only what `on_pool` runs does not.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <exception>
#include <list>
#include <optional>
#include <thread>

#include "api/address_group.hpp"
#include "api/batch_lines.hpp"
#include "api/byte_stream.hpp"
#include "api/event_messages.hpp"
#include "api/journal_tail.hpp"
#include "api/routes.hpp"
#include "api/server.hpp"
#include "api/tls.hpp"

namespace imprimatur::api {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

using EventSocket = websocket::stream<Stream>;
using HeaderParser = http::request_parser<http::empty_body>;
using Upgrade = http::request<http::empty_body>;

// Lets a coroutine sleep until it is woken; many wakes before it looks are one.
class Wake {
 public:
  explicit Wake(asio::io_context& context) : timer_(context) {}
  void wake() {
    woken_ = true;
    timer_.cancel();
  }
  asio::awaitable<void> wait() { return wait_until(asio::steady_timer::time_point::max()); }
  asio::awaitable<void> wait_until(asio::steady_timer::time_point until) {
    if (!woken_) {
      error_code ignored;
      timer_.expires_at(until);
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
  using Time = std::chrono::steady_clock::time_point;
  explicit Subscription(asio::io_context& context) : wake(context) {}
  Wake wake;
  std::int64_t after = -1;  // last sequence that was sent or passed over, or is being sent
  std::int64_t told = -1;   // the last that the client knows of, by an entry or a bookmark
  std::size_t credit = 0;
  EventFilter filter;
  bool progress = false;
  std::uint64_t progress_version = 0;
  bool over_tcp = false;
  std::optional<Time> writing_since;  // an entry that the client has not taken yet
  Time bookmarked;                    // when the last bookmark was sent
  std::string refused;                // code of why the stream cannot go on; the client is told, and it ends
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

// Bytes of a budget for as long as a request is held.
class Reserved {
 public:
  Reserved(std::size_t& free, std::size_t bytes) : free_(free), bytes_(bytes) { free_ -= bytes_; }
  ~Reserved() { free_ += bytes_; }
  Reserved(const Reserved&) = delete;
  Reserved& operator=(const Reserved&) = delete;

 private:
  std::size_t& free_;
  std::size_t bytes_;
};

// One accepted connection while it speaks HTTP.
struct Connection {
  Connection(std::unique_ptr<ByteStream> bytes, Caller from, bool tcp)
      : stream(std::move(bytes)), caller(std::move(from)), over_tcp(tcp) {}
  Stream stream;
  beast::flat_buffer buffer;
  Caller caller;
  bool over_tcp;
  bool reading = false;      // no whole request is here: stop() need not wait for it
  bool idle = false;         // nothing of a request is here
  bool leaving = false;      // the next answer is the last on this connection
  bool turned_away = false;  // told why it is not served, and nothing else
};

// A connection over TCP that has not shown a certificate yet.
struct Arrival {
  TlsContext::Handshake& handshake;
  std::string from;  // address_group of the other end
  bool shed = false;
};

struct Server::State {
  State(ServerOptions server_options, Backend& served, const Clock& wall_clock)
      : options(std::move(server_options)),
        backend(served),
        clock(wall_clock),
        routes(served),
        intake_bytes_free(options.limits.intake_bytes_max),
        pool(static_cast<std::size_t>(options.workers)) {}

  ServerOptions options;
  Backend& backend;
  const Clock& clock;
  Routes routes;
  std::size_t intake_bytes_free;
  // Before the context: what its last handlers hold is taken off the lists when the context goes.
  std::list<Connection*> connections;
  std::list<Arrival*> arrivals;
  std::list<Subscription*> subscriptions;
  std::list<Wake*> waiting;  // requests that wait for the next entry
  std::shared_ptr<TlsContext> tls;
  JournalTail tail;
  std::string epoch;
  bool stopping = false;
  asio::io_context context{1};
  asio::local::stream_protocol::acceptor unix_acceptor{context};
  asio::ip::tcp::acceptor tcp_acceptor{context};
  asio::steady_timer give_up{context};
  Wake journal_grew{context};
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

  // -- admission.cpp
  std::optional<Error> too_many(const Caller& caller, bool over_tcp) const;
  asio::awaitable<void> turn_away(Connection& connection, Error why);
  void make_room_for(const std::string& address);

  // -- server.cpp
  Status listen_unix();
  Status listen_tcp();
  asio::awaitable<void> accept_unix();
  asio::awaitable<void> accept_tcp();
  asio::awaitable<void> serve_tls(asio::ip::tcp::socket socket, std::string from);
  asio::awaitable<void> serve(std::unique_ptr<ByteStream> bytes, Caller caller, bool over_tcp);
  void renew_connections();
  void begin_stop();
  void end_when_empty();

  // -- http_session.cpp
  asio::awaitable<bool> answer_one(Connection& connection);
  asio::awaitable<error_code> read_header(Connection& connection, HeaderParser& parser);
  asio::awaitable<bool> answer_unread(Connection& connection, const HeaderParser& parser, error_code ec);
  asio::awaitable<bool> answer_read(Connection& connection, HeaderParser& parser, HttpRequest request);
  asio::awaitable<bool> upgrade(Connection& connection, HeaderParser& parser, const HttpRequest& request);
  asio::awaitable<HttpResponse> wait_for_events(const HttpRequest& request);
  asio::awaitable<bool> respond(Connection& connection, HttpResponse answer, bool keep, bool head);
  asio::awaitable<void> refuse_request(Connection& connection, HttpResponse answer);
  asio::awaitable<void> say_continue(Connection& connection, const HeaderParser& parser);

  // -- batch_session.cpp
  struct Batch;
  asio::awaitable<bool> answer_batch(Connection& connection, HeaderParser& header,
                                     const HttpRequest& request);
  asio::awaitable<Status> read_batch(Connection& connection, HeaderParser& header,
                                     const std::shared_ptr<Batch>& batch);
  asio::awaitable<void> send_group(const std::shared_ptr<Batch>& batch, BatchLines& lines);
  asio::awaitable<void> run_group(std::shared_ptr<Batch> batch, std::size_t number);

  // -- event_stream.cpp
  asio::awaitable<void> follow_journal();
  asio::awaitable<Result<std::vector<TailEntry>>> entries_after(std::int64_t after, std::size_t limit,
                                                                bool with_facts);
  asio::awaitable<void> serve_events(Stream stream, Upgrade upgrade, bool over_tcp);
  asio::awaitable<std::optional<Subscription>> begin_subscription(EventSocket& socket);
  asio::awaitable<void> read_acknowledgements(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_events(EventSocket& socket, Subscription& subscription);
  asio::awaitable<bool> send_page(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_entry(EventSocket& socket, Subscription& subscription, const TailEntry& entry);
  asio::awaitable<void> send_bookmark(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> send_progress(EventSocket& socket, Subscription& subscription);
  asio::awaitable<void> mind_slow(EventSocket& socket, Subscription& subscription);
  asio::awaitable<bool> is_slow(const Subscription& subscription);
  asio::awaitable<void> end_stream(EventSocket& socket, std::string reason, websocket::close_code code);
};

// Whether the client offers the subprotocol in which the station speaks.
bool offers_cloudevents(const Upgrade& upgrade);

// The answer as it goes out; a body is left out for HEAD, its length is not.
http::response<http::string_body> message_of(HttpResponse answer, bool keep, bool head);

}  // namespace imprimatur::api
