#include "devices/virtual_card/process/bench.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <thread>

#include "base/files.hpp"
#include "devices/virtual_card/process/control_server.hpp"
#include "support/command.hpp"
#include "terminal.hpp"

namespace imprimatur::devices::testing {
namespace {

using test_support::TemporaryFolder;

int connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  return descriptor;
}

// A reader driver's side of the reader socket.
class Driver {
 public:
  explicit Driver(const std::filesystem::path& path) : socket_(connect_to(path)) {}
  void send(std::uint8_t kind, ByteView payload = {}) {
    Bytes frame;
    append_be(frame, payload.size() + 1, 4);
    frame.push_back(kind);
    append(frame, payload);
    EXPECT_EQ(::send(socket_.get(), frame.data(), frame.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(frame.size()));
  }
  // Kind and payload in hex, "4:9000"; "-" when nothing comes in time or the connection ended.
  std::string receive(int patience_ms = 2000) {
    Bytes head = take(5, patience_ms);
    if (head.size() < 5) return "-";
    const auto size = static_cast<std::size_t>(read_be(ByteView(head).first(4))) - 1;
    return std::to_string(head[4]) + ":" + to_hex(take(size, patience_ms));
  }
  std::string ask(std::uint8_t kind, ByteView payload = {}) {
    send(kind, payload);
    return receive();
  }

 private:
  Bytes take(std::size_t size, int patience_ms) {
    Bytes out(size);
    std::size_t got = 0;
    while (got < size) {
      pollfd wait{socket_.get(), POLLIN, 0};
      if (::poll(&wait, 1, patience_ms) <= 0) return {};
      const ssize_t count = ::recv(socket_.get(), out.data() + got, size - got, 0);
      if (count <= 0) return {};
      got += static_cast<std::size_t>(count);
    }
    return out;
  }
  FileDescriptor socket_;
};

class BenchTest : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::unique_ptr<Bench> bench_;

