#include "api/server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "api/event_messages.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Socket = asio::local::stream_protocol::socket;
using EventSocket = beast::websocket::stream<Socket>;

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.socket = folder_ / "api.sock";
    options.source = "urn:imprimatur:test";
    options.body_bytes_max = 1000;
    auto started = Server::start(options, backend_, clock_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(started).value();
  }

  Socket connect() {
    Socket socket(context_);
    socket.connect(asio::local::stream_protocol::endpoint((folder_ / "api.sock").string()));
    return socket;
  }
  static http::response<http::string_body> ask(Socket& socket, http::verb method, const std::string& target,
                                               const std::string& body = {}) {
    http::request<http::string_body> request(method, target, 11);
    request.set(http::field::host, "localhost");
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(socket, buffer, response);
    return response;
  }
  EventSocket subscribe(const Subscribe& subscription) {
    EventSocket socket(connect());
    socket.set_option(beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
      request.set(http::field::sec_websocket_protocol, "cloudevents.json");
    }));
    socket.handshake("localhost", "/v1/events");
    socket.write(asio::buffer(subscribe_message(subscription)));
    return socket;
  }
  static std::string next(EventSocket& socket) {
    beast::flat_buffer buffer;
    socket.read(buffer);
    return beast::buffers_to_string(buffer.data());
  }
  void add_entries(int count) {
    for (int i = 0; i < count; ++i) backend_.add_entry();
    server_->wake_subscribers();
  }
  static std::string entry(int sequence) {
    return "{\"sequence\":\"" + std::to_string(sequence) + "\",\"type\":\"org.imprimatur.test.v1\"}";
  }

  test_support::TemporaryFolder folder_;
  FakeBackend backend_;
  SystemClock clock_;
  std::unique_ptr<Server> server_;
  asio::io_context context_;
};

TEST_F(ServerTest, AnswersManyRequestsOnOneConnection) {
  Socket socket = connect();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask(socket, http::verb::get, "/healthz").result_int(), 200U);
  EXPECT_EQ(ask(socket, http::verb::get, "/v1/none").result_int(), 404U);
}

TEST_F(ServerTest, RefusesABodyThatIsTooLarge) {
  Socket socket = connect();
  EXPECT_EQ(ask(socket, http::verb::post, "/v1/jobs", std::string(2000, 'x')).result_int(), 413U);
}

TEST_F(ServerTest, StreamsTheStoredBytesInOrderAndGoesOnWhenTheJournalGrows) {
  add_entries(100);
  EventSocket socket = subscribe({.after = 9, .epoch = "e1", .credit = 1000});
  for (int i = 10; i < 100; ++i) ASSERT_EQ(next(socket), entry(i));
  add_entries(1);
  EXPECT_EQ(next(socket), entry(100));
}

TEST_F(ServerTest, StopsAtTheCreditUntilItIsRenewed) {
  add_entries(10);
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 3});
  for (int i = 0; i < 3; ++i) ASSERT_EQ(next(socket), entry(i));
  // Whatever came now would be beyond the credit: only the acknowledgement brings the fourth.
  backend_.set_progress("{\"never\":\"asked for\"}");
  server_->wake_subscribers();
  socket.write(asio::buffer(acknowledge_message({.after = 2, .credit = 1})));
  EXPECT_EQ(next(socket), entry(3));
}

TEST_F(ServerTest, TellsAClientOfAnotherEpochWhereToBegin) {
  add_entries(2);
  EventSocket socket = subscribe({.after = 1, .epoch = "other", .credit = 10});
  const auto resync = parse_json_object(next(socket)).value();
  EXPECT_EQ(resync.at("type"), "org.imprimatur.control.resync.v1");
  EXPECT_EQ(resync.at("data").as_object().at("epoch"), "e1");
  EXPECT_EQ(next(socket), entry(0));
}

TEST_F(ServerTest, SendsProgressOnlyToThoseWhoAsk) {
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 10, .progress = true});
  backend_.set_progress("{\"progress\":1}");
  server_->wake_subscribers();
  EXPECT_EQ(next(socket), "{\"progress\":1}");
}

TEST_F(ServerTest, ClosesOnAMessageThatIsNoSubscription) {
  EventSocket socket(connect());
  socket.handshake("localhost", "/v1/events");
  socket.write(asio::buffer(std::string("{}")));
  EXPECT_NE(next(socket).find("control.bye"), std::string::npos);
}

TEST_F(ServerTest, SaysGoodbyeAndEndsWhileClientsAreConnected) {
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 10});
  Socket idle = connect();
  add_entries(1);
  ASSERT_EQ(next(socket), entry(0));
  const auto began = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  EXPECT_NE(next(socket).find("control.bye"), std::string::npos);
}

TEST_F(ServerTest, SurvivesClientsThatVanish) {
  add_entries(1000);
  for (int i = 0; i < 20; ++i) {
    EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 10000});
    next(socket);
  }
  Socket socket = connect();
  EXPECT_EQ(ask(socket, http::verb::get, "/healthz").result_int(), 200U);
}

// A client that we did not write.
TEST_F(ServerTest, SpeaksWithPythonWebsockets) {
  add_entries(5);
  const std::string program =
      "import asyncio,websockets\n"
      "async def main():\n"
      "  async with websockets.unix_connect(\"" +
      (folder_ / "api.sock").string() +
      "\", uri=\"ws://localhost/v1/events\", subprotocols=[\"cloudevents.json\"]) as ws:\n"
      "    await ws.send(open(\"" +
      (folder_ / "subscribe.json").string() +
      "\").read())\n"
      "    for i in range(5): print(await ws.recv())\n"
      "    print(ws.subprotocol)\n"
      "asyncio.run(main())\n";
  const auto write = [this](const std::string& name, const std::string& text) {
    FILE* file = std::fopen((folder_ / name).c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fwrite(text.data(), 1, text.size(), file);
    std::fclose(file);
  };
  write("subscribe.json", subscribe_message({.after = -1, .epoch = {}, .credit = 10}));
  write("client.py", program);
  const auto result = test_support::run_command("/usr/bin/python3 " + (folder_ / "client.py").string());
  std::string expected;
  for (int i = 0; i < 5; ++i) expected += entry(i) + "\n";
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.output, expected + "cloudevents.json\n");
}

}  // namespace
}  // namespace imprimatur::api
