// The Evolis transport against a mock of the vendor's service, written from the description of its protocol.
// Nobody has tried it on a real machine.
#include "devices/transport/evolis_transport.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace imprimatur::devices {
namespace {

using namespace std::chrono_literals;
using station::Place;
using testing::ElementsAre;

constexpr Place kReader{Place::Kind::reader, 1};
constexpr Place kPrinter{Place::Kind::printer, 1};
constexpr Place kOutput{Place::Kind::output, 0};
constexpr Place kReject{Place::Kind::reject, 0};
constexpr Place kHopper{Place::Kind::hopper, 0};

// One request a connection: reads it, answers what the test wants, closes.
class MockService {
 public:
  using Answer = std::function<std::string(const json::object& request)>;  // empty: closes without a word

  MockService() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~MockService() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  MockService(const MockService&) = delete;
  MockService& operator=(const MockService&) = delete;

  std::vector<std::string> commands() {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  void answer_with(Answer answer) {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }

  int port = 0;
  std::atomic<bool> silent{false};  // takes the request and says nothing
  std::atomic<bool> in_pieces{false};

 private:
  static bool wait(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, 20) > 0;
  }
  void run() {
    while (!stopping_) {
      if (!wait(listener_)) continue;
      const int client = ::accept(listener_, nullptr, nullptr);
      if (client >= 0) serve(client);
      ::close(client);
    }
  }
  void serve(int client) {
    std::string text;
    Result<json::object> request = fail("mock", "nothing yet");
    while (!request && !stopping_) {
      if (!wait(client)) continue;
      char buffer[1024];
      const ssize_t count = ::recv(client, buffer, sizeof buffer, 0);
      if (count <= 0) return;
      text.append(buffer, static_cast<std::size_t>(count));
      request = parse_json_object(text);
    }
    if (!request) return;
    std::string reply;
    {
      const std::lock_guard lock(mutex_);
      commands_.emplace_back(request.value().at("params").at("command").as_string());
      reply = answer_(request.value());
    }
    while (silent && !stopping_) {
      if (wait(client)) return;  // the client has gone
    }
    const std::size_t step = in_pieces ? 3 : std::max<std::size_t>(reply.size(), 1);
    for (std::size_t at = 0; at < reply.size(); at += step) {
      const std::string piece = reply.substr(at, step);
      if (::send(client, piece.data(), piece.size(), MSG_NOSIGNAL) <= 0) return;
    }
  }

  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<std::string> commands_;
  Answer answer_ = [](const json::object& request) {
    return canonical_json(json::object{{"id", request.at("id")}, {"jsonrpc", "2.0"}, {"result", "OK"}});
  };
  std::thread thread_;
};

class FakeEyes final : public station::ChipEyes {
 public:
  Result<Seen> see(int) override { return seen; }
  Result<Seen> seen = Seen{true, "B000001", "utopia-id"};
};

class EvolisTransportTest : public testing::Test {
 protected:
  EvolisTransport open(std::chrono::milliseconds timeout = 2s, bool contactless = false) {
    EvolisSettings settings;
    settings.service = {.host = "localhost", .port = service_.port, .connect_timeout = 100ms};
    settings.device = "Evolis Primacy 2";
    settings.contactless = contactless;
    settings.command_timeout = timeout;
    return EvolisTransport(settings, eyes_);
  }
  MockService service_;
  FakeEyes eyes_;
};

TEST_F(EvolisTransportTest, LeadsACardThroughTheMachine) {
  json::object first;
  service_.answer_with([&first](const json::object& request) {
    if (first.empty()) first = request;
    return canonical_json(json::object{{"id", request.at("id")}, {"jsonrpc", "2.0"}, {"result", "OK"}});
  });
  EvolisTransport machine = open();
  const auto taken = machine.take(1, "utopia-id");
  ASSERT_TRUE(taken) << taken.error().message;
  EXPECT_EQ(taken.value(), "B000001");
  const auto places = machine.list(false);
  ASSERT_EQ(places.value().size(), 1U);
  EXPECT_EQ(places.value()[0].place, kReader);
  EXPECT_TRUE(machine.move("B000001", kPrinter));
  EXPECT_EQ(machine.list(false).value()[0].place, kPrinter);
  EXPECT_TRUE(machine.move("B000001", kReader));
  EXPECT_TRUE(machine.move("B000001", kOutput));
  EXPECT_THAT(service_.commands(), ElementsAre("Pem;2", "Si", "Sis", "Si", "Sis", "Se"));
  EXPECT_EQ(first.at("jsonrpc"), "2.0");
  EXPECT_EQ(first.at("method"), "CMD.SendCommand");
  EXPECT_EQ(first.at("params").at("device"), "Evolis Primacy 2");
  EXPECT_EQ(first.at("params").at("timeout"), "2000");
}

TEST_F(EvolisTransportTest, UsesTheContactlessStationWhenToldSoAndAsksForItsErrorsOnce) {
  EvolisTransport machine = open(2s, true);
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  ASSERT_TRUE(machine.move("B000001", kReject));
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  EXPECT_THAT(service_.commands(), ElementsAre("Pem;2", "Si", "Sic", "Ser", "Si", "Sic"));
}

TEST_F(EvolisTransportTest, HoldsOneCardAndKnowsNoOther) {
  EvolisTransport machine = open();
  EXPECT_EQ(machine.take(2, "utopia-id").error().code, "transport.place");
  EXPECT_EQ(machine.move("B000001", kOutput).error().code, "transport.no_card");
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  EXPECT_EQ(machine.take(1, "utopia-id").error().code, "transport.busy");
  EXPECT_EQ(machine.move("B000002", kOutput).error().code, "transport.no_card");
  const Status back = machine.move("B000001", kHopper);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().code, "transport.fault");
  EXPECT_EQ(back.error().happened, Happened::no);
}