  StockPlan plan() const {
    StockPlan plan;
    plan.classes = {{"vn-citizen", 3}, {"utopia-id", 2}};
    plan.transport_master = Secret(hex("404142434445464748494A4B4C4D4E4F"));
    return plan;
  }
  BenchSettings settings() const {
    return {.socket_folder = folder_.path(),
            .readers = 2,
            .printers = 1,
            .cards = {},
            .seed = 5,
            .faults_per_thousand = 0};
  }
  void start() {
    auto stock = Stock::make(folder_ / "state", plan());
    ASSERT_TRUE(stock.has_value());
    run(std::move(stock.value()), settings());
  }
  void reopen() {
    bench_.reset();
    auto stock = Stock::reopen(folder_ / "state");
    ASSERT_TRUE(stock.has_value());
    run(std::move(stock.value()), settings());
  }
  void run(Stock stock, BenchSettings chosen) {
    auto bench = Bench::start(std::move(stock), std::move(chosen));
    ASSERT_TRUE(bench.has_value()) << bench.error().message;
    bench_ = std::move(bench.value());
  }
};

TEST_F(BenchTest, MakesAStockWithUniqueChips) {
  start();
  EXPECT_EQ(bench_->execute("ping"), "ok virtual-card 1\n");
  EXPECT_EQ(bench_->execute("list"),
            "ok 5\nB000001 vn-citizen hopper\nB000002 vn-citizen hopper\nB000003 vn-citizen hopper\n"
            "B000004 utopia-id hopper\nB000005 utopia-id hopper\n");
  const auto receipt = bench_->stock().receipt();
  ASSERT_TRUE(receipt.has_value());
  std::istringstream lines(receipt.value());
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(line, "serial,class,chip_id");
  std::vector<std::string> chips;
  while (std::getline(lines, line)) {
    chips.push_back(line.substr(line.rfind(',') + 1));
    EXPECT_EQ(chips.back().size(), 84U);
  }
  std::sort(chips.begin(), chips.end());
  EXPECT_EQ(chips.size(), 5U);
  EXPECT_EQ(std::unique(chips.begin(), chips.end()), chips.end());
}

TEST_F(BenchTest, MovesCardsAndRefusesWhatCannotBe) {
  start();
  EXPECT_EQ(bench_->execute("take reader-1 utopia-id"), "ok B000004\n");
  EXPECT_EQ(bench_->execute("take reader-1").substr(0, 21), "error transport.busy ");
  EXPECT_EQ(bench_->execute("take reader-3").substr(0, 22), "error transport.place ");
  EXPECT_EQ(bench_->execute("take printer-1").substr(0, 22), "error transport.place ");
  EXPECT_EQ(bench_->execute("take reader-2 other").substr(0, 25), "error transport.no_blank ");
  EXPECT_EQ(bench_->execute("move B000004 to printer-1"), "ok\n");
  EXPECT_EQ(bench_->execute("move B000001 printer-1").substr(0, 21), "error transport.busy ");
  EXPECT_EQ(bench_->execute("move B000001 printer-2").substr(0, 22), "error transport.place ");
  EXPECT_EQ(bench_->execute("move B000001 reader-01").substr(0, 22), "error transport.place ");
  EXPECT_EQ(bench_->execute("move B999999 output").substr(0, 24), "error transport.no_card ");
  EXPECT_EQ(bench_->execute("move B000004 reader-2"), "ok\n");
  EXPECT_EQ(bench_->execute("move B000004 output"), "ok\n");
  EXPECT_EQ(bench_->execute("move B000001 output"), "ok\n") << "output holds many";
  for (const char* bad :
       {"", "take", "move B000001", "fault B000001", "fault B000001 broken", "stop", "list all"}) {
    EXPECT_EQ(bench_->execute(bad).substr(0, 23), "error transport.syntax ") << bad;
  }
}

TEST_F(BenchTest, TakesTheHopperInOrderAndPutsReturnsAtItsEnd) {
  start();
  EXPECT_EQ(bench_->execute("take reader-1"), "ok B000001\n");
  EXPECT_EQ(bench_->execute("move B000001 hopper"), "ok\n");
  EXPECT_EQ(bench_->execute("take reader-1"), "ok B000002\n");
  reopen();
  EXPECT_EQ(bench_->execute("take reader-2 vn-citizen"), "ok B000003\n");
  EXPECT_EQ(bench_->execute("move B000003 reject"), "ok\n");
  EXPECT_EQ(bench_->execute("take reader-2 vn-citizen"), "ok B000001\n");
}

TEST_F(BenchTest, KnowsPlacesAfterARestart) {
  start();
  bench_->execute("take reader-2");
  bench_->execute("move B000004 printer-1");
  bench_->execute("move B000005 reject");
  const std::string before = bench_->execute("list");
  reopen();
  EXPECT_NE(bench_->execute("list").find("B000001 vn-citizen reader-2\n"), std::string::npos);
  EXPECT_NE(bench_->execute("list").find("B000004 utopia-id printer-1\n"), std::string::npos);
  EXPECT_NE(bench_->execute("list").find("B000005 utopia-id reject\n"), std::string::npos);
  Driver driver(folder_ / "reader-2.sock");
  EXPECT_EQ(driver.ask(5), "5:01");
  EXPECT_EQ(driver.ask(5), "5:01") << before;
}

TEST_F(BenchTest, LeavesOutALineThatWasCut) {
  start();
  bench_->execute("move B000001 reject");
  bench_.reset();
  std::string log = read_text_file(folder_ / "state/stock.log").value();
  ASSERT_TRUE(write_file(folder_ / "state/stock.log", bytes_of(log + "move B000002 rej")).has_value());
  reopen();
  EXPECT_NE(bench_->execute("list").find("B000001 vn-citizen reject\n"), std::string::npos);
  EXPECT_NE(bench_->execute("list").find("B000002 vn-citizen hopper\n"), std::string::npos);
  bench_.reset();
  ASSERT_TRUE(write_file(folder_ / "state/stock.log", bytes_of("imprimatur-stock 1\nmove B000002 reject\n"))
                  .has_value());
  EXPECT_EQ(Stock::reopen(folder_ / "state").error().code, "stock.format");
}

TEST_F(BenchTest, AnswersTheDriver) {
  start();
  Driver driver(folder_ / "reader-1.sock");
  Driver events(folder_ / "reader-1.sock");
  EXPECT_EQ(events.ask(5), "5:00");
  EXPECT_EQ(driver.ask(1), "1:") << "no card";
  bench_->execute("take reader-1");
  EXPECT_EQ(events.receive(), "5:01");
  EXPECT_EQ(driver.ask(4, hex("80CA9F7F00")), "4:") << "no power yet";
  EXPECT_EQ(driver.ask(1), "1:3B8C8131FE458073C4016056494D50524931F9");
  EXPECT_EQ(driver.ask(4, hex("80CA00CF00")).substr(0, 8), "4:CF0A00");
  EXPECT_EQ(driver.ask(3), "3:3B8C8131FE458073C4016056494D50524931F9");
  EXPECT_EQ(driver.ask(2), "2:");
  EXPECT_EQ(driver.ask(4, hex("80CA9F7F00")), "4:");
}

TEST_F(BenchTest, ShowsASwapAsTwoEvents) {
  start();
  Driver events(folder_ / "reader-1.sock");
  bench_->execute("take reader-1");
  EXPECT_EQ(events.ask(5), "5:01");
  bench_->execute("move B000001 output");
  bench_->execute("take reader-1");
  EXPECT_EQ(events.receive(), "5:00");
  EXPECT_EQ(events.receive(), "5:01");
  Driver driver(folder_ / "reader-1.sock");
  EXPECT_EQ(driver.ask(4, hex("80CA9F7F00")), "4:") << "the new card has no power";
}

TEST_F(BenchTest, ClosesTheConnectionOfADriverThatIsOutOfStep) {
  start();
  Driver wrong_kind(folder_ / "reader-1.sock");
  EXPECT_EQ(wrong_kind.ask(9), "-");
  Driver driver(folder_ / "reader-1.sock");
  EXPECT_EQ(driver.ask(5), "5:00") << "others are served";
}

TEST_F(BenchTest, EndsTheWaitForAMuteCardWhenItIsTakenOut) {
  start();
  bench_->execute("take reader-1");
  EXPECT_EQ(bench_->execute("fault B000001 mute 1"), "ok\n");
  Driver driver(folder_ / "reader-1.sock");
  driver.ask(1);
  driver.send(4, hex("80CA9F7F00"));
  EXPECT_EQ(driver.receive(50), "-") << "it hangs";
  bench_->execute("move B000001 reject");
  EXPECT_EQ(driver.receive(), "4:");
  EXPECT_EQ(bench_->execute("take reader-1"), "ok B000002\n");
  EXPECT_NE(driver.ask(1), "1:");
}

TEST_F(BenchTest, StopsWhileACardHangs) {
  start();
  bench_->execute("take reader-1");
  bench_->execute("fault B000001 mute 1");
  Driver driver(folder_ / "reader-1.sock");
  driver.ask(1);
  driver.send(4, hex("80CA9F7F00"));
  EXPECT_EQ(driver.receive(50), "-");
  bench_.reset();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "reader-1.sock"));
}

