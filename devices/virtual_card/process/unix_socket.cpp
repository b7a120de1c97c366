#include "devices/virtual_card/process/unix_socket.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace imprimatur::devices {

Result<FileDescriptor> listen_on(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) {
    return fail("socket.path", "the socket path is longer than 107 bytes", text, "Choose a shorter folder.");
  }
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  FileDescriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  ::unlink(text.c_str());
  constexpr int kBacklog = 16;
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  if (!listener.valid() || ::bind(listener.get(), raw, sizeof address) != 0 ||
      ::chmod(text.c_str(), 0600) != 0 || ::listen(listener.get(), kBacklog) != 0) {
    return fail("socket.listen", std::string("the socket cannot be made: ") + std::strerror(errno), text);
  }
  return listener;
}

FileDescriptor accept_client(const FileDescriptor& listener) {
  return FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
}

bool send_all(const FileDescriptor& client, ByteView bytes) {
  constexpr int kPatienceMs = 1000;
  while (!bytes.empty()) {
    const ssize_t sent = ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (sent < 0 && errno == EINTR) {
      continue;
    } else if (sent < 0 && errno == EAGAIN) {
      pollfd wait{client.get(), POLLOUT, 0};
      if (::poll(&wait, 1, kPatienceMs) <= 0) return false;
    } else {
      return false;
    }
  }
  return true;
}

bool receive_some(const FileDescriptor& client, Bytes& to, std::size_t most) {
  std::array<std::uint8_t, 16384> buffer;
  const ssize_t received = ::recv(client.get(), buffer.data(), buffer.size(), 0);
  if (received == 0) return false;
  if (received < 0) return errno == EAGAIN || errno == EINTR;
  append(to, ByteView(buffer).first(static_cast<std::size_t>(received)));
  return to.size() <= most;
}

}  // namespace imprimatur::devices
