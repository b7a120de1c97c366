// The TCP port, by clients that we did not write: curl, openssl and Python's websockets.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <thread>

#include "api/event_messages.hpp"
#include "api/server.hpp"
#include "tests/api/fake_backend.hpp"
#include "tests/support/command.hpp"

namespace imprimatur::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using test_support::run_command;

// Certificates are made once for all tests of this file.
class ServerOverTls : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    certificates_ = new test_support::TemporaryFolder();
    const auto made = run_command(SOURCE_DIR "/tools/test_certificates " + certificates_->path().string() +
                                  " queue-1 operator-1 stranger revoked");
    ASSERT_EQ(made.exit_code, 0) << made.output;
  }
  static void TearDownTestSuite() { delete std::exchange(certificates_, nullptr); }

  ServerOptions options() const {
    ServerOptions options;
    options.socket = folder_ / "api.sock";
    options.source = "urn:imprimatur:test";
    options.people = People::create({{"queue", {Role::submitter}, {}, {}, "queue-1"},
                                     {"person-2", {Role::operator_}, {}, fingerprint("operator-1"), {}},
                                     {"person-3", {Role::operator_}, {}, {}, "revoked"}})
                         .value();
    options.tcp = TcpOptions{};
    options.tcp->tls = {cert("server.pem"), cert("server.key"), cert("ca.pem"), cert("crl.pem")};
    return options;
  }
  void start(const ServerOptions& options) {
    auto started = Server::start(options, backend_, clock_);
    ASSERT_TRUE(started) << started.error().message << " " << started.error().field;
    server_ = std::move(started).value();
    ASSERT_NE(server_->tcp_port(), 0);
  }

  static std::filesystem::path cert(const std::string& name) { return *certificates_ / name; }
  // By another tool than the server: openssl.
  static std::string fingerprint(const std::string& name) {
    std::string text =
        run_command("openssl x509 -noout -fingerprint -sha256 -in " + cert(name + ".pem").string()).output;
    std::string hex;
    for (const char c : text.substr(text.find('=') + 1)) {
      if (std::isxdigit(static_cast<unsigned char>(c))) hex.push_back(static_cast<char>(std::tolower(c)));
    }
    return hex;
  }
  static std::string sha256_of(const std::string& name) {
    return run_command("sha256sum " + cert(name).string()).output.substr(0, 64);
  }
  std::string url(const std::string& path) const {
    return "https://localhost:" + std::to_string(server_->tcp_port()) + path;
  }
  static std::string as(const std::string& client) {
    return " --cacert " + cert("ca.pem").string() + " --cert " + cert(client + ".pem").string() + " --key " +
           cert(client + ".key").string() + " ";
  }
  std::string curl(const std::string& client, const std::string& path, const std::string& more = "") const {
    return run_command("curl -s --max-time 10 -w %{http_code}" + (client.empty() ? " -k " : as(client)) +
                       more + " " + url(path))
        .output;
  }
  tcp::socket raw() {
    tcp::socket socket(context_);
    socket.connect({asio::ip::address_v4::loopback(), server_->tcp_port()});
    return socket;
  }
  // Milliseconds until the server hangs up.
  static std::int64_t until_closed(tcp::socket& socket) {
    const auto began = std::chrono::steady_clock::now();
    std::string rest;
    boost::system::error_code ec;
    asio::read(socket, asio::dynamic_buffer(rest), ec);
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began)
        .count();
  }

  static test_support::TemporaryFolder* certificates_;
  test_support::TemporaryFolder folder_;
  FakeBackend backend_;
  SystemClock clock_;
  asio::io_context context_;
  std::unique_ptr<Server> server_;
};
test_support::TemporaryFolder* ServerOverTls::certificates_ = nullptr;

TEST_F(ServerOverTls, KnowsPeopleBySubjectOrFingerprintOfTheirCertificate) {
  start(options());
  EXPECT_EQ(curl("queue-1", "/healthz"), "{\"status\":\"ok\"}200");
  const std::string submitted = curl("queue-1", "/v1/jobs", "--data new");
  EXPECT_NE(submitted.find("\"submitter\":\"queue\"}202"), std::string::npos) << submitted;
  EXPECT_NE(curl("operator-1", "/v1/jobs", "--data new").find("api.role"), std::string::npos);
  EXPECT_NE(curl("operator-1", "/v1/jobs/j1/hold", "-X POST").find("\"actor\":\"person-2\""),
            std::string::npos);
}

TEST_F(ServerOverTls, GivesACertificateOfNobodyNothingButTheHealth) {
  start(options());
  EXPECT_EQ(curl("stranger", "/healthz"), "{\"status\":\"ok\"}200");
  const std::string refused = curl("stranger", "/v1/station");
  EXPECT_TRUE(refused.ends_with("403")) << refused;
  EXPECT_NE(refused.find("certificate-" + fingerprint("stranger").substr(0, 16)), std::string::npos)
      << refused;
}