TEST_F(BenchTest, ServesAgainWhenTheDriverOfAHangingCardGoesAway) {
  start();
  bench_->execute("take reader-1");
  bench_->execute("fault B000001 mute 1");
  {
    Driver driver(folder_ / "reader-1.sock");
    driver.ask(1);
    driver.send(4, hex("80CA9F7F00"));
    EXPECT_EQ(driver.receive(50), "-");
  }
  Driver again(folder_ / "reader-1.sock");
  EXPECT_EQ(again.ask(5), "5:01");
}

TEST_F(BenchTest, TakesTheTimeOfARealCard) {
  auto stock = Stock::make(folder_ / "state", plan());
  BenchSettings slow = settings();
  slow.cards.time_model = kRealContact;
  run(std::move(stock.value()), slow);
  bench_->execute("take reader-1");
  Driver driver(folder_ / "reader-1.sock");
  const auto begin = std::chrono::steady_clock::now();
  driver.ask(1);
  const auto taken = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(taken, std::chrono::microseconds(kRealContact.power_on_us));
}

TEST_F(BenchTest, AnswersNeverBeforeARealCardWould) {
  auto stock = Stock::make(folder_ / "state", plan());
  BenchSettings slow = settings();
  slow.cards.time_model = kRealContactless;
  run(std::move(stock.value()), slow);
  bench_->execute("take reader-1");
  Driver driver(folder_ / "reader-1.sock");
  driver.ask(1);
  constexpr int kCommands = 20;
  constexpr std::size_t kBytesOnLine = 5 + 47;
  const std::uint64_t each =
      duration_us(kRealContactless, {.bytes_on_line = kBytesOnLine, .pages_written = 0, .ciphers = {}});
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCommands; ++i) ASSERT_EQ(driver.ask(4, hex("80CA9F7F00")).size(), 2U + 2 * 47);
  const auto taken = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(taken, std::chrono::microseconds(kCommands * each));
}

TEST_F(BenchTest, MakesBlanksOfADialect) {
  StockPlan mixed = plan();
  mixed.classes = {{"files", 1, {.dialect = Dialect::iso7816_files, .lengths = Lengths::chaining}},
                   {"applet", 1, {.dialect = Dialect::emrtd_applet, .lengths = Lengths::short_only}}};
  auto stock = Stock::make(folder_ / "state", mixed);
  ASSERT_TRUE(stock.has_value());
  run(std::move(stock.value()), settings());
  bench_->execute("take reader-1 files");
  Driver driver(folder_ / "reader-1.sock");
  EXPECT_NE(driver.ask(1).find("73C40180"), std::string::npos);
  EXPECT_EQ(driver.ask(4, hex("00A4040C08A000000151000000")), "4:6A82");
  EXPECT_EQ(driver.ask(4, hex("80CA9F7F00")).size(), 2U + 2 * 47);
}

