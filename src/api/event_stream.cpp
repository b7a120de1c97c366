// The status socket: CloudEvents 1.0 over WebSocket, subprotocol cloudevents.json, one event a text message.
#include <boost/asio/experimental/awaitable_operators.hpp>

#include "api/event_messages.hpp"
#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr beast::string_view kSubprotocol = "cloudevents.json";
constexpr const char* kControlError = "api.control";
constexpr std::size_t kControlBytesMax = 4096;
constexpr std::size_t kEventPage = 64;
// A client that is there answers the ping that it gets in the middle of this time.
constexpr auto kSilenceMax = std::chrono::seconds(60);
constexpr auto kHandshakeTimeout = std::chrono::seconds(10);

}  // namespace

bool offers_cloudevents(const Upgrade& upgrade) {
  const auto [first, last] = upgrade.equal_range(http::field::sec_websocket_protocol);
  for (auto field = first; field != last; ++field) {
    for (const beast::string_view name : http::token_list(field->value())) {
      if (name == kSubprotocol) return true;
    }
  }
  return false;
}

asio::awaitable<void> Server::State::serve_events(Stream stream, Upgrade upgrade) {
  stream.expires_never();
  EventSocket socket(std::move(stream));
  socket.set_option(websocket::stream_base::timeout{kHandshakeTimeout, kSilenceMax, true});
  socket.read_message_max(kControlBytesMax);
  socket.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.set(http::field::sec_websocket_protocol, kSubprotocol);
  }));
  co_await socket.async_accept(upgrade, asio::use_awaitable);
  socket.text(true);
  auto subscription = co_await begin_subscription(socket);
  if (!subscription) co_return;
  const Listed<Subscription> listed(subscriptions, *subscription);
  co_await (read_acknowledgements(socket, *subscription) || send_events(socket, *subscription));
}

// Nothing when the client did not say where to begin, or the journal cannot be read.
asio::awaitable<std::optional<Subscription>> Server::State::begin_subscription(EventSocket& socket) {
  beast::flat_buffer buffer;
  co_await socket.async_read(buffer, asio::use_awaitable);
  const auto asked = parse_subscribe(beast::buffers_to_string(buffer.data()));
  if (!asked || !socket.got_text()) {
    co_await end_stream(socket, kControlError, websocket::close_code::policy_error);
    co_return std::nullopt;
  }
  const Subscribe& subscribe = asked.value();
  const auto page = co_await on_pool([this] { return backend.journal(-1, 1); });
  if (!page) {
    co_await end_stream(socket, page.error().code, websocket::close_code::internal_error);
    co_return std::nullopt;
  }
  const bool known = (subscribe.epoch.empty() || subscribe.epoch == page.value().epoch) &&
                     subscribe.after < static_cast<std::int64_t>(page.value().size);
  if (!known) {
    const std::string resync =
        resync_message(options.source, page.value().epoch, page.value().size, clock.now());
    co_await socket.async_write(asio::buffer(resync), asio::use_awaitable);
  }
  Subscription subscription(context);
  subscription.after = known ? subscribe.after : -1;
  subscription.credit = subscribe.credit;
  subscription.progress = subscribe.progress;
  co_return std::move(subscription);
}

// Acknowledgements bring credit. Ends when the client has gone; what it says wrong is left to send_events,
// which alone writes.
asio::awaitable<void> Server::State::read_acknowledgements(EventSocket& socket, Subscription& subscription) {
  beast::flat_buffer buffer;
  for (;;) {
    error_code ec;
    co_await socket.async_read(buffer, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return;
    const auto acknowledge = parse_acknowledge(beast::buffers_to_string(buffer.data()));
    buffer.clear();
    // It cannot have what was not sent.
    if (!acknowledge || !socket.got_text() || acknowledge.value().after > subscription.after) {
      subscription.refused = kControlError;
    } else {
      subscription.credit = std::min(subscription.credit + acknowledge.value().credit, kCreditMax);
    }
    subscription.wake.wake();
  }
}

// Streams the journal up to the credit, and progress when it was asked for, until the server stops.
asio::awaitable<void> Server::State::send_events(EventSocket& socket, Subscription& subscription) {
  while (!stopping && subscription.refused.empty()) {
    // Not inside of the `if`: GCC 12 then loses this coroutine's frame.
    const bool sent = co_await send_page(socket, subscription);
    if (sent) continue;
    if (subscription.progress) co_await send_progress(socket, subscription);
    co_await subscription.wake.wait();
  }
  if (subscription.refused.empty()) {
    co_await end_stream(socket, "stopping", websocket::close_code::going_away);
  } else {
    const bool its_fault = subscription.refused == kControlError;
    co_await end_stream(
        socket, subscription.refused,
        its_fault ? websocket::close_code::policy_error : websocket::close_code::internal_error);
  }
}

// False when there was nothing to send, or no credit to send it.
asio::awaitable<bool> Server::State::send_page(EventSocket& socket, Subscription& subscription) {
  if (subscription.credit == 0) co_return false;
  const std::size_t limit = std::min(subscription.credit, kEventPage);
  const auto page =
      co_await on_pool([this, after = subscription.after, limit] { return backend.journal(after, limit); });
  if (!page) {
    // Waiting on would pretend that nothing happens any more.
    subscription.refused = page.error().code;
    co_return true;
  }
  for (const auto& entry : page.value().entries) {
    if (stopping || !subscription.refused.empty()) break;
    // Before the write: the acknowledgement may be here before the write's own end is seen.
    subscription.after = static_cast<std::int64_t>(entry.sequence);
    --subscription.credit;
    co_await socket.async_write(asio::buffer(entry.bytes), asio::use_awaitable);
  }
  co_return !page.value().entries.empty();
}

asio::awaitable<void> Server::State::send_progress(EventSocket& socket, Subscription& subscription) {
  const auto progress = co_await on_pool([this] { return backend.progress(); });
  if (progress.version == subscription.progress_version) co_return;
  subscription.progress_version = progress.version;
  co_await socket.async_write(asio::buffer(progress.bytes), asio::use_awaitable);
}

asio::awaitable<void> Server::State::end_stream(EventSocket& socket, std::string reason,
                                                websocket::close_code code) {
  const std::string bye = bye_message(options.source, reason, clock.now());
  co_await socket.async_write(asio::buffer(bye), asio::use_awaitable);
  error_code ignored;
  co_await socket.async_close({code, reason}, asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace imprimatur::api
