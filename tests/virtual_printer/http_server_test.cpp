#include "devices/virtual_printer/http_server.hpp"

#include <gtest/gtest.h>

#include "tests/virtual_printer/raw_client.hpp"

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using tests::RawClient;

std::unique_ptr<HttpServer> serve(HttpServerSettings settings = {}) {
  auto server = HttpServer::start(settings, [](std::string_view resource, ByteView body) {
    if (resource == "/lost") return HttpReply{.body = {}, .lost = true};
    if (resource == "/absent") return HttpReply{.status = 404, .body = {}};
    return HttpReply{.body = concat({bytes_of("got "), body})};
  });
  EXPECT_TRUE(server) << server.error().message;
  return std::move(server).value();
}

std::string post(std::string_view path, std::string_view body, std::string_view type = "application/ipp") {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + std::string(type) +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(HttpServer, AnswersOneRequestAfterTheOtherOnAConnection) {
  const auto server = serve();
  const RawClient client(server->port());
  client.send(post("/ipp/print/card-1", "one"));
  const std::string first = client.read_until("got one");
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200")) << first;
  EXPECT_NE(first.find("application/ipp"), std::string::npos);
  client.send(post("/ipp/print/card-1", "two"));
  EXPECT_NE(client.read_until("got two").find("got two"), std::string::npos);
}

TEST(HttpServer, ReadsChunkedBodiesAndSaysToContinue) {
  const auto server = serve();
  const RawClient client(server->port());
  client.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ipp\r\nExpect: 100-continue\r\n"
      "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(client.read_until("\r\n\r\n").starts_with("HTTP/1.1 100"));
  client.send("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  EXPECT_NE(client.read_until("got abcde").find("got abcde"), std::string::npos);
}

TEST(HttpServer, RefusesWhatIsNotAPostOfIpp) {
  const auto server = serve();
  const auto ask = [&server](const std::string& request) {
    const RawClient client(server->port());
    client.send(request);
    return client.read_all().substr(0, 12);
  };
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(ask(post("/", "x", "text/plain")), "HTTP/1.1 415");
  EXPECT_EQ(ask(post("/absent", "x")), "HTTP/1.1 404");
  EXPECT_EQ(ask("FLY / HTTP/1.1\r\n\r\n"), "HTTP/1.1 400");
}

TEST(HttpServer, ClosesWithoutAWordWhenTheReplyIsLost) {
  const auto server = serve();
  const RawClient client(server->port());
  client.send(post("/lost", "x"));
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, LimitsTheSizeOfARequest) {
  const auto server = serve({.body_max = 1'000});
  const RawClient fits(server->port());
  fits.send(post("/", std::string(1'000, 'x')));
  EXPECT_TRUE(fits.read_until("\r\n\r\n").starts_with("HTTP/1.1 200"));
  const RawClient too_large(server->port());
  too_large.send(post("/", std::string(1'001, 'x')));
  EXPECT_TRUE(too_large.read_all().starts_with("HTTP/1.1 413"));
}

TEST(HttpServer, LimitsTheNumberOfConnectionsAndGivesPlacesBack) {
  const auto server = serve({.connections_max = 2});
  {
    const RawClient first(server->port()), second(server->port());
    first.send(post("/", "1"));
    second.send(post("/", "2"));
    EXPECT_NE(first.read_until("got 1"), "");
    EXPECT_NE(second.read_until("got 2"), "");
    const RawClient third(server->port());
    EXPECT_TRUE(third.read_all().starts_with("HTTP/1.1 503"));
  }
  // The places come back when the server has seen that the clients are gone.
  std::string answer;
  for (int i = 0; i < 10'000 && !answer.starts_with("HTTP/1.1 200"); ++i) {
    const RawClient again(server->port());
    again.send(post("/", "3"));
    answer = again.read_until("\r\n\r\n");
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200"));
}

TEST(HttpServer, DropsASilentClient) {
  const auto server = serve({.idle_max = 50ms});
  const RawClient client(server->port());
  client.send("POST / HT");
  EXPECT_EQ(client.read_all().find("200"), std::string::npos);
}

TEST(HttpServer, StopsWithClientsConnected) {
  auto server = serve();
  const RawClient client(server->port());
  client.send(post("/", "1"));
  EXPECT_NE(client.read_until("got 1"), "");
  server.reset();
  EXPECT_EQ(client.read_all(), "");
}

TEST(HttpServer, SaysThatAPortIsTaken) {
  const auto server = serve();
  const auto second =
      HttpServer::start({.port = server->port()}, [](std::string_view, ByteView) { return HttpReply{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, "virtual_printer.listen");
}

}  // namespace
}  // namespace imprimatur::devices