TEST_F(BenchTest, LetsABlankShowTheIdentityOfAnother) {
  start();
  bench_->execute("take reader-1");
  Driver driver(folder_ / "reader-1.sock");
  driver.ask(1);
  const std::string own = driver.ask(4, hex("80CA9F7F00"));
  EXPECT_EQ(bench_->execute("fault B000001 same_identity B000003"), "ok\n");
  const std::string shown = driver.ask(4, hex("80CA9F7F00"));
  EXPECT_NE(shown, own);
  EXPECT_EQ(bench_->execute("fault B000001 same_identity B000099").substr(0, 23), "error transport.no_card");
  bench_->execute("move B000001 to output");
  bench_->execute("move B000003 to reader-1");
  driver.ask(1);
  EXPECT_EQ(driver.ask(4, hex("80CA9F7F00")), shown);
}

// What the card answered is on disk before the answer is read: the process may die at any moment.
TEST_F(BenchTest, KeepsWhatARealCardKeepsWhenTheProcessDies) {
  start();
  bench_->execute("take reader-1");
  Driver driver(folder_ / "reader-1.sock");
  driver.ask(1);
  driver.ask(4, hex("8050300008000102030405060700"));
  const auto content = read_file(folder_ / "state/cards/B000001.card");
  ASSERT_TRUE(content.has_value());
  const auto memory = Memory::load(content.value());
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ(memory.value().key_set(0x30)->sequence_counter, 1U);
}

TEST_F(BenchTest, PersonalisedCardsAreReadAfterARestart) {
  start();
  bench_.reset();
  SeededRandom random(3);
  {
    auto stored = StoredCard::open(folder_ / "state/cards/B000001.card", random, {});
    ASSERT_TRUE(stored.has_value());
    Card& card = stored.value()->card();
    const CardKeys keys =
        diversify_kdf3(Secret(hex("404142434445464748494A4B4C4D4E4F")), card.identity().diversification);
    Host host(card, {copy_of(keys.enc.reveal()), copy_of(keys.mac.reveal()), copy_of(keys.dek.reveal())});
    card.power_on();
    ASSERT_EQ(host.select(kIssuerDomain), 0x9000);
    ASSERT_EQ(host.open(0x33), 0x9000) << "the transport keys come from the master by kdf3";
    ASSERT_EQ(host.send_status(hex("80E620000D000007A000000247100100000000")), 0x9000);
    ASSERT_EQ(host.store(dgi(0x011E, ef_com()), false, false), 0x9000);
    ASSERT_EQ(host.store(dgi(0x8F01, host.encipher(concat({hex("8010"), document_seed()}))), true, false),
              0x9000);
    ASSERT_EQ(host.store(dgi(0x8FFF, {})), 0x9000);
    ASSERT_TRUE(stored.value()->save().has_value());
  }
  auto again = StoredCard::open(folder_ / "state/cards/B000001.card", random, {});
  ASSERT_TRUE(again.has_value());
  Card& card = again.value()->card();
  card.power_on();
  ASSERT_EQ(status_of(card.process(hex("00A4040C07A0000002471001"))), 0x9000);
  Terminal terminal(card);
  ASSERT_EQ(terminal.open(document_seed()), 0x9000);
  EXPECT_EQ(to_hex(terminal.send(hex("00B09E0016"))), to_hex(ef_com()) + "9000");
}

TEST_F(BenchTest, AnswersLinesOnTheControlSocket) {
  start();
  auto server = ControlServer::listen(folder_ / "control.sock", *bench_);
  ASSERT_TRUE(server.has_value());
  const FileDescriptor stop(::eventfd(0, EFD_CLOEXEC));
  std::thread thread([&] { server.value()->run(stop); });
  const FileDescriptor client(connect_to(folder_ / "control.sock"));
  const auto ask = [&client](const std::string& text) {
    EXPECT_EQ(::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
    std::array<char, 512> buffer;
    const ssize_t count = ::recv(client.get(), buffer.data(), buffer.size(), 0);
    return count < 0 ? std::string() : std::string(buffer.data(), static_cast<std::size_t>(count));
  };
  EXPECT_EQ(ask("ping\n"), "ok virtual-card 1\n");
  EXPECT_EQ(ask("take reader-2 utopia-id\n"), "ok B000004\n");
  EXPECT_EQ(ask(std::string(600, 'x')).substr(0, 23), "error transport.syntax ");
  const std::uint64_t one = 1;
  ASSERT_EQ(::write(stop.get(), &one, sizeof one), static_cast<ssize_t>(sizeof one));
  thread.join();
}

}  // namespace
}  // namespace imprimatur::devices::testing