TEST_F(EvolisTransportTest, NamesACardWhoseChipIsMuteSoThatItCanBeRejected) {
  EvolisTransport machine = open();
  eyes_.seen = station::ChipEyes::Seen{};
  const auto taken = machine.take(1, "utopia-id");
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken.value(), "evolis-card-1");
  EXPECT_TRUE(machine.move("evolis-card-1", kReject));
}

TEST_F(EvolisTransportTest, FindsTheCardInTheChipStationAfterARestart) {
  EvolisTransport machine = open();
  const auto places = machine.list(false);
  ASSERT_TRUE(places);
  ASSERT_EQ(places.value().size(), 1U);
  EXPECT_EQ(places.value()[0].card, "B000001");
  EXPECT_TRUE(service_.commands().empty());  // looking moves nothing
  eyes_.seen = fail("reader.gone", "no reader");
  EXPECT_TRUE(open().list(false).value().empty());
}

TEST_F(EvolisTransportTest, DoesNotKnowWhereACardIsWhenTheMachineReportsAnError) {
  EvolisTransport machine = open();
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  for (
      const char* answer :
      {R"({"error":{"code":-32000,"message":"Mechanical error\nin the flip over"},"id":"4","jsonrpc":"2.0"})",
       R"({"id":"4","jsonrpc":"2.0","result":"ERROR CM"})", R"({"id":"4","jsonrpc":"2.0","result":7})",
       R"({"id":"99","jsonrpc":"2.0","result":"OK"})", R"({"id":"4","jsonrpc":"2.0"})", "OK", "}{", ""}) {
    service_.answer_with([answer](const json::object&) { return std::string(answer); });
    const Status moved = machine.move("B000001", kPrinter);
    ASSERT_FALSE(moved) << answer;
    EXPECT_EQ(moved.error().code, "transport.fault") << answer;
    EXPECT_EQ(moved.error().happened, Happened::unknown) << answer;
    EXPECT_EQ(moved.error().message.find('\n'), std::string::npos);
  }
}

// What it was told last is no sensor.
TEST_F(EvolisTransportTest, TellsNoPlaceOfALostCardButWhereItIsSeen) {
  EvolisTransport machine = open();
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  service_.answer_with([](const json::object&) { return std::string("}{"); });
  ASSERT_FALSE(machine.move("B000001", kPrinter));
  const auto seen = eyes_.seen;
  eyes_.seen = station::ChipEyes::Seen{};
  EXPECT_TRUE(machine.list(false).value().empty());
  eyes_.seen = seen;
  const auto places = machine.list(false);
  ASSERT_EQ(places.value().size(), 1U);
  EXPECT_EQ(places.value()[0].place, kReader);
}

TEST_F(EvolisTransportTest, TakesAnAnswerInPiecesAndNoneWithoutEnd) {
  service_.in_pieces = true;
  EvolisTransport machine = open();
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  service_.in_pieces = false;
  service_.answer_with([](const json::object&) { return std::string(1U << 20, '}'); });
  EXPECT_EQ(machine.move("B000001", kPrinter).error().happened, Happened::unknown);
}

TEST_F(EvolisTransportTest, GivesUpASilentMachineInItsTime) {
  EvolisTransport machine = open(50ms);
  ASSERT_TRUE(machine.take(1, "utopia-id"));
  service_.silent = true;
  const auto began = std::chrono::steady_clock::now();
  const Status moved = machine.move("B000001", kPrinter);
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().happened, Happened::unknown);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(EvolisTransportTest, KnowsThatNothingHappenedWhenNobodyListens) {
  EvolisSettings settings;
  settings.service = {.host = "127.0.0.1", .port = 1, .connect_timeout = 100ms};
  EvolisTransport machine(settings, eyes_);
  const auto taken = machine.take(1, "utopia-id");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().happened, Happened::no);
  settings.service.host = "evolis.example";
  EXPECT_EQ(EvolisTransport(settings, eyes_).take(1, "utopia-id").error().happened, Happened::no);
}

}  // namespace
}  // namespace imprimatur::devices
