#include "api/server.hpp"

#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/http/write.hpp>
#include <future>

#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

using UnixProtocol = asio::local::stream_protocol;
using asio::ip::tcp;

constexpr auto kStopTimeout = std::chrono::seconds(2);
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
constexpr std::size_t kSocketPathMax = 107;

// Who is at the other end of a Unix socket, by the kernel's word.
Caller caller_of(UnixProtocol::socket& socket, const People& people) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return {"unknown", {}};
  return people.by_uid(peer.uid);
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
  UnixProtocol::socket probe(context);
  error_code ec;
  probe.connect(UnixProtocol::endpoint(path.string()), ec);
  if (!ec) {
    return fail("api.listen", "another daemon listens on this socket", path.string(),
                "Stop it first, or give this one a socket of its own.");
  }
  std::filesystem::remove(path, ignored);
  return ok();
}

}  // namespace

bool is_address(const std::string& text) {
  error_code ec;
  asio::ip::make_address(text, ec);
  return !ec;
}

Status Server::State::listen_unix() {
  TRY_STATUS(make_room(options.socket));
  error_code ec;
  const UnixProtocol::endpoint endpoint(options.socket.string());
  unix_acceptor.open(endpoint.protocol(), ec);
  if (!ec) unix_acceptor.bind(endpoint, ec);
  if (!ec && ::chmod(options.socket.c_str(), 0660) != 0)
    ec = error_code(errno, boost::system::system_category());
  if (!ec) unix_acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return ok();
  return fail("api.listen", "cannot listen: " + ec.message(), options.socket.string(),
              "Check that the folder exists and belongs to the daemon.");
}

Status Server::State::listen_tcp() {
  if (!options.tcp) return ok();
  TRY(tls, TlsContext::load(options.tcp->tls));
  error_code ec;
  const auto address = asio::ip::make_address(options.tcp->address, ec);
  const tcp::endpoint endpoint(address, options.tcp->port);
  if (!ec) tcp_acceptor.open(endpoint.protocol(), ec);
  if (!ec) tcp_acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
  if (!ec) tcp_acceptor.bind(endpoint, ec);
  if (!ec) tcp_acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (!ec) return ok();
  return fail("api.listen", "cannot listen: " + ec.message(),
              options.tcp->address + " port " + std::to_string(options.tcp->port),
              "Check that the address is this machine's and the port is free.");
}

asio::awaitable<void> Server::State::accept_unix() {
  while (!stopping) {
    error_code ec;
    auto socket = co_await unix_acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec == asio::error::operation_aborted || stopping) co_return;
    if (ec) {
      // No file descriptors left, most likely: without a pause this would be a busy loop.
      asio::steady_timer pause(context, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    } else {
      Caller caller = caller_of(socket, options.people);
      asio::co_spawn(context, serve(unix_stream(std::move(socket)), std::move(caller), false),
                     asio::detached);
    }
  }
}

// Whoever has not shown a certificate yet gets little: a few seconds, and the place of the one that has
// waited longest (admission.cpp).
asio::awaitable<void> Server::State::accept_tcp() {
  while (!stopping) {
    error_code ec;
    auto socket = co_await tcp_acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec == asio::error::operation_aborted || stopping) co_return;
    if (ec) {
      asio::steady_timer pause(context, kAcceptPause);
      co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
      continue;
    }
    error_code gone;
    std::string from = address_group(socket.remote_endpoint(gone).address());
    make_room_for(from);
    asio::co_spawn(context, serve_tls(std::move(socket), std::move(from)), asio::detached);
  }
}

asio::awaitable<void> Server::State::serve_tls(tcp::socket socket, std::string from) {
  std::optional<TlsPeer> peer;
  {
    const auto handshake = tls->begin(std::move(socket));
    Arrival arrival{*handshake, std::move(from)};
    const Listed<Arrival> listed(arrivals, arrival);
    peer = co_await handshake->run(options.limits.handshake);
  }
  if (peer && !stopping) {
    Caller caller = options.people.by_certificate(peer->fingerprint, peer->subject);
    co_await serve(std::move(peer->stream), std::move(caller), true);
  }
  end_when_empty();
}

