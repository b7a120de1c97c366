#include "bench/exchange.hpp"

#include <array>
#include <chrono>
#include <cstdio>

namespace imprimatur::bench {

namespace {

constexpr std::size_t kAnswerMax = 65'548;

// Adds the time of its life.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum_ms) : sum_ms_(sum_ms) {}
  ~Stopwatch() {
    sum_ms_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_ms_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

class ObservedChannel final : public chip::CardChannel {
 public:
  ObservedChannel(std::unique_ptr<chip::CardChannel> channel, Observation& observation)
      : channel_(std::move(channel)), observation_(observation) {}

  Result<Bytes> transmit(ByteView command) override {
    auto answer = [&] {
      const Stopwatch watch(observation_.inside_ms);
      return channel_->transmit(command);
    }();
    if (answer && observation_.exchange != nullptr) {
      observation_.exchange->steps.push_back({false, copy_of(command), answer.value()});
    }
    return answer;
  }
  Result<Bytes> reset() override {
    if (observation_.exchange != nullptr) observation_.exchange->steps.push_back({true, {}, {}});
    const Stopwatch watch(observation_.inside_ms);
    return channel_->reset();
  }
  const Bytes& atr() const override { return channel_->atr(); }
  bool extended_length() const override { return channel_->extended_length(); }

 private:
  std::unique_ptr<chip::CardChannel> channel_;
  Observation& observation_;
};

Error pcsc_error(const char* call, LONG code) {
  std::array<char, 80> text{};
  std::snprintf(text.data(), text.size(), "%s answered 0x%08lX", call,
                static_cast<unsigned long>(code) & 0xFFFFFFFFUL);
  return fail("bench.pcsc", text.data());
}

}  // namespace

std::size_t Exchange::commands() const {
  std::size_t count = 0;
  for (const ExchangeStep& step : steps) count += step.reset ? 0 : 1;
  return count;
}

std::size_t Exchange::wire_bytes() const {
  std::size_t bytes = 0;
  for (const ExchangeStep& step : steps) bytes += step.command.size() + step.answer.size();
  return bytes;
}

Result<std::unique_ptr<chip::CardChannel>> ObservedReader::connect() {
  auto channel = [&] {
    const Stopwatch watch(observation_.inside_ms);
    return reader_.connect();
  }();
  if (!channel) return channel.error();
  return std::unique_ptr<chip::CardChannel>(
      std::make_unique<ObservedChannel>(std::move(channel).value(), observation_));
}

Result<bool> ObservedReader::wait_for_card(bool present, int timeout_ms) {
  const Stopwatch watch(observation_.inside_ms);
  return reader_.wait_for_card(present, timeout_ms);
}

Result<std::unique_ptr<BareLoop>> BareLoop::make(std::string reader) {
  SCARDCONTEXT context = 0;
  const LONG code = SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context);
  if (code != SCARD_S_SUCCESS) return pcsc_error("SCardEstablishContext", code);
  return std::unique_ptr<BareLoop>(new BareLoop(std::move(reader), context));
}

BareLoop::~BareLoop() {
  SCardReleaseContext(context_);
}

Result<double> BareLoop::run(const Exchange& exchange) {
  // Room for all answers beforehand, so that the loop is nothing but the calls.
  std::vector<std::uint8_t> answers(exchange.wire_bytes() + kAnswerMax);
  std::vector<DWORD> sizes(exchange.steps.size());
  std::size_t at = 0;
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  LONG code = 0;

  const auto began = std::chrono::steady_clock::now();
  code = SCardConnect(context_, reader_.c_str(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                      &card, &protocol);
  if (code != SCARD_S_SUCCESS) return pcsc_error("SCardConnect", code);
  for (std::size_t i = 0; i < exchange.steps.size() && code == SCARD_S_SUCCESS; ++i) {
    const ExchangeStep& step = exchange.steps[i];
    if (step.reset) {
      code = SCardReconnect(card, SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                            SCARD_UNPOWER_CARD, &protocol);
      continue;
    }
    DWORD size = std::min(kAnswerMax, answers.size() - at);
    code = SCardTransmit(card, SCARD_PCI_T1, step.command.data(), step.command.size(), nullptr,
                         answers.data() + at, &size);
    sizes[i] = size;
    at += size;
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - began;

  SCardDisconnect(card, SCARD_UNPOWER_CARD);
  if (code != SCARD_S_SUCCESS) return pcsc_error("the exchange", code);
  at = 0;
  for (std::size_t i = 0; i < exchange.steps.size(); ++i) {
    if (!equal(exchange.steps[i].answer, ByteView(answers).subspan(at, sizes[i]))) {
      return fail("bench.exchange_differs", "the card answered step " + std::to_string(i) +
                                                " otherwise than when the exchange was recorded");
    }
    at += sizes[i];
  }
  return took.count();
}

}  // namespace imprimatur::bench
