// The end of a connection over a socket: says that nothing follows and reads what still comes, so that the
// other end comes to reading what was said last (RFC 9112 section 9.6). Private to the streams.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>

#include "api/byte_stream.hpp"

namespace imprimatur::api {

inline constexpr std::chrono::seconds kLinger{2};
inline constexpr std::size_t kLingerBytesMax = 64U << 20;

template <class SocketStream>
asio::awaitable<void> linger(SocketStream& stream) {
  error_code ec;
  stream.socket().shutdown(asio::socket_base::shutdown_send, ec);
  stream.expires_after(kLinger);
  std::array<char, 16 << 10> rest{};
  for (std::size_t read = 0; !ec && read < kLingerBytesMax;) {
    read +=
        co_await stream.async_read_some(asio::buffer(rest), asio::redirect_error(asio::use_awaitable, ec));
  }
  stream.close();
}

}  // namespace imprimatur::api