asio::awaitable<void> Server::State::serve(std::unique_ptr<ByteStream> bytes, Caller caller, bool over_tcp) {
  if (stopping) co_return;
  {
    auto refusal = too_many(caller, over_tcp);
    Connection connection(std::move(bytes), std::move(caller), over_tcp);
    connection.turned_away = refusal.has_value();
    const Listed<Connection> listed(connections, connection);
    try {
      if (refusal) co_await turn_away(connection, std::move(*refusal));
      while (!refusal && co_await answer_one(connection) && !stopping) {
      }
    } catch (const std::exception&) {
      // The other end went away or was too slow: nothing to tell it.
    }
  }
  end_when_empty();
}

void Server::State::end_when_empty() {
  if (stopping && connections.empty() && arrivals.empty()) give_up.cancel();
}

// On the network thread. What was asked for whole is answered; the rest ends here.
void Server::State::begin_stop() {
  stopping = true;
  error_code ignored;
  unix_acceptor.close(ignored);
  tcp_acceptor.close(ignored);
  for (Arrival* arrival : arrivals) arrival->handshake.close();
  for (Connection* connection : connections) {
    // Closed, not cancelled: between two parts of a read there is nothing to cancel.
    if (connection->reading) connection->stream.bytes().close();
  }
  for (Subscription* subscription : subscriptions) subscription->wake.wake();
  for (Wake* wake : waiting) wake->wake();
  journal_grew.wake();
  if (connections.empty() && arrivals.empty()) return;
  give_up.expires_after(kStopTimeout);
  give_up.async_wait([this](const error_code& ec) {
    if (!ec) context.stop();
  });
}

// On the network thread: whoever came with a certificate comes again and is checked anew.
void Server::State::renew_connections() {
  for (Arrival* arrival : arrivals) arrival->handshake.close();
  for (Connection* connection : connections) {
    if (!connection->over_tcp) continue;
    connection->leaving = true;
    if (connection->idle) connection->stream.bytes().close();
  }
  for (Subscription* subscription : subscriptions) {
    if (!subscription->over_tcp) continue;
    subscription->refused = "reloaded";
    subscription->wake.wake();
  }
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Server::~Server() {
  stop();
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Backend& backend,
                                              const Clock& clock) {
  auto state = std::make_unique<State>(options, backend, clock);
  TRY_STATUS(state->listen_tcp());
  TRY_STATUS(state->listen_unix());
  asio::co_spawn(state->context, state->follow_journal(), asio::detached);
  asio::co_spawn(state->context, state->accept_unix(), asio::detached);
  if (options.tcp) asio::co_spawn(state->context, state->accept_tcp(), asio::detached);
  state->thread = std::thread([context = &state->context] { context->run(); });
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

std::uint16_t Server::tcp_port() const {
  error_code ec;
  const auto endpoint = state_->tcp_acceptor.local_endpoint(ec);
  return ec ? std::uint16_t{0} : endpoint.port();
}

Result<CertificatesRead> Server::reload_certificates(
    const std::function<Status(const CertificatesRead&)>& note) {
  if (!state_->options.tcp) return CertificatesRead{};
  TRY(auto fresh, TlsContext::load(state_->options.tcp->tls));
  CertificatesRead read = fresh->read();
  if (note) {
    TRY_STATUS(note(read));
  }
  asio::post(state_->context, [state = state_.get(), fresh = std::move(fresh)]() mutable {
    state->tls = std::move(fresh);
    state->renew_connections();
  });
  return read;
}

void Server::wake_subscribers() {
  asio::post(state_->context, [state = state_.get()] { state->journal_grew.wake(); });
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
