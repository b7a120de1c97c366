#include "api/byte_stream.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "api/linger.hpp"

namespace imprimatur::api {
namespace {

class UnixStream final : public ByteStream {
 public:
  using Socket = asio::local::stream_protocol::socket;
  explicit UnixStream(Socket socket) : stream_(std::move(socket)) {}

  asio::any_io_executor executor() override { return stream_.get_executor(); }
  void read_some(asio::mutable_buffer into, Done done) override {
    stream_.async_read_some(into, std::move(done));
  }
  void write_some(const WriteParts& parts, Done done) override {
    stream_.async_write_some(parts, std::move(done));
  }
  void expires_after(std::chrono::milliseconds limit) override { stream_.expires_after(limit); }
  void expires_never() override { stream_.expires_never(); }
  void close() override { stream_.close(); }
  asio::awaitable<void> finish() override { return linger(stream_); }

 private:
  boost::beast::basic_stream<asio::local::stream_protocol> stream_;
};

}  // namespace

void beast_close_socket(Stream& stream) {
  stream.bytes().close();
}

void teardown(boost::beast::role_type, Stream& stream, error_code& ec) {
  stream.bytes().close();
  ec = {};
}

void begin_teardown(Stream& stream, Done done) {
  asio::co_spawn(
      stream.get_executor(), [bytes = &stream.bytes()] { return bytes->finish(); },
      [held = std::move(done)](const std::exception_ptr&) mutable { held({}, 0); });
}

std::unique_ptr<ByteStream> unix_stream(asio::local::stream_protocol::socket socket) {
  return std::make_unique<UnixStream>(std::move(socket));
}

}  // namespace imprimatur::api