TEST_F(ServerOverTls, HasNoAnswerForWhomItDoesNotTrust) {
  start(options());
  // No certificate, and one of another authority with the right name.
  EXPECT_EQ(curl("", "/healthz"), "000");
  test_support::TemporaryFolder others;
  ASSERT_EQ(
      run_command(SOURCE_DIR "/tools/test_certificates " + others.path().string() + " queue-1").exit_code, 0);
  const auto foreign =
      run_command("curl -s -k --max-time 10 -w %{http_code} --cert " + (others / "queue-1.pem").string() +
                  " --key " + (others / "queue-1.key").string() + " " + url("/healthz"));
  EXPECT_EQ(foreign.output, "000");
  // A server's certificate is no client's.
  EXPECT_EQ(curl("server", "/healthz"), "000");
}

TEST_F(ServerOverTls, SpeaksTls13Only) {
  start(options());
  EXPECT_EQ(curl("queue-1", "/healthz", "--tls-max 1.2"), "000");
  EXPECT_EQ(curl("queue-1", "/healthz", "--tlsv1.3"), "{\"status\":\"ok\"}200");
}

TEST_F(ServerOverTls, HonoursARevocationAsSoonAsItIsToldToReadTheListAgain) {
  start(options());
  EXPECT_EQ(curl("revoked", "/healthz"), "{\"status\":\"ok\"}200");
  const std::string list = (certificates_->path() / "crl.pem").string();
  ASSERT_EQ(run_command("cp " + list + " " + list + ".before").exit_code, 0);
  ASSERT_EQ(run_command(SOURCE_DIR "/tools/test_certificates --revoke " + certificates_->path().string() +
                        " revoked")
                .exit_code,
            0);
  const auto reloaded = server_->reload_certificates();
  ASSERT_TRUE(reloaded) << reloaded.error().message;
  EXPECT_EQ(reloaded.value().certificate, fingerprint("server"));
  EXPECT_EQ(reloaded.value().client_crl, sha256_of("crl.pem"));
  EXPECT_EQ(reloaded.value().client_ca, sha256_of("ca.pem"));
  EXPECT_EQ(curl("revoked", "/healthz"), "000");
  EXPECT_EQ(curl("queue-1", "/healthz"), "{\"status\":\"ok\"}200");
  ASSERT_EQ(run_command("mv " + list + ".before " + list).exit_code, 0);
}

TEST_F(ServerOverTls, KeepsItsCertificateWhenTheNewOneCannotBeUsed) {
  ServerOptions changing = options();
  for (const char* name : {"server.pem", "server.key"}) {
    std::filesystem::copy_file(cert(name), folder_ / name);
  }
  changing.tcp->tls.certificate = folder_ / "server.pem";
  changing.tcp->tls.key = folder_ / "server.key";
  start(changing);
  std::ofstream(folder_ / "server.pem") << "no certificate";
  const auto reloaded = server_->reload_certificates();
  ASSERT_FALSE(reloaded);
  EXPECT_EQ(reloaded.error().code, "api.tls");
  EXPECT_EQ(reloaded.error().field, (folder_ / "server.pem").string());
  EXPECT_EQ(curl("queue-1", "/healthz"), "{\"status\":\"ok\"}200");
}

TEST_F(ServerOverTls, RefusesFilesThatDoNotBelongTogetherOrThatOthersRead) {
  const auto start_error = [this](const TlsFiles& files) {
    ServerOptions wrong = options();
    wrong.tcp->tls = files;
    auto started = Server::start(wrong, backend_, clock_);
    return started ? ""
                   : started.error().code + " " +
                         std::filesystem::path(started.error().field).filename().string();
  };
  const TlsFiles good = options().tcp->tls;
  TlsFiles wrong = good;
  wrong.key = cert("queue-1.key");
  EXPECT_EQ(start_error(wrong), "api.tls queue-1.key");
  wrong = good;
  wrong.client_ca = cert("server.key");
  EXPECT_EQ(start_error(wrong), "api.tls server.key");
  wrong = good;
  wrong.client_crl = cert("ca.pem");
  EXPECT_EQ(start_error(wrong), "api.tls ca.pem");
  wrong = good;
  wrong.key = folder_ / "open.key";
  std::filesystem::copy_file(cert("server.key"), wrong.key);
  ASSERT_EQ(::chmod(wrong.key.c_str(), 0644), 0);
  EXPECT_EQ(start_error(wrong), "api.tls open.key");
}

