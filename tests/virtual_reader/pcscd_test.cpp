// The reader driver inside the real pcscd, as Debian ships it, with the real card process.
#include <gtest/gtest.h>
#include <reader.h>
#include <winscard.h>

#include <array>
#include <chrono>
#include <thread>

#include "base/encoding.hpp"
#include "support/pcsc_bench/pcsc_bench.hpp"

namespace imprimatur::testing {
namespace {

constexpr DWORD kPatienceMs = 5000;
constexpr DWORD kAnswerMax = 65548;

class Pcscd : public ::testing::Test {
 protected:
  void start(PcscBenchSettings settings = {}) {
    auto bench = PcscBench::start(std::move(settings));
    ASSERT_TRUE(bench.has_value()) << bench.error().message;
    bench_ = std::move(bench.value());
    ASSERT_EQ(::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context_), SCARD_S_SUCCESS);
  }
  void TearDown() override {
    if (context_ != 0) ::SCardReleaseContext(context_);
  }

  // Waits until the reader's state has (or has not) this flag; the counter of events in the high half.
  DWORD wait_for(int reader, bool present, DWORD* counter = nullptr) {
    const std::string name = PcscBench::reader_name(reader);
    SCARD_READERSTATE state{};
    state.szReader = name.c_str();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (std::chrono::steady_clock::now() < deadline) {
      ::SCardGetStatusChange(context_, 500, &state, 1);
      state.dwCurrentState = state.dwEventState;
      const bool is_present = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
      if (is_present == present && (state.dwEventState & SCARD_STATE_UNKNOWN) == 0) break;
    }
    if (counter != nullptr) *counter = state.dwEventState >> 16;
    return state.dwEventState;
  }

  LONG connect(int reader, SCARDHANDLE& card) {
    DWORD protocol = 0;
    return ::SCardConnect(context_, PcscBench::reader_name(reader).c_str(), SCARD_SHARE_EXCLUSIVE,
                          SCARD_PROTOCOL_T1, &card, &protocol);
  }

  LONG transmit(SCARDHANDLE card, std::string_view command, std::string& answer) {
    const Bytes bytes = hex(command);
    Bytes room(kAnswerMax);
    DWORD length = kAnswerMax;
    const LONG result =
        ::SCardTransmit(card, SCARD_PCI_T1, bytes.data(), bytes.size(), nullptr, room.data(), &length);
    answer = to_hex(ByteView(room).first(result == SCARD_S_SUCCESS ? length : 0));
    return result;
  }

