#include "devices/virtual_reader/reader_link.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace imprimatur::devices {

namespace {

constexpr std::size_t kHeadSize = 5;  // length (4), kind (1)
constexpr int kEventPatienceMs = 1000;
constexpr int kReconnectMs = 200;
constexpr char kUnplugged[] = ".unplugged";

int connect_to(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return -1;
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return descriptor;
  ::close(descriptor);
  return -1;
}

void close_socket(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

bool send_frame(int descriptor, FrameKind kind, const std::uint8_t* payload, std::size_t size) {
  const auto length = static_cast<std::uint32_t>(size + 1);
  std::uint8_t head[kHeadSize] = {static_cast<std::uint8_t>(length >> 24),
                                  static_cast<std::uint8_t>(length >> 16),
                                  static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length),
                                  static_cast<std::uint8_t>(kind)};
  std::size_t sent = 0;
  while (sent < kHeadSize + size) {
    iovec parts[2];
    std::size_t count = 0;
    if (sent < kHeadSize) parts[count++] = {head + sent, kHeadSize - sent};
    const std::size_t of_payload = sent < kHeadSize ? 0 : sent - kHeadSize;
    if (of_payload < size)
      parts[count++] = {const_cast<std::uint8_t*>(payload) + of_payload, size - of_payload};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = count;
    const ssize_t result = ::sendmsg(descriptor, &message, MSG_NOSIGNAL);
    if (result < 0 && errno == EINTR) continue;
    if (result <= 0) return false;
    sent += static_cast<std::size_t>(result);
  }
  return true;
}

bool receive_exactly(int descriptor, std::uint8_t* to, std::size_t size) {
  std::size_t received = 0;
  while (received < size) {
    const ssize_t result = ::recv(descriptor, to + received, size - received, 0);
    if (result < 0 && errno == EINTR) continue;
    if (result <= 0) return false;
    received += static_cast<std::size_t>(result);
  }
  return true;
}

// Length of the payload that follows, or -1.
long receive_head(int descriptor, FrameKind kind) {
  std::uint8_t head[kHeadSize];
  if (!receive_exactly(descriptor, head, sizeof head)) return -1;
  const std::uint32_t length = static_cast<std::uint32_t>(head[0]) << 24 |
                               static_cast<std::uint32_t>(head[1]) << 16 |
                               static_cast<std::uint32_t>(head[2]) << 8 | head[3];
  if (length == 0 || length > kApduMax + 1 || head[4] != static_cast<std::uint8_t>(kind)) return -1;
  return static_cast<long>(length) - 1;
}

// Tells when a file comes to, or goes from, the folder of a path.
int watch_folder_of(const char* path) {
  char folder[kSocketPathMax + 1] = {};
  const char* slash = std::strrchr(path, '/');
  if (slash == nullptr || slash == path) return -1;
  std::memcpy(folder, path, static_cast<std::size_t>(slash - path));
  const int descriptor = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (descriptor >= 0)
    ::inotify_add_watch(descriptor, folder, IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM);
  return descriptor;
}

class Locked {
 public:
  explicit Locked(pthread_mutex_t& mutex) : mutex_(mutex) { ::pthread_mutex_lock(&mutex_); }
  ~Locked() { ::pthread_mutex_unlock(&mutex_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  pthread_mutex_t& mutex_;
};

}  // namespace

bool ReaderLink::open(const char* socket_path) {
  if (std::strlen(socket_path) > kSocketPathMax) return false;
  std::strncpy(path_, socket_path, kSocketPathMax);
  stop_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (stop_ < 0) return false;
  plug_ = watch_folder_of(path_);
  if (connect_events()) take_event();
  return true;
}

void ReaderLink::close() {
  close_socket(commands_);
  close_socket(events_);
  close_socket(stop_);
  close_socket(plug_);
  present_ = false;
}

bool ReaderLink::card_present() {
  const Locked lock(mutex_);
  return present_;
}

std::uint64_t ReaderLink::changes_seen() {
  const Locked lock(mutex_);
  return changes_;
}

void ReaderLink::set_present(bool present) {
  const Locked lock(mutex_);
  ++changes_;
  present_ = present;
}

bool ReaderLink::unplugged() const {
  char marker[kSocketPathMax + sizeof kUnplugged] = {};
  std::strcpy(marker, path_);
  std::strcat(marker, kUnplugged);
  return ::access(marker, F_OK) == 0;
}

bool ReaderLink::change_waiting() {
  const Locked lock(mutex_);
  if (events_ < 0) return true;
  pollfd wait{events_, POLLIN, 0};
  return ::poll(&wait, 1, 0) != 0;
}

bool ReaderLink::connect_commands() {
  if (commands_ < 0) commands_ = connect_to(path_);
  return commands_ >= 0;
}

bool ReaderLink::connect_events() {
  const int descriptor = connect_to(path_);
  if (descriptor < 0) return false;
  timeval patience{kEventPatienceMs / 1000, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (!send_frame(descriptor, FrameKind::presence, nullptr, 0)) {
    ::close(descriptor);
    return false;
  }
  const Locked lock(mutex_);
  events_ = descriptor;
  return true;
}

// The next presence event; when the connection is lost the reader is empty.
bool ReaderLink::take_event() {
  std::uint8_t value = 0;
  const bool taken = receive_head(events_, FrameKind::presence) == 1 && receive_exactly(events_, &value, 1);
  const Locked lock(mutex_);
  if (!taken) close_socket(events_);
  ++changes_;
  present_ = taken && value == 1;
  return taken;
}

long ReaderLink::exchange(FrameKind kind, const std::uint8_t* payload, std::size_t size, std::uint8_t* answer,
                          std::size_t room) {
  if (!connect_commands()) return -1;
  long length = -1;
  if (send_frame(commands_, kind, payload, size)) length = receive_head(commands_, kind);
  const bool fits = length >= 0 && static_cast<std::size_t>(length) <= room;
  if (fits && receive_exactly(commands_, answer, static_cast<std::size_t>(length))) return length;
  close_socket(commands_);  // a new connection for the next command; this one is out of step
  return length >= 0 && !fits ? -2 : -1;
}

void ReaderLink::wait_for_change(int timeout_ms) {
  if (events_ < 0) {
    // The process may have gone while a card was in: that is a removal, and pcscd sees it now.
    if (card_present()) {
      set_present(false);
      return;
    }
    if (connect_events()) {
      take_event();
      return;
    }
  }
  pollfd waits[3] = {{stop_, POLLIN, 0}, {plug_, POLLIN, 0}, {events_, POLLIN, 0}};  // -1 is passed over
  const bool connected = events_ >= 0;
  const int patience =
      connected || (timeout_ms >= 0 && timeout_ms < kReconnectMs) ? timeout_ms : kReconnectMs;
  if (::poll(waits, 3, patience) <= 0) return;
  if (waits[0].revents != 0) {
    std::uint64_t count = 0;
    if (::read(stop_, &count, sizeof count) < 0) return;
    return;
  }
  if (waits[1].revents != 0) {
    char events[4096];
    if (::read(plug_, events, sizeof events) < 0) return;
    return;
  }
  if (connected && waits[2].revents != 0) take_event();
}

void ReaderLink::stop_waiting() {
  const std::uint64_t one = 1;
  if (::write(stop_, &one, sizeof one) < 0) return;  // full: it is set already
}

}  // namespace imprimatur::devices