TEST_F(ServerOverTls, ShedsWhoeverDoesNotFinishAHandshake) {
  ServerOptions short_patience = options();
  short_patience.limits.handshake = std::chrono::milliseconds(300);
  start(short_patience);
  tcp::socket silent = raw();
  EXPECT_LT(until_closed(silent), 3000);
  tcp::socket half = raw();
  asio::write(half, asio::buffer(std::string("\x16\x03\x01\x02", 4)));  // the beginning of a record
  EXPECT_LT(until_closed(half), 3000);
  tcp::socket noise = raw();
  asio::write(noise, asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
  EXPECT_LT(until_closed(noise), 3000);
}

TEST_F(ServerOverTls, LetsACrowdOfStrangersKeepNobodyOut) {
  ServerOptions few = options();
  few.limits.handshakes_max = 4;
  few.limits.handshake = std::chrono::seconds(60);
  start(few);
  std::vector<tcp::socket> strangers;
  for (int i = 0; i < 20; ++i) strangers.push_back(raw());
  EXPECT_EQ(curl("queue-1", "/healthz"), "{\"status\":\"ok\"}200");
  EXPECT_LT(until_closed(strangers.front()), 3000);
}

TEST_F(ServerOverTls, LetsACrowdFromOneAddressShedItselfOnly) {
  ServerOptions few = options();
  few.limits.handshakes_max = 8;
  few.limits.address_handshakes_max = 2;
  few.limits.handshake = std::chrono::seconds(60);
  start(few);
  tcp::socket patient(context_, tcp::endpoint(asio::ip::make_address_v4("127.0.0.2"), 0));
  patient.connect({asio::ip::address_v4::loopback(), server_->tcp_port()});
  std::vector<tcp::socket> crowd;
  for (int i = 0; i < 6; ++i) crowd.push_back(raw());
  for (std::size_t i = 0; i < 4; ++i) EXPECT_LT(until_closed(crowd[i]), 3000) << i;
  EXPECT_EQ(curl("queue-1", "/healthz"), "{\"status\":\"ok\"}200");
  patient.non_blocking(true);
  char byte = 0;
  boost::system::error_code ec;
  patient.read_some(asio::buffer(&byte, 1), ec);
  EXPECT_EQ(ec, asio::error::would_block) << ec.message();
}

TEST_F(ServerOverTls, CountsAPersonsConnectionsAndNotThoseOfOthers) {
  ServerOptions few = options();
  few.limits.person_connections_max = 2;
  start(few);
  // Two that wait, each on a connection of its own.
  std::vector<std::thread> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.emplace_back([this] {
      std::string answer = "429";  // as long as the question below is one of the two
      while (answer.ends_with("429")) answer = curl("queue-1", "/v1/events?wait=30", "--max-time 40");
      EXPECT_EQ(answer, "[]200");
    });
  }
  std::string answer;
  for (int i = 0; i < 200 && !answer.ends_with("429"); ++i) answer = curl("queue-1", "/healthz");
  EXPECT_NE(answer.find("urn:imprimatur:problem:api.person_connections"), std::string::npos) << answer;
  EXPECT_EQ(curl("operator-1", "/healthz"), "{\"status\":\"ok\"}200");
  server_->stop();
  for (std::thread& thread : waiting) thread.join();
}

TEST_F(ServerOverTls, TellsSubscribersToComeAgainWhenCertificatesAreReadAgain) {
  start(options());
  backend_.add_entry();
  server_->wake_subscribers();
  std::ofstream(folder_ / "client.py")
      << "import asyncio,ssl,websockets\n"
         "async def main():\n"
         "  c = ssl.create_default_context(cafile=\""
      << cert("ca.pem").string()
      << "\")\n"
         "  c.load_cert_chain(\""
      << cert("queue-1.pem").string() << "\", \"" << cert("queue-1.key").string()
      << "\")\n"
         "  async with websockets.connect(\"wss://localhost:"
      << server_->tcp_port()
      << "/v1/events\", ssl=c, subprotocols=[\"cloudevents.json\"]) as ws:\n"
         "    await ws.send(open(\""
      << (folder_ / "subscribe.json").string()
      << "\").read())\n"
         "    print(await ws.recv(), flush=True)\n"
         "    open(\""
      << (folder_ / "got").string()
      << "\", \"w\").close()\n"
         "    print(await ws.recv())\n"
         "    await ws.wait_closed()\n"
         "    print(ws.close_code)\n"
         "asyncio.run(main())\n";
  std::ofstream(folder_ / "subscribe.json") << subscribe_message({.after = -1, .epoch = {}, .credit = 10});
  std::thread reload([this] {
    for (int i = 0; i < 200 && !std::filesystem::exists(folder_ / "got"); ++i) {
      run_command("sleep 0.05");
    }
    EXPECT_TRUE(server_->reload_certificates());
  });
  const auto result = run_command("/usr/bin/python3 " + (folder_ / "client.py").string());
  reload.join();
  EXPECT_EQ(result.output.find("{\"sequence\":\"0\""), 0U) << result.output;
  EXPECT_NE(result.output.find("\"reason\":\"reloaded\""), std::string::npos) << result.output;
  EXPECT_TRUE(result.output.ends_with("1012\n")) << result.output;
}

TEST_F(ServerOverTls, EndsWhileClientsAreConnected) {
  start(options());
  tcp::socket silent = raw();
  const auto began = std::chrono::steady_clock::now();
  server_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(1500));
}

}  // namespace
}  // namespace imprimatur::api
