#include "devices/pcsc/pcsc_reader.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "devices/pcsc/pcsc_channel.hpp"
#include "devices/pcsc/pcsc_context.hpp"

namespace imprimatur::devices {

namespace {

constexpr int kConnectTriesMax = 3;
constexpr int kWaitPieceMs = 1000;
constexpr std::size_t kNamesMax = 64U << 10;  // bytes

using SteadyClock = std::chrono::steady_clock;

int milliseconds_until(SteadyClock::time_point deadline) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

}  // namespace

Result<std::vector<std::string>> list_readers() {
  PcscContext context;
  std::string names(kNamesMax, '\0');
  DWORD size = 0;
  const PcscCode code = context.with([&](SCARDCONTEXT handle) {
    size = names.size();
    return SCardListReaders(handle, nullptr, names.data(), &size);
  });
  std::vector<std::string> readers;
  if (code == kPcscNoReaders) return readers;
  if (code != kPcscSuccess) return reader_error(code, "(all)");
  names.resize(std::min<std::size_t>(size, names.size()));
  for (std::size_t at = 0;
       at < names.size() && names[at] != '\0';) {  // names end with zeros, the list with another
    const std::size_t end = std::min(names.find('\0', at), names.size());
    readers.push_back(names.substr(at, end - at));
    at = end + 1;
  }
  return readers;
}

PcscReader::PcscReader(std::string name, PcscReaderOptions options)
    : name_(std::move(name)),
      extended_length_(options.extended_length),
      context_(std::make_shared<PcscContext>()) {}

PcscReader::~PcscReader() = default;

Result<std::unique_ptr<chip::CardChannel>> PcscReader::connect() {
  // Waiting for the card has counted already; each count serves one connection. pcscd shows a card a moment
  // before it counts it, and a card may be swapped: the count must be the same before and after.
  auto before = std::exchange(events_seen_, std::nullopt);
  for (int i = 0; i < kConnectTriesMax; ++i) {
    if (!before) {
      TRY(const auto view, context_->look_at(name_));
      before = view.card_events;
    }
    TRY(auto channel, connect_once(*before));
    TRY(auto view, context_->look_at(name_));
    if (view.card_events == *before && !view.atr.empty()) {
      channel->set_atr(std::move(view.atr));
      if (!extended_length_) extended_length_ = channel->ask_extended_length();
      channel->set_extended_length(*extended_length_);
      return std::unique_ptr<chip::CardChannel>(std::move(channel));
    }
    before.reset();
  }
  return reader_error(kPcscRemovedCard, name_);
}

Result<std::unique_ptr<PcscChannel>> PcscReader::connect_once(unsigned long card_events) {
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  const PcscCode code = context_->with([&](SCARDCONTEXT handle) {
    return SCardConnect(handle, name_.c_str(), SCARD_SHARE_EXCLUSIVE, SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1,
                        &card, &protocol);
  });
  if (code == kPcscSuccess)
    return std::make_unique<PcscChannel>(context_, card, protocol, name_, card_events);
  // pcscd calls a card mute also when the reader under it has lost its plug: the reader's state tells.
  if (auto there = wait_for_card(true, 0); !there) return there.error();
  return reader_error(code, name_);
}

Result<bool> PcscReader::wait_for_card(bool present, int timeout_ms) {
  events_seen_.reset();
  const auto deadline = SteadyClock::now() + std::chrono::milliseconds(timeout_ms);
  SCARD_READERSTATE state{};
  state.szReader = name_.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;  // the first answer comes at once
  while (true) {
    const int piece = std::min(milliseconds_until(deadline), kWaitPieceMs);
    const PcscCode code = context_->with([&](SCARDCONTEXT handle) {
      return SCardGetStatusChange(handle, static_cast<DWORD>(piece), &state, 1);
    });
    if (code != kPcscSuccess && code != kPcscTimeout) return reader_error(code, name_);
    if ((state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0) {
      return reader_error(0x80100017, name_);
    }
    const bool is_present = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
    if (code == kPcscSuccess && is_present == present) {
      if (present) events_seen_ = PcscContext::events_of(state);
      return true;
    }
    if (milliseconds_until(deadline) == 0) return false;
    state.dwCurrentState = state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
  }
}

}  // namespace imprimatur::devices