  std::unique_ptr<PcscBench> bench_;
  SCARDCONTEXT context_ = 0;
};

TEST_F(Pcscd, NamesItsReadersAndSeesThemEmpty) {
  start();
  DWORD length = 0;
  ASSERT_EQ(::SCardListReaders(context_, nullptr, nullptr, &length), SCARD_S_SUCCESS);
  std::string names(length, '\0');
  ASSERT_EQ(::SCardListReaders(context_, nullptr, names.data(), &length), SCARD_S_SUCCESS);
  EXPECT_EQ(names,
            std::string("Imprimatur Virtual Reader 1 00 00\0Imprimatur Virtual Reader 2 01 00\0\0", 69));
  EXPECT_NE(wait_for(1, false) & SCARD_STATE_EMPTY, 0U);
  SCARDHANDLE card = 0;
  EXPECT_EQ(connect(1, card), static_cast<LONG>(SCARD_E_NO_SMARTCARD));
}

TEST_F(Pcscd, ConnectsToACardAndCarriesApdus) {
  start();
  EXPECT_EQ(bench_->control("take reader-1 utopia-id"), "ok B000005");
  wait_for(1, true);
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  Bytes atr(33);
  DWORD atr_length = 33;
  DWORD name_length = 0;
  ASSERT_EQ(::SCardStatus(card, nullptr, &name_length, nullptr, nullptr, atr.data(), &atr_length),
            SCARD_S_SUCCESS);
  EXPECT_EQ(to_hex(ByteView(atr).first(atr_length)), "3B8C8131FE458073C4016056494D50524931F9");
  std::string answer;
  ASSERT_EQ(transmit(card, "00A4040008A00000015100000000", answer), SCARD_S_SUCCESS);
  EXPECT_EQ(answer, "6F118408A000000151000000A5059F650208009000");
  ASSERT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
  EXPECT_EQ(answer.substr(0, 6), "9F7F2A");
  ASSERT_EQ(transmit(card, "00A4040C07A0000002471001", answer), SCARD_S_SUCCESS);
  EXPECT_EQ(answer, "9000");
  ASSERT_EQ(transmit(card, "00B0810000", answer), SCARD_S_SUCCESS);
  EXPECT_EQ(answer, "6982");
  ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
}

TEST_F(Pcscd, SaysThatItCarriesExtendedLength) {
  start();
  bench_->control("take reader-1");
  wait_for(1, true);
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  std::array<std::uint8_t, 256> out{};
  DWORD length = 0;
  ASSERT_EQ(::SCardControl(card, CM_IOCTL_GET_FEATURE_REQUEST, nullptr, 0, out.data(), out.size(), &length),
            SCARD_S_SUCCESS);
  ASSERT_EQ(length, 6U);
  EXPECT_EQ(out[0], FEATURE_GET_TLV_PROPERTIES);
  const auto code = static_cast<DWORD>(read_be(ByteView(out).subspan(2, 4)));
  ASSERT_EQ(::SCardControl(card, code, nullptr, 0, out.data(), out.size(), &length), SCARD_S_SUCCESS);
  EXPECT_EQ(to_hex(ByteView(out).first(length)), "0A0400000100");
  // A command of 2,000 bytes of data reaches the card: unknown instruction there.
  std::string answer;
  ASSERT_EQ(transmit(card,
                     "80FE000000"
                     "07D0" +
                         to_hex(Bytes(2000, 0x11)),
                     answer),
            SCARD_S_SUCCESS);
  EXPECT_EQ(answer, "6D00");
  ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
}

TEST_F(Pcscd, SeesRemovalUnderAConnection) {
  start();
  const std::string taken = bench_->control("take reader-1");
  wait_for(1, true);
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  EXPECT_EQ(bench_->control("move " + taken.substr(3) + " to printer-1"), "ok");
  EXPECT_NE(wait_for(1, false) & SCARD_STATE_EMPTY, 0U);
  std::string answer;
  EXPECT_EQ(transmit(card, "80CA9F7F00", answer), static_cast<LONG>(SCARD_W_REMOVED_CARD));
  ::SCardDisconnect(card, SCARD_LEAVE_CARD);
}

// A card that is changed for another faster than anybody looks must not answer for the first one.
TEST_F(Pcscd, NeverTakesASwappedCardForTheSame) {
  start();
  for (int round = 0; round < 10; ++round) {
    const std::string first = bench_->control("take reader-2 vn-citizen");
    ASSERT_EQ(first.substr(0, 3), "ok ") << first;
    DWORD before = 0;
    wait_for(2, true, &before);
    SCARDHANDLE card = 0;
    ASSERT_EQ(connect(2, card), SCARD_S_SUCCESS) << round;
    std::string answer;
    ASSERT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
    bench_->control("move " + first.substr(3) + " hopper");
    const std::string second = bench_->control("take reader-2 vn-citizen");
    ASSERT_EQ(second.substr(0, 3), "ok ");
    ASSERT_NE(second, first);
    std::string after;
    LONG result = transmit(card, "80CA9F7F00", after);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(kPatienceMs);
    while (result != static_cast<LONG>(SCARD_W_REMOVED_CARD) && std::chrono::steady_clock::now() < deadline) {
      ASSERT_NE(result, SCARD_S_SUCCESS) << "the new card answered for the old one";
      result = transmit(card, "80CA9F7F00", after);
    }
    EXPECT_EQ(result, static_cast<LONG>(SCARD_W_REMOVED_CARD)) << round;
    ::SCardDisconnect(card, SCARD_LEAVE_CARD);
    wait_for(2, true);
    ASSERT_EQ(connect(2, card), SCARD_S_SUCCESS) << round;
    ASSERT_EQ(transmit(card, "80CA9F7F00", after), SCARD_S_SUCCESS);
    EXPECT_NE(answer, after) << "another chip";
    ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
    bench_->control("move " + second.substr(3) + " hopper");
    wait_for(2, false);
  }
}

TEST_F(Pcscd, SurvivesTheCardProcessComingLateGoingAndComingBack) {
  start({.with_cards_at_start = false});
  EXPECT_NE(wait_for(1, false) & SCARD_STATE_EMPTY, 0U);
  ASSERT_TRUE(bench_->start_cards().has_value());
  const std::string taken = bench_->control("take reader-1");
  wait_for(1, true);
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  bench_->kill_cards();
  std::string answer;
  EXPECT_NE(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
  EXPECT_NE(wait_for(1, false) & SCARD_STATE_EMPTY, 0U);
  ::SCardDisconnect(card, SCARD_LEAVE_CARD);
  ASSERT_TRUE(bench_->start_cards().has_value());
  wait_for(1, true);
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS) << "the card is where it was";
  EXPECT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
  ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
}

TEST_F(Pcscd, ReportsALostAnswerAndAMuteCardThatIsTakenOut) {
  start();
  const std::string serial = bench_->control("take reader-1").substr(3);
  wait_for(1, true);
  bench_->control("fault " + serial + " lost_answer 2");
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  std::string answer;
  ASSERT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
  EXPECT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS) << "as Debian's vpcd has it";
  EXPECT_EQ(answer, "") << "a success without an answer";
  ::SCardDisconnect(card, SCARD_RESET_CARD);

  bench_->control("fault " + serial + " mute 1");
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  LONG result = SCARD_S_SUCCESS;
  std::thread hung([&] { result = transmit(card, "80CA9F7F00", answer); });
  bench_->control("move " + serial + " reject");
  hung.join();
  EXPECT_NE(result, SCARD_S_SUCCESS);
  ::SCardDisconnect(card, SCARD_LEAVE_CARD);
}

// Printed for the record; the limit is far above what any machine needs.
TEST_F(Pcscd, TakesFarLessThanAMillisecondForAnApdu) {
  start();
  bench_->control("take reader-1");
  wait_for(1, true);
  SCARDHANDLE card = 0;
  ASSERT_EQ(connect(1, card), SCARD_S_SUCCESS);
  std::string answer;
  constexpr int kCount = 2000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kCount; ++i) ASSERT_EQ(transmit(card, "80CA9F7F00", answer), SCARD_S_SUCCESS);
  const auto taken =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  RecordProperty("microseconds_per_apdu", static_cast<int>(taken.count() / kCount));
  std::printf("%d microseconds an APDU\n", static_cast<int>(taken.count() / kCount));
  EXPECT_LT(taken.count() / kCount, 1000);
  ::SCardDisconnect(card, SCARD_UNPOWER_CARD);
}

}  // namespace
}  // namespace imprimatur::testing
