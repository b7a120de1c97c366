#include "devices/transport/virtual_transport.hpp"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <thread>

#include "base/encoding.hpp"
#include "devices/virtual_card/process/control_server.hpp"
#include "devices/virtual_card/process/unix_socket.hpp"
#include "support/command.hpp"

namespace imprimatur::devices {
namespace {

using station::Place;
using test_support::TemporaryFolder;

constexpr Place kHopper{Place::Kind::hopper, 0};
constexpr Place kOutput{Place::Kind::output, 0};
constexpr Place kReader2{Place::Kind::reader, 2};
constexpr Place kPrinter1{Place::Kind::printer, 1};

// A bench with its control server, in this process.
class Transport : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<Bench> bench_;
  std::unique_ptr<ControlServer> server_;
  FileDescriptor stop_;
  std::thread thread_;
  VirtualTransport transport_{{.socket_path = folder_ / "control.sock", .time_limit_ms = 2000}};

  void SetUp() override { start(); }
  void TearDown() override { stop(); }

  void start() {
    StockPlan plan;
    plan.classes = {{"vn-citizen", 2}, {"utopia-id", 1}};
    plan.transport_master = Secret(hex("404142434445464748494A4B4C4D4E4F"));
    const std::filesystem::path state = folder_ / "state";
    auto stock = Stock::exists(state) ? Stock::reopen(state) : Stock::make(state, plan);
    ASSERT_TRUE(stock.has_value());
    auto bench = Bench::start(std::move(stock.value()),
                              {.socket_folder = folder_.path(), .readers = 2, .printers = 1, .cards = {}});
    ASSERT_TRUE(bench.has_value());
    bench_ = std::move(bench.value());
    auto server = ControlServer::listen(folder_ / "control.sock", *bench_);
    ASSERT_TRUE(server.has_value());
    server_ = std::move(server.value());
    stop_ = FileDescriptor(::eventfd(0, EFD_CLOEXEC));
    thread_ = std::thread([this] { server_->run(stop_); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    const std::uint64_t one = 1;
    ASSERT_EQ(::write(stop_.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
    thread_.join();
    server_.reset();
    bench_.reset();
  }
};

TEST_F(Transport, TakesMovesAndLists) {
  EXPECT_EQ(transport_.take(1, "utopia-id").value(), "B000003");
  EXPECT_TRUE(transport_.move("B000003", kPrinter1).has_value());
  EXPECT_TRUE(transport_.move("B000003", kReader2).has_value());
  const auto outside = transport_.list(false);
  ASSERT_TRUE(outside.has_value());
  ASSERT_EQ(outside.value().size(), 1U);
  EXPECT_EQ(outside.value()[0].card, "B000003");
  EXPECT_EQ(outside.value()[0].blank_class, "utopia-id");
  EXPECT_EQ(outside.value()[0].place, kReader2);
  EXPECT_TRUE(transport_.move("B000003", kOutput).has_value());
  EXPECT_EQ(transport_.list(true).value().size(), 3U);
  EXPECT_EQ(transport_.list(true).value()[0].place, kHopper);
}

TEST_F(Transport, DoesNotKnowWhereAJammedCardIsUntilItAsksTheSensors) {
  const auto place_of = [this](std::string_view card) -> std::string {
    const auto cards = transport_.list(true);
    for (const auto& one : cards.value()) {
      if (one.card == card) return station::text_of(one.place);
    }
    return "nowhere";
  };
  for (const auto& [kind, seen] :
       {std::pair("stays", "hopper"), {"arrives", "printer-1"}, {"hidden", "nowhere"}}) {
    ASSERT_EQ(bench_->execute(std::string("jam B000003 ") + kind), "ok\n");
    const Status moved = transport_.move("B000003", kPrinter1);
    ASSERT_FALSE(moved) << kind;
    EXPECT_EQ(moved.error().code, "transport.fault") << kind;
    EXPECT_EQ(moved.error().happened, Happened::unknown) << kind;
    EXPECT_EQ(place_of("B000003"), seen);
    ASSERT_EQ(bench_->execute("jam B000003 none"), "ok\n");
    ASSERT_TRUE(transport_.move("B000003", kHopper)) << kind;  // once only
  }
  ASSERT_EQ(bench_->execute("jam B000001 stays"), "ok\n");
  EXPECT_EQ(transport_.take(2, "vn-citizen").error().happened, Happened::unknown);
  EXPECT_EQ(place_of("B000001"), "hopper");
  EXPECT_TRUE(bench_->execute("jam B000001 sideways").starts_with("error transport.syntax"));
  EXPECT_TRUE(bench_->execute("jam B000009 stays").starts_with("error transport.no_card"));
}

TEST_F(Transport, PassesOnRefusalsWithTheirCode) {
  ASSERT_TRUE(transport_.take(1, "vn-citizen").has_value());
  const auto busy = transport_.take(1, "vn-citizen");
  EXPECT_EQ(busy.error().code, "transport.busy");
  EXPECT_EQ(busy.error().happened, Happened::no);
  EXPECT_EQ(transport_.take(2, "other").error().code, "transport.no_blank");
  EXPECT_EQ(transport_.take(9, "vn-citizen").error().code, "transport.place");
  EXPECT_EQ(transport_.move("B999999", kOutput).error().code, "transport.no_card");
  EXPECT_EQ(transport_.take(2, "vn-citizen\nmove B000003 reject").error().code, "transport.syntax");
  EXPECT_EQ(transport_.move("B000001 reject", kOutput).error().code, "transport.syntax");
  EXPECT_EQ(transport_.set_fault("B000001", "nonsense").error().code, "transport.syntax");
  EXPECT_TRUE(transport_.set_fault("B000001", "cut 3 100").has_value());
}

TEST_F(Transport, ReachesTheProcessAgainAfterARestart) {
  EXPECT_EQ(transport_.take(1, "vn-citizen").value(), "B000001");
  stop();
  const auto away = transport_.list(true);
  ASSERT_FALSE(away.has_value());
  EXPECT_EQ(away.error().code, "transport.fault");
  start();
  const auto cards = transport_.list(false);
  ASSERT_TRUE(cards.has_value()) << cards.error().message;
  EXPECT_EQ(cards.value().size(), 1U) << "places are kept";
}

// Somebody who takes the line and never answers: the card may have moved.
TEST(TransportWithoutAnswer, DoesNotKnowWhatHappened) {
  TemporaryFolder folder;
  const auto silent = listen_on(folder / "control.sock");
  ASSERT_TRUE(silent.has_value());
  VirtualTransport transport({.socket_path = folder / "control.sock", .time_limit_ms = 50});
  const auto moved = transport.move("B000001", kOutput);
  ASSERT_FALSE(moved.has_value());
  EXPECT_EQ(moved.error().code, "transport.fault");
  EXPECT_EQ(moved.error().happened, Happened::unknown);
}

TEST(TransportWithoutAnswer, KnowsThatNothingHappenedWhenNobodyListens) {
  TemporaryFolder folder;
  VirtualTransport transport({.socket_path = folder / "control.sock", .time_limit_ms = 50});
  const auto taken = transport.take(1, "vn-citizen");
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, "transport.fault");
  EXPECT_EQ(taken.error().happened, Happened::no);
}

TEST(TransportWithoutAnswer, DistrustsAnAnswerThatIsNone) {
  TemporaryFolder folder;
  auto listener = listen_on(folder / "control.sock");
  ASSERT_TRUE(listener.has_value());
  std::thread peer([&] {
    pollfd wait{listener.value().get(), POLLIN, 0};
    ASSERT_EQ(::poll(&wait, 1, 2000), 1);
    const FileDescriptor client = accept_client(listener.value());
    EXPECT_TRUE(send_all(client, bytes_of("perhaps\n")));
    wait = {client.get(), POLLRDHUP, 0};
    EXPECT_EQ(::poll(&wait, 1, 2000), 1) << "the transport ends a connection that it does not trust";
  });
  VirtualTransport transport({.socket_path = folder / "control.sock", .time_limit_ms = 2000});
  EXPECT_EQ(transport.move("B000001", kOutput).error().happened, Happened::unknown);
  peer.join();
}

}  // namespace
}  // namespace imprimatur::devices
