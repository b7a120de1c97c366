#include "api/server.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <fstream>
#include <sstream>
#include <thread>

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
    auto started = Server::start(options(), backend_, clock_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(started).value();
  }

  ServerOptions options() const {
    ServerOptions options;
    options.socket = folder_ / "api.sock";
    options.source = "urn:imprimatur:test";
    options.people = People::create({{"person-1", roles_, ::getuid(), {}, {}}}).value();
    options.limits.body_bytes_max = 1000;
    options.limits.connections_max = 80;
    options.limits.person_connections_max = 100;
    return options;
  }
  static std::string start_error(const ServerOptions& options, Backend& backend, const Clock& clock) {
    auto started = Server::start(options, backend, clock);
    return started ? "" : started.error().code;
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
  // What the server says to the text, until it closes.
  std::string raw(const std::string& text) {
    Socket socket = connect();
    asio::write(socket, asio::buffer(text));
    std::string answer;
    boost::system::error_code ec;
    asio::read(socket, asio::dynamic_buffer(answer), ec);
    return answer;
  }
  EventSocket open_events() {
    EventSocket socket(connect());
    socket.set_option(beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
      request.set(http::field::sec_websocket_protocol, "cloudevents.avro, cloudevents.json");
    }));
    beast::websocket::response_type response;
    socket.handshake(response, "localhost", "/v1/events");
    EXPECT_EQ(response[http::field::sec_websocket_protocol], "cloudevents.json");
    socket.text(true);
    return socket;
  }
  EventSocket subscribe(const Subscribe& subscription) {
    EventSocket socket = open_events();
    socket.write(asio::buffer(subscribe_message(subscription)));
    return socket;
  }
  // Reads the goodbye and the close that must follow; gives the reason.
  static std::string goodbye(EventSocket& socket) {
    const auto bye = parse_json_object(next(socket)).value();
    EXPECT_EQ(bye.at("type"), "org.imprimatur.control.bye.v1");
    beast::flat_buffer buffer;
    boost::system::error_code ec;
    socket.read(buffer, ec);
    EXPECT_EQ(ec, beast::websocket::error::closed);
    return std::string(bye.at("data").as_object().at("reason").as_string());
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
  RoleSet roles_ = RoleSet::all();
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

// Peers of a Unix socket are known by their uid; one that no entry names gets nothing but the health.
TEST(ServerWithoutPeople, ServesNothingButItsHealth) {
  test_support::TemporaryFolder folder;
  FakeBackend backend;
  SystemClock clock;
  ServerOptions options;
  options.socket = folder / "api.sock";
  auto server = Server::start(options, backend, clock);
  ASSERT_TRUE(server) << server.error().message;
  const auto curl = [&](const std::string& arguments) {
    return test_support::run_command("curl -s -o /dev/null -w %{http_code} --unix-socket " +
                                     (folder / "api.sock").string() + " " + arguments)
        .output;
  };
  EXPECT_EQ(curl("http://localhost/healthz"), "200");
  EXPECT_EQ(curl("http://localhost/v1/station"), "403");
  EXPECT_EQ(curl("http://localhost/v1/events"), "403");
  EXPECT_EQ(curl("-H Upgrade:websocket -H Connection:Upgrade -H Sec-WebSocket-Version:13 "
                 "-H Sec-WebSocket-Key:dGhlIHNhbXBsZSBub25jZQ== -H Sec-WebSocket-Protocol:cloudevents.json "
                 "http://localhost/v1/events"),
            "403");
}

TEST_F(ServerTest, AnswersRequestsThatCameInOnePacketInTheirOrder) {
  const std::string answers =
      raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
          "GET /v1/none HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const auto first = answers.find("HTTP/1.1 200");
  const auto second = answers.find("HTTP/1.1 404");
  EXPECT_EQ(first, 0U) << answers;
  ASSERT_NE(second, std::string::npos) << answers;
  EXPECT_NE(answers.find("urn:imprimatur:problem:api.not_found", second), std::string::npos);
}

TEST_F(ServerTest, RefusesABodyThatIsTooLargeEvenOfAClientThatWritesItAllFirst) {
  Socket socket = connect();
  const auto answer = ask(socket, http::verb::post, "/v1/jobs", std::string(8 << 20, 'x'));
  EXPECT_EQ(answer.result_int(), 413U);
  EXPECT_EQ(answer[http::field::content_type], "application/problem+json");
  EXPECT_FALSE(answer.keep_alive());
}

TEST_F(ServerTest, TellsAClientThatWaitsForItToGoOnWithTheBody) {
  EXPECT_EQ(raw("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nnew")
                .find("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202"),
            0U);
  EXPECT_EQ(raw("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3000\r\n\r\n")
                .find("HTTP/1.1 413"),
            0U);
}

TEST_F(ServerTest, AnswersWhatIsNoRequestWithAProblem) {
  const std::string target = raw("GET /v1/jobs%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(target.find("HTTP/1.1 400"), 0U) << target;
  EXPECT_NE(target.find("urn:imprimatur:problem:api.target"), std::string::npos) << target;
  for (const std::string& text :
       {std::string("\x16\x03\x01 hello\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        "GET /" + std::string(20000, 'a') + " HTTP/1.1\r\n\r\n"}) {
    const std::string answer = raw(text);
    EXPECT_EQ(answer.find("HTTP/1.1 400"), 0U) << answer;
    EXPECT_NE(answer.find("urn:imprimatur:problem:api.http"), std::string::npos) << answer;
  }
}

TEST_F(ServerTest, AnswersHeadWithTheHeadersOnly) {
  const std::string answer = raw("HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.find("HTTP/1.1 200"), 0U) << answer;
  EXPECT_NE(answer.find("Content-Length: 15\r\n"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, TellsAClientThatIsOneTooMany) {
  std::vector<Socket> clients;
  for (std::size_t i = 0; i < 80; ++i) clients.push_back(connect());
  // All are served, so all are counted.
  for (Socket& client : clients) ASSERT_EQ(ask(client, http::verb::get, "/healthz").result_int(), 200U);
  const std::string answer = raw("");
  EXPECT_EQ(answer.find("HTTP/1.1 503"), 0U) << answer;
  EXPECT_NE(answer.find("urn:imprimatur:problem:api.busy"), std::string::npos) << answer;
}

TEST_F(ServerTest, TellsAPersonThatHasMoreConnectionsThanOneMayHave) {
  server_->stop();
  ServerOptions few = options();
  few.limits.person_connections_max = 3;
  server_ = Server::start(few, backend_, clock_).value();
  std::vector<Socket> clients;
  for (std::size_t i = 0; i < 3; ++i) clients.push_back(connect());
  for (Socket& client : clients) ASSERT_EQ(ask(client, http::verb::get, "/healthz").result_int(), 200U);
  Socket fourth = connect();
  const auto answer = ask(fourth, http::verb::get, "/healthz");
  EXPECT_EQ(answer.result_int(), 429U);
  EXPECT_EQ(answer["Retry-After"], "1");
  EXPECT_FALSE(answer.keep_alive());
  const auto problem = parse_json_object(answer.body()).value();
  EXPECT_EQ(member_text(problem, "title").value(), "api.person_connections");
  EXPECT_EQ(member_text(problem, "field").value(), "person-1");
  // What they had goes on, and one that ends makes room.
  for (Socket& client : clients) EXPECT_EQ(ask(client, http::verb::get, "/healthz").result_int(), 200U);
  clients.pop_back();
  unsigned status = 429;
  for (int i = 0; i < 500 && status == 429; ++i) {  // until the server has noticed
    Socket again = connect();
    status = ask(again, http::verb::get, "/healthz").result_int();
  }
  EXPECT_EQ(status, 200U);
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

TEST_F(ServerTest, TellsAClientThatKnowsMoreThanTheJournalWhereToBegin) {
  add_entries(2);
  EventSocket socket = subscribe({.after = 2, .epoch = "e1", .credit = 10});
  EXPECT_NE(next(socket).find("control.resync"), std::string::npos);
  EXPECT_EQ(next(socket), entry(0));
}

// The CloudEvents binding, section 1.4: the client offers the formats it reads.
TEST_F(ServerTest, RefusesAClientThatDoesNotOfferCloudEventsAsJson) {
  for (const char* offer : {"", "cloudevents.avro", "xcloudevents.json", "cloudevents.jsonx"}) {
    EventSocket socket(connect());
    socket.set_option(
        beast::websocket::stream_base::decorator([offer](beast::websocket::request_type& request) {
          if (*offer != '\0') request.set(http::field::sec_websocket_protocol, offer);
        }));
    beast::websocket::response_type response;
    boost::system::error_code ec;
    socket.handshake(response, "localhost", "/v1/events", ec);
    EXPECT_EQ(ec, beast::websocket::error::upgrade_declined) << offer;
    EXPECT_EQ(response.result_int(), 400U) << offer;
    EXPECT_EQ(response.count(http::field::sec_websocket_protocol), 0U) << offer;
  }
}

TEST_F(ServerTest, ClosesOnAMessageThatIsNoSubscription) {
  EventSocket text = open_events();
  text.write(asio::buffer(std::string("{}")));
  EXPECT_EQ(goodbye(text), "api.control");
  EXPECT_EQ(text.reason().code, beast::websocket::close_code::policy_error);
  EventSocket binary = open_events();
  binary.binary(true);
  binary.write(asio::buffer(subscribe_message({.after = -1, .epoch = {}, .credit = 1})));
  EXPECT_EQ(goodbye(binary), "api.control");
}

TEST_F(ServerTest, ClosesOnAnAcknowledgementOfWhatWasNotSent) {
  add_entries(2);
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 1});
  ASSERT_EQ(next(socket), entry(0));
  socket.write(asio::buffer(acknowledge_message({.after = 1, .credit = 1})));
  EXPECT_EQ(goodbye(socket), "api.control");
}

TEST_F(ServerTest, SaysSoWhenTheJournalCannotBeRead) {
  add_entries(1);
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 10});
  ASSERT_EQ(next(socket), entry(0));
  backend_.journal_fails = true;
  server_->wake_subscribers();
  EXPECT_EQ(goodbye(socket), "ledger.store");
  EXPECT_EQ(socket.reason().code, beast::websocket::close_code::internal_error);
}

TEST_F(ServerTest, ServesFiftySubscribersAtOnce) {
  std::vector<EventSocket> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(subscribe({.after = -1, .epoch = {}, .credit = 1000}));
  add_entries(200);
  for (EventSocket& client : clients) {
    for (int i = 0; i < 200; ++i) ASSERT_EQ(next(client), entry(i));
  }
}

TEST_F(ServerTest, AClientThatDoesNotReadHoldsUpNobody) {
  add_entries(9000);
  EventSocket silent = subscribe({.after = -1, .epoch = {}, .credit = 9000});
  EventSocket reading = subscribe({.after = -1, .epoch = {}, .credit = 9000});
  for (int i = 0; i < 9000; ++i) ASSERT_EQ(next(reading), entry(i));
}

TEST_F(ServerTest, SaysGoodbyeAndEndsWhileClientsAreConnected) {
  EventSocket socket = subscribe({.after = -1, .epoch = {}, .credit = 10});
  Socket idle = connect();
  EventSocket undecided = open_events();
  add_entries(1);
  ASSERT_EQ(next(socket), entry(0));
  const auto began = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(3));
  EXPECT_NE(next(socket).find("\"reason\":\"stopping\""), std::string::npos);
}

TEST_F(ServerTest, DoesNotWaitForConnectionsThatAskNothing) {
  Socket idle = connect();
  ASSERT_EQ(ask(idle, http::verb::get, "/healthz").result_int(), 200U);
  Socket half = connect();
  asio::write(half, asio::buffer(std::string("GET /healthz HT")));
  const auto began = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "api.sock"));
}

TEST_F(ServerTest, TakesThePlaceOfASocketThatNobodyListensOn) {
  ServerOptions stale = options();
  stale.socket = folder_ / "stale.sock";
  {
    // A socket whose owner was killed stays as a file.
    asio::local::stream_protocol::acceptor left(context_, stale.socket.string());
  }
  ASSERT_TRUE(std::filesystem::exists(stale.socket));
  EXPECT_EQ(start_error(stale, backend_, clock_), "");
}

TEST_F(ServerTest, TakesNothingThatBelongsToOthers) {
  EXPECT_EQ(start_error(options(), backend_, clock_), "api.listen");  // this very server listens
  ServerOptions other = options();
  other.socket = folder_ / "notes.txt";
  std::ofstream(other.socket) << "keep me";
  EXPECT_EQ(start_error(other, backend_, clock_), "api.listen");
  EXPECT_EQ(std::filesystem::file_size(other.socket), 7U);
  other.socket = folder_ / std::string(120, 'x');
  EXPECT_EQ(start_error(other, backend_, clock_), "api.listen");
  other.socket = folder_ / "no-folder/api.sock";
  EXPECT_EQ(start_error(other, backend_, clock_), "api.listen");
}

TEST_F(ServerTest, TellsAClientWithAFilterHowFarItHasLooked) {
  for (int i = 0; i < 250; ++i) {
    backend_.add_entry("{\"data\":{\"job\":\"" + std::string(i == 120 ? "j1" : "other") +
                       "\"},\"sequence\":\"" + std::to_string(i) +
                       "\",\"type\":\"org.imprimatur.attempt.begun.v1\"}");
  }
  server_->wake_subscribers();
  EventSocket socket =
      subscribe({.after = -1, .epoch = {}, .credit = 10, .filter = {"spring", "", "j1", {}}});
  std::vector<std::string> told;
  for (std::int64_t last = -1; last < 249;) {
    const auto message = parse_json_object(next(socket)).value();
    const bool bookmark = message.at("type") == "org.imprimatur.control.bookmark.v1";
    told.push_back(bookmark ? "bookmark" : std::string(message.at("sequence").as_string()));
    if (!bookmark) continue;
    EXPECT_GT(message.at("data").as_object().at("after").as_int64(), last);
    EXPECT_EQ(message.at("data").as_object().at("epoch"), "e1");
    last = message.at("data").as_object().at("after").as_int64();
  }
  EXPECT_EQ(std::count(told.begin(), told.end(), "bookmark") + 1, static_cast<std::ptrdiff_t>(told.size()));
  EXPECT_EQ(std::count(told.begin(), told.end(), "120"), 1);
  // A bookmark may be acknowledged like an entry.
  socket.write(asio::buffer(acknowledge_message({.after = 249, .credit = 1})));
  backend_.add_entry(
      "{\"data\":{\"job\":\"j1\"},\"sequence\":\"250\",\"type\":\"org.imprimatur.job.issued.v1\"}");
  server_->wake_subscribers();
  EXPECT_NE(next(socket).find("\"250\""), std::string::npos);
}

// 4 MiB are due and not taken: the client hears why, as soon as it reads, and comes again with its cursor.
TEST(ServerWithSlowClients, LetsGoOfAClientThatTakesNothingAndLosesNothing) {
  test_support::TemporaryFolder folder;
  FakeBackend backend;
  SystemClock clock;
  ServerOptions options;
  options.socket = folder / "api.sock";
  options.people = People::create({{"person-1", RoleSet::all(), ::getuid(), {}, {}}}).value();
  options.limits.slow = std::chrono::milliseconds(300);
  auto server = Server::start(options, backend, clock);
  ASSERT_TRUE(server) << server.error().message;
  const std::string filler(3000, 'x');
  constexpr int kEntries = 3000;  // 9 MB
  for (int i = 0; i < kEntries; ++i) {
    backend.add_entry("{\"data\":{\"filler\":\"" + filler + "\"},\"sequence\":\"" + std::to_string(i) +
                      "\"}");
  }
  server.value()->wake_subscribers();
  asio::io_context context;
  const auto come = [&](std::int64_t after) {
    Socket socket(context);
    socket.connect(asio::local::stream_protocol::endpoint((folder / "api.sock").string()));
    EventSocket events(std::move(socket));
    events.set_option(beast::websocket::stream_base::decorator([](beast::websocket::request_type& request) {
      request.set(http::field::sec_websocket_protocol, "cloudevents.json");
    }));
    events.handshake("localhost", "/v1/events");
    events.text(true);
    events.write(asio::buffer(subscribe_message({.after = after, .epoch = {}, .credit = 10000})));
    return events;
  };
  // One that says nothing any more: the server hangs up, and what was under way is all that it has cost.
  EventSocket silent = come(-1);
  const auto began = std::chrono::steady_clock::now();
  int taken = 0;
  boost::system::error_code ec;
  test_support::run_command("sleep 1");
  for (std::string last; !ec;) {
    beast::flat_buffer buffer;
    silent.read(buffer, ec);
    if (!ec) ++taken;
  }
  EXPECT_LT(taken, kEntries);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  // It comes again and has everything.
  EventSocket again = come(taken - 1);
  for (int i = taken; i < kEntries; ++i) {
    beast::flat_buffer buffer;
    again.read(buffer);
    ASSERT_NE(beast::buffers_to_string(buffer.data()).find("\"sequence\":\"" + std::to_string(i) + "\""),
              std::string::npos);
  }
}

TEST_F(ServerTest, TakesABatchLineByLineAndAnswersEachInItsOrder) {
  ServerOptions small = options();
  small.socket = folder_ / "batch.sock";
  auto server = Server::start(small, backend_, clock_);
  ASSERT_TRUE(server);
  std::string body;
  std::string expected;
  for (int i = 0; i < 10000; ++i) {
    const bool bad = i % 1000 == 7;
    body += bad ? "bad\n" : "job-" + std::to_string(i) + "\r\n\n";
  }
  std::ofstream(folder_ / "batch.ndjson") << body;
  const std::string curl = "curl -s --unix-socket " + small.socket.string() +
                           " -w %{http_code} --data-binary @" + (folder_ / "batch.ndjson").string() +
                           " http://localhost/v1/jobs:batch";
  const auto answer = test_support::run_command(curl);
  std::istringstream lines(answer.output);
  int count = 0;
  for (std::string line; std::getline(lines, line) && line != "200"; ++count) {
    const auto object = parse_json_object(line).value();
    if (count % 1000 == 7) {
      ASSERT_EQ(object.at("status"), 422) << line;
      ASSERT_EQ(object.at("type"), "urn:imprimatur:problem:job.schema");
    } else {
      ASSERT_EQ(object.at("status"), 202) << line;
      ASSERT_EQ(object.at("id").as_string(), "job-" + std::to_string(count));
    }
  }
  EXPECT_EQ(count, 10000);
  EXPECT_TRUE(answer.output.ends_with("\n200"));
  EXPECT_GE(backend_.groups, 10000 / 64);  // groups go to the workers while the rest is on its way
  std::ofstream(folder_ / "batch.ndjson", std::ios::app) << "one more";
  EXPECT_NE(test_support::run_command(curl).output.find("api.batch_size"), std::string::npos);
  std::ofstream(folder_ / "batch.ndjson") << std::string(2000, 'x') << "\n";
  const auto too_long = test_support::run_command(curl).output;
  EXPECT_NE(too_long.find("api.too_large"), std::string::npos) << too_long;
}

TEST_F(ServerTest, AsksToComeAgainWhenItHasAsMuchToReadAsItTakes) {
  ServerOptions small = options();
  small.socket = folder_ / "small.sock";
  small.limits.intake_bytes_max = 1500;
  auto server = Server::start(small, backend_, clock_);
  ASSERT_TRUE(server);
  Socket first(context_);
  first.connect(asio::local::stream_protocol::endpoint(small.socket.string()));
  asio::write(first, asio::buffer("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n" +
                                  std::string(100, 'x')));
  const std::string curl = "curl -s -D - --unix-socket " + small.socket.string() + " --data " +
                           std::string(900, 'y') + " http://localhost/v1/jobs";
  std::string answer;
  for (int i = 0; i < 100 && answer.find("429") == std::string::npos; ++i) {
    answer = test_support::run_command(curl).output;  // until the first request's header has been read
  }
  EXPECT_EQ(answer.find("HTTP/1.1 429"), 0U) << answer;
  EXPECT_NE(answer.find("Retry-After: 1\r\n"), std::string::npos) << answer;
  EXPECT_NE(answer.find("urn:imprimatur:problem:api.intake_full"), std::string::npos) << answer;
  asio::write(first, asio::buffer(std::string(800, 'x')));
  std::array<char, 12> begin{};
  asio::read(first, asio::buffer(begin));
  EXPECT_EQ(std::string(begin.data(), begin.size()), "HTTP/1.1 202");
  EXPECT_EQ(test_support::run_command(curl).output.find("HTTP/1.1 202"), 0U);
}

TEST_F(ServerTest, ShedsClientsThatTakeForEverWithOneRequest) {
  ServerOptions impatient = options();
  impatient.socket = folder_ / "impatient.sock";
  impatient.limits.idle = std::chrono::milliseconds(1500);
  impatient.limits.header = std::chrono::milliseconds(300);
  impatient.limits.body = std::chrono::milliseconds(300);
  auto server = Server::start(impatient, backend_, clock_);
  ASSERT_TRUE(server);
  const auto hung_up_after = [&](const std::string& text) {
    Socket socket(context_);
    socket.connect(asio::local::stream_protocol::endpoint(impatient.socket.string()));
    asio::write(socket, asio::buffer(text));
    const auto began = std::chrono::steady_clock::now();
    std::string rest;
    boost::system::error_code ec;
    // A byte now and then does not help.
    std::thread dripping([&] {
      for (int i = 0; i < 50 && !ec; ++i) {
        boost::system::error_code ignored;
        if (!text.empty()) asio::write(socket, asio::buffer("x", 1), ignored);
        test_support::run_command("sleep 0.05");
        if (ignored) return;
      }
    });
    asio::read(socket, asio::dynamic_buffer(rest), ec);
    const auto took = std::chrono::steady_clock::now() - began;
    dripping.join();
    return std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  };
  EXPECT_LT(hung_up_after("GET /healthz HTTP/1.1\r\nX-Slow: "), 1400);
  EXPECT_LT(hung_up_after("POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n"), 1400);
  const auto idle = hung_up_after("");
  EXPECT_GE(idle, 1400);
  EXPECT_LT(idle, 4000);
}

TEST_F(ServerTest, AnswersALongPollWhenSomethingHappensOrItsTimeIsOver) {
  Socket socket = connect();
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(ask(socket, http::verb::get, "/v1/events?after=-1&wait=1").body(), "[]");
  EXPECT_GE(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(900));
  std::thread later([this] {
    test_support::run_command("sleep 0.3");
    add_entries(1);
  });
  const auto answer = ask(socket, http::verb::get, "/v1/events?after=-1&wait=20");
  later.join();
  EXPECT_EQ(answer.body(), "[" + entry(0) + "]");
  EXPECT_EQ(answer["Imprimatur-Next"], "0");
  EXPECT_EQ(answer["Imprimatur-Epoch"], "e1");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
  EXPECT_EQ(ask(socket, http::verb::get, "/v1/events?wait=31").result_int(), 400U);
  EXPECT_EQ(ask(socket, http::verb::get, "/v1/events?after=5&wait=1").result_int(), 409U);
  EXPECT_EQ(ask(socket, http::verb::get, "/v1/events?after=0&epoch=e0").result_int(), 409U);
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
