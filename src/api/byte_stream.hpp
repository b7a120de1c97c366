// One accepted connection's bytes, whatever carries them: a Unix socket, or TLS over TCP (tls.cpp). HTTP and
// WebSocket are compiled once, over `Stream`, and not once for every transport. Network thread only.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <chrono>
#include <memory>

namespace imprimatur::api {

namespace asio = boost::asio;
using boost::system::error_code;

// A completion handler of any kind: called once, on the network thread. (Boost 1.82 has
// any_completion_handler.)
class Done {
 public:
  template <class Handler, class = std::enable_if_t<!std::is_same_v<std::decay_t<Handler>, Done>>>
  explicit Done(Handler&& handler)
      : held_(std::make_unique<Held<std::decay_t<Handler>>>(std::forward<Handler>(handler))) {}
  void operator()(const error_code& ec, std::size_t bytes) { std::exchange(held_, nullptr)->call(ec, bytes); }

  // Cancelling the coroutine reaches the socket.
  using cancellation_slot_type = asio::cancellation_slot;
  cancellation_slot_type get_cancellation_slot() const noexcept { return held_->slot(); }

 private:
  struct Base {
    virtual ~Base() = default;
    virtual void call(const error_code& ec, std::size_t bytes) = 0;
    virtual asio::cancellation_slot slot() const noexcept = 0;
  };
  template <class Handler>
  struct Held final : Base {
    template <class From>
    explicit Held(From&& from) : handler(std::forward<From>(from)) {}
    void call(const error_code& ec, std::size_t bytes) override { std::move(handler)(ec, bytes); }
    asio::cancellation_slot slot() const noexcept override {
      return asio::get_associated_cancellation_slot(handler);
    }
    Handler handler;
  };
  std::unique_ptr<Base> held_;
};

// Parts of one write, the empty ones left out; by value, since a write outlives the call that began it.
class WriteParts {
 public:
  using value_type = asio::const_buffer;
  using const_iterator = const asio::const_buffer*;
  template <class Buffers>
  explicit WriteParts(const Buffers& buffers) {
    for (auto part = asio::buffer_sequence_begin(buffers);
         part != asio::buffer_sequence_end(buffers) && count_ < parts_.size(); ++part) {
      const asio::const_buffer buffer(*part);
      if (buffer.size() > 0) parts_[count_++] = buffer;
    }
  }
  WriteParts(const WriteParts&) = default;
  WriteParts& operator=(const WriteParts&) = default;
  const_iterator begin() const { return parts_.data(); }
  const_iterator end() const { return parts_.data() + count_; }

 private:
  std::array<asio::const_buffer, 8> parts_;
  std::size_t count_ = 0;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual asio::any_io_executor executor() = 0;
  virtual void read_some(asio::mutable_buffer into, Done done) = 0;
  virtual void write_some(const WriteParts& parts, Done done) = 0;
  // All that is under way together must end by then; later it ends as timed out and the stream is closed.
  virtual void expires_after(std::chrono::milliseconds limit) = 0;
  virtual void expires_never() = 0;
  virtual void close() = 0;
  // Says that nothing follows and reads what still comes, so that the other end comes to reading what was
  // said last (RFC 9112 section 9.6); then closes. Bounded in time and bytes.
  virtual asio::awaitable<void> finish() = 0;
};

// What Asio and Beast take for a stream (AsyncStream). Moves; owns the connection.
class Stream {
 public:
  using executor_type = asio::any_io_executor;
  explicit Stream(std::unique_ptr<ByteStream> bytes) : bytes_(std::move(bytes)) {}

  executor_type get_executor() { return bytes_->executor(); }
  ByteStream& bytes() { return *bytes_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, asio::mutable_buffer into) {
          bytes_->read_some(into, Done(std::move(handler)));
        },
        token, first_of(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this](auto handler, const WriteParts& parts) {
          bytes_->write_some(parts, Done(std::move(handler)));
        },
        token, WriteParts(buffers));
  }

 private:
  template <class Buffers>
  static asio::mutable_buffer first_of(const Buffers& buffers) {
    for (auto part = asio::buffer_sequence_begin(buffers); part != asio::buffer_sequence_end(buffers);
         ++part) {
      const asio::mutable_buffer buffer(*part);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  std::unique_ptr<ByteStream> bytes_;
};

// How Beast's WebSocket ends a stream that it was given (its customisation points).
void beast_close_socket(Stream& stream);
void teardown(boost::beast::role_type role, Stream& stream, error_code& ec);
void begin_teardown(Stream& stream, Done done);
template <class Handler>
void async_teardown(boost::beast::role_type, Stream& stream, Handler&& handler) {
  begin_teardown(stream, Done([held = std::forward<Handler>(handler)](
                                  const error_code& ec, std::size_t) mutable { std::move(held)(ec); }));
}

// A connection on a Unix socket.
std::unique_ptr<ByteStream> unix_stream(asio::local::stream_protocol::socket socket);

}  // namespace imprimatur::api
