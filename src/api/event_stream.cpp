// The status socket: CloudEvents 1.0 over WebSocket, subprotocol cloudevents.json, one event a text message.
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include "api/server_state.hpp"

namespace imprimatur::api {
namespace {

using namespace asio::experimental::awaitable_operators;

constexpr beast::string_view kSubprotocol = "cloudevents.json";
constexpr const char* kControlError = "api.control";
constexpr const char* kSlow = "slow";
constexpr const char* kReloaded = "reloaded";
constexpr std::size_t kControlBytesMax = 4096;
constexpr std::size_t kEventPage = 64;
constexpr std::size_t kTailBegin = 1024;  // entries of the tail when the server starts
// A client with a filter hears how far the station has looked after so many entries, or when this time is
// over.
constexpr std::int64_t kBookmarkEntries = 100;
constexpr auto kBookmarkInterval = std::chrono::seconds(1);
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

// Reads what is new once for everybody, then wakes them.
asio::awaitable<void> Server::State::follow_journal() {
  bool begun = false;
  while (!stopping) {
    const auto page = co_await on_pool([this, begun, after = tail.newest()]() -> Result<JournalPage> {
      if (begun) return backend.journal(after, kTailBegin);
      TRY(auto first, backend.journal(-1, 1));
      const auto size = static_cast<std::int64_t>(first.size);
      return backend.journal(std::max<std::int64_t>(-1, size - 1 - static_cast<std::int64_t>(kTailBegin)),
                             kTailBegin);
    });
    if (!page) {
      // Waiting on would pretend that nothing happens any more.
      for (Subscription* subscription : subscriptions) subscription->refused = page.error().code;
    } else {
      if (!begun && !page.value().entries.empty()) {
        tail.begin_after(static_cast<std::int64_t>(page.value().entries.front().sequence) - 1);
      }
      begun = true;
      auto facts = co_await on_pool([this, &page] {
        std::vector<EventFacts> list;
        for (const auto& entry : page.value().entries) list.push_back(facts_of(backend, entry.bytes));
        return list;
      });
      for (std::size_t i = 0; i < facts.size(); ++i) {
        const auto& entry = page.value().entries[i];
        tail.add({static_cast<std::int64_t>(entry.sequence), std::make_shared<const std::string>(entry.bytes),
                  std::move(facts[i])});
      }
      epoch = page.value().epoch;
    }
    for (Subscription* subscription : subscriptions) subscription->wake.wake();
    for (Wake* wake : waiting) wake->wake();
    const bool more = page && page.value().entries.size() == kTailBegin;
    if (!more) co_await journal_grew.wait();
  }
}

asio::awaitable<Result<std::vector<TailEntry>>> Server::State::entries_after(std::int64_t after,
                                                                             std::size_t limit,
                                                                             bool with_facts) {
  if (tail.covers(after)) co_return tail.page(after, limit);
  auto read = co_await on_pool([this, after, limit, with_facts]() -> Result<std::vector<TailEntry>> {
    TRY(auto page, backend.journal(after, limit));
    std::vector<TailEntry> entries;
    for (auto& entry : page.entries) {
      EventFacts facts;
      if (with_facts) facts = facts_of(backend, entry.bytes);
      entries.push_back({static_cast<std::int64_t>(entry.sequence),
                         std::make_shared<const std::string>(std::move(entry.bytes)), std::move(facts)});
    }
    return entries;
  });
  co_return read;
}

asio::awaitable<void> Server::State::serve_events(Stream stream, Upgrade upgrade, bool over_tcp) {
  stream.bytes().expires_never();
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
  subscription->over_tcp = over_tcp;
  const Listed<Subscription> listed(subscriptions, *subscription);
  co_await (read_acknowledgements(socket, *subscription) || send_events(socket, *subscription) ||
            mind_slow(socket, *subscription));
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
  subscription.told = subscription.after;
  subscription.credit = subscribe.credit;
  subscription.filter = subscribe.filter;
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
    const bool behind = subscription.after > subscription.told;
    const auto due = subscription.bookmarked + kBookmarkInterval;
    if (behind && std::chrono::steady_clock::now() >= due) co_await send_bookmark(socket, subscription);
    if (subscription.progress) co_await send_progress(socket, subscription);
    co_await subscription.wake.wait_until(
        subscription.after > subscription.told ? due : asio::steady_timer::time_point::max());
  }
  if (subscription.refused.empty()) {
    co_await end_stream(socket, "stopping", websocket::close_code::going_away);
  } else if (subscription.refused == kReloaded) {
    co_await end_stream(socket, kReloaded, websocket::close_code::service_restart);
  } else if (subscription.refused == kSlow) {
    co_await end_stream(socket, kSlow, websocket::close_code::try_again_later);
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
  const bool filtered = !subscription.filter.empty();
  const std::size_t limit = filtered ? kEventPage : std::min(subscription.credit, kEventPage);
  const auto page = co_await entries_after(subscription.after, limit, filtered);
  if (!page) {
    subscription.refused = page.error().code;
    co_return true;
  }
  for (const TailEntry& entry : page.value()) {
    if (stopping || !subscription.refused.empty() || subscription.credit == 0) break;
    // Before the write: the acknowledgement may be here before the write's own end is seen.
    subscription.after = entry.sequence;
    if (filtered && !subscription.filter.lets_through(entry.facts)) continue;
    co_await send_entry(socket, subscription, entry);
  }
  if (subscription.after - subscription.told >= kBookmarkEntries)
    co_await send_bookmark(socket, subscription);
  co_return !page.value().empty();
}

asio::awaitable<void> Server::State::send_entry(EventSocket& socket, Subscription& subscription,
                                                const TailEntry& entry) {
  --subscription.credit;
  subscription.told = entry.sequence;
  subscription.writing_since = std::chrono::steady_clock::now();
  co_await socket.async_write(asio::buffer(*entry.bytes), asio::use_awaitable);
  subscription.writing_since.reset();
}

// Costs no credit: it is short, and comes at most as often as its interval or its count allow.
asio::awaitable<void> Server::State::send_bookmark(EventSocket& socket, Subscription& subscription) {
  subscription.told = subscription.after;
  subscription.bookmarked = std::chrono::steady_clock::now();
  const std::string bookmark = bookmark_message(options.source, epoch, subscription.after, clock.now());
  co_await socket.async_write(asio::buffer(bookmark), asio::use_awaitable);
}

asio::awaitable<void> Server::State::send_progress(EventSocket& socket, Subscription& subscription) {
  const auto progress = co_await on_pool([this] { return backend.progress(); });
  if (progress.version == subscription.progress_version) co_return;
  subscription.progress_version = progress.version;
  co_await socket.async_write(asio::buffer(progress.bytes), asio::use_awaitable);
}

// Whether more is due to the client than the station holds back for one.
asio::awaitable<bool> Server::State::is_slow(const Subscription& subscription) {
  std::size_t bytes = 0;
  std::int64_t after = subscription.after;
  for (std::size_t credit = subscription.credit; credit > 0 && bytes < options.limits.slow_bytes;) {
    const auto page = co_await entries_after(after, std::min(credit, kEventPage), false);
    if (!page || page.value().empty()) break;
    for (const TailEntry& entry : page.value()) bytes += entry.bytes->size();
    after = page.value().back().sequence;
    credit -= page.value().size();
  }
  co_return bytes >= options.limits.slow_bytes;
}

// A client that takes nothing while much is due to it is told why and let go: it comes again with its cursor.
// What is under way to it has as long again to be taken.
asio::awaitable<void> Server::State::mind_slow(EventSocket& socket, Subscription& subscription) {
  asio::steady_timer timer(context);
  const auto limit = options.limits.slow;
  for (bool slow = false; !slow;) {
    timer.expires_after(limit / 2);
    co_await timer.async_wait(asio::use_awaitable);
    const auto since = subscription.writing_since;
    if (!since || std::chrono::steady_clock::now() - *since < limit) continue;
    slow = co_await is_slow(subscription);
    // It may have gone on meanwhile.
    slow = slow && subscription.writing_since == since;
  }
  subscription.refused = kSlow;
  subscription.wake.wake();
  timer.expires_after(limit);
  co_await timer.async_wait(asio::use_awaitable);
  socket.next_layer().bytes().close();
}

asio::awaitable<void> Server::State::end_stream(EventSocket& socket, std::string reason,
                                                websocket::close_code code) {
  const std::string bye = bye_message(options.source, reason, clock.now());
  co_await socket.async_write(asio::buffer(bye), asio::use_awaitable);
  error_code ignored;
  co_await socket.async_close({code, reason}, asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace imprimatur::api
