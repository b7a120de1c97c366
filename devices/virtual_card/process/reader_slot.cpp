#include "devices/virtual_card/process/reader_slot.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <time.h>

#include <cerrno>
#include <cstdio>

#include "base/check.hpp"
#include "devices/virtual_card/process/unix_socket.hpp"

namespace imprimatur::devices {

namespace {

constexpr std::uint8_t kPowerOn = 1;
constexpr std::uint8_t kPowerOff = 2;
constexpr std::uint8_t kReset = 3;
constexpr std::uint8_t kApdu = 4;
constexpr std::uint8_t kPresence = 5;

constexpr std::size_t kHeadSize = 4;
constexpr std::size_t kFrameMax = 65'545;  // kind and the longest command
constexpr std::size_t kClientsMax = 16;

using SteadyClock = std::chrono::steady_clock;

void drain(const FileDescriptor& wake_up) {
  std::uint64_t count = 0;
  if (::read(wake_up.get(), &count, sizeof count) < 0) return;  // nothing was there
}

// The end of a wait is slept to an absolute time, without looking for events: short, and exact.
constexpr std::int64_t kLastStretchNs = 500'000;

void sleep_until(SteadyClock::time_point due) {
  const auto since_start =
      std::chrono::duration_cast<std::chrono::nanoseconds>(due.time_since_epoch()).count();
  constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
  const timespec until{since_start / kNanosecondsPerSecond, since_start % kNanosecondsPerSecond};
  while (::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

}  // namespace

Result<std::unique_ptr<ReaderSlot>> ReaderSlot::start(const std::filesystem::path& socket_path) {
  TRY(auto listener, listen_on(socket_path));
  FileDescriptor wake_up(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!wake_up.valid()) return fail("socket.listen", "no event descriptor is left");
  return std::make_unique<ReaderSlot>(socket_path, std::move(listener), std::move(wake_up));
}

ReaderSlot::ReaderSlot(std::filesystem::path socket_path, FileDescriptor listener, FileDescriptor wake_up)
    : socket_path_(std::move(socket_path)),
      listener_(std::move(listener)),
      wake_up_(std::move(wake_up)),
      thread_([this] { run(); }) {}

ReaderSlot::~ReaderSlot() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  ::unlink(socket_path_.c_str());
}

void ReaderSlot::wake() {
  const std::uint64_t one = 1;
  CHECK(::write(wake_up_.get(), &one, sizeof one) == sizeof one);
}

void ReaderSlot::insert(std::unique_ptr<StoredCard> card) {
  {
    const std::lock_guard lock(mutex_);
    CHECK(card_ == nullptr && card != nullptr);
    card_ = std::move(card);
    ++card_number_;
    events_.push_back(1);
  }
  wake();
}

std::unique_ptr<StoredCard> ReaderSlot::take_out() {
  std::unique_ptr<StoredCard> card;
  {
    const std::lock_guard lock(mutex_);
    if (card_ == nullptr) return nullptr;
    card = std::move(card_);
    ++card_number_;
    events_.push_back(0);
  }
  wake();
  card->card().power_off();
  return card;
}

void ReaderSlot::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  if (card_ != nullptr) card_->card().set_fault(fault);
}

void ReaderSlot::run() {
  ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);  // by default a sleep may be 50 µs too long
  while (true) {
    std::vector<pollfd> waits = {{wake_up_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& client : clients_) waits.push_back({client->socket.get(), POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[0].revents != 0) drain(wake_up_);
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    push_events();
    const std::size_t served = clients_.size();
    for (std::size_t i = 0; i < served; ++i) {
      if (waits[2 + i].revents != 0) serve(*clients_[i]);
    }
    if (waits[1].revents != 0) accept_clients();
    std::erase_if(clients_, [](const auto& client) { return client->gone; });
  }
}

void ReaderSlot::accept_clients() {
  FileDescriptor socket = accept_client(listener_);
  if (!socket.valid() || clients_.size() >= kClientsMax) return;
  auto client = std::make_unique<Client>();
  client->socket = std::move(socket);
  clients_.push_back(std::move(client));
}

void ReaderSlot::serve(Client& client) {
  const auto arrival = SteadyClock::now();
  if (!receive_some(client.socket, client.received, 2 * (kHeadSize + kFrameMax))) client.gone = true;
  while (!client.gone && client.received.size() >= kHeadSize + 1) {
    const auto size = static_cast<std::size_t>(read_be(ByteView(client.received).first(kHeadSize)));
    if (size == 0 || size > kFrameMax) {
      client.gone = true;
      return;
    }
    if (client.received.size() < kHeadSize + size) return;
    const Bytes frame(client.received.begin() + kHeadSize,
                      client.received.begin() + static_cast<std::ptrdiff_t>(kHeadSize + size));
    client.received.erase(client.received.begin(),
                          client.received.begin() + static_cast<std::ptrdiff_t>(kHeadSize + size));
    handle(client, frame[0], ByteView(frame).subspan(1), arrival);
  }
}

void ReaderSlot::handle(Client& client, std::uint8_t kind, ByteView payload,
                        SteadyClock::time_point arrival) {
  if (kind == kPresence) {
    push_events();  // those before go to the others; then this client knows what is now
    client.subscribed = true;
    send(client, kPresence, Bytes{static_cast<std::uint8_t>(presence_before_events() ? 1 : 0)});
    return;
  }
  if (kind < kPowerOn || kind > kApdu) {
    client.gone = true;
    return;
  }
  const Answer answer = execute(kind, payload, arrival);
  const bool stayed = wait_for(client, answer);
  send(client, kind, stayed ? ByteView(answer.payload) : ByteView());
}

// What a client that has had every event pushed so far must believe.
bool ReaderSlot::presence_before_events() {
  const std::lock_guard lock(mutex_);
  return events_.empty() ? card_ != nullptr : events_.front() == 0;
}

ReaderSlot::Answer ReaderSlot::execute(std::uint8_t kind, ByteView payload, SteadyClock::time_point arrival) {
  const std::lock_guard lock(mutex_);
  Answer answer{
      .payload = {}, .due = arrival, .takes_time = false, .hanging = false, .card_number = card_number_};
  // A card that came after the last events went out is not there yet for those that were told of them.
  if (card_ == nullptr || !events_.empty()) return answer;
  Card& card = card_->card();
  if (kind == kPowerOn || kind == kReset) {
    answer.payload = card.power_on();
  } else if (kind == kPowerOff) {
    card.power_off();
  } else {
    answer.payload = card.process(payload);
  }
  const std::uint64_t taken = card.take_elapsed_us();
  answer.takes_time = taken > 0;
  answer.due = arrival + std::chrono::microseconds(taken);
  answer.hanging = card.hanging();
  if (const Status saved = card_->save(); !saved) {
    std::fprintf(stderr, "virtual-card: %s: %s\n", card.identity().serial.c_str(),
                 saved.error().message.c_str());
    card.power_off();
    card.set_fault({.kind = FaultKind::dead});
    answer.payload.clear();
  }
  return answer;
}

// Waits as long as a real card would take; false when the card was taken out or its reader went away
// meanwhile.
bool ReaderSlot::wait_for(const Client& client, const Answer& answer) {
  while (answer.hanging || answer.takes_time) {
    const auto left =
        std::chrono::duration_cast<std::chrono::nanoseconds>(answer.due - SteadyClock::now()).count();
    if (!answer.hanging && left <= kLastStretchNs) break;
    constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
    const std::int64_t most = std::max<std::int64_t>(left - kLastStretchNs, 0);
    const timespec patience{most / kNanosecondsPerSecond, most % kNanosecondsPerSecond};
    std::array<pollfd, 2> waits = {{{wake_up_.get(), POLLIN, 0}, {client.socket.get(), POLLRDHUP, 0}}};
    const int ready = ::ppoll(waits.data(), waits.size(), answer.hanging ? nullptr : &patience, nullptr);
    if (ready > 0 && waits[1].revents != 0) return false;
    if (ready > 0) drain(wake_up_);
    push_events();
    const std::lock_guard lock(mutex_);
    if (stopping_ || card_number_ != answer.card_number) {
      if (stopping_) wake();  // the loop looks at the flag after the next poll
      return false;
    }
  }
  if (answer.takes_time) sleep_until(answer.due);
  const std::lock_guard lock(mutex_);
  return card_number_ == answer.card_number;
}

void ReaderSlot::push_events() {
  std::deque<std::uint8_t> events;
  {
    const std::lock_guard lock(mutex_);
    events.swap(events_);
  }
  for (const std::uint8_t event : events) {
    for (const auto& client : clients_) {
      if (client->subscribed) send(*client, kPresence, Bytes{event});
    }
  }
}

void ReaderSlot::send(Client& client, std::uint8_t kind, ByteView payload) {
  Bytes frame;
  append_be(frame, payload.size() + 1, kHeadSize);
  frame.push_back(kind);
  append(frame, payload);
  if (!send_all(client.socket, frame)) client.gone = true;
}

}  // namespace imprimatur::devices
