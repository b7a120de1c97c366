#include "devices/virtual_printer/control_socket.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

namespace imprimatur::devices {
namespace {

constexpr std::size_t kLineMax = 256;

Error cannot_listen(const std::filesystem::path& path, std::string_view what) {
  return fail("virtual_printer.control", "Cannot listen on " + path.string() + ": " + std::string(what) +
                                             ": " + std::strerror(errno) + ".");
}

// False when the client is gone.
bool write_all(int client, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = send(client, text.data(), text.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<ControlSocket>> ControlSocket::start(const std::filesystem::path& path,
                                                            Handler handler) {
  std::unique_ptr<ControlSocket> control(new ControlSocket(path, std::move(handler)));
  TRY_STATUS(control->listen_on_path());
  control->thread_ = std::thread([raw = control.get()] { raw->run(); });
  return control;
}

Status ControlSocket::listen_on_path() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path_.string();
  if (name.size() >= sizeof address.sun_path) {
    return fail("virtual_printer.control", "The path of a socket has at most 107 bytes: " + name + ".");
  }
  std::copy(name.begin(), name.end(), address.sun_path);
  listener_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = eventfd(0, EFD_CLOEXEC);
  if (listener_ < 0 || wake_ < 0) return cannot_listen(path_, "socket");
  unlink(name.c_str());
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return cannot_listen(path_, "bind");
  if (listen(listener_, 8) != 0) return cannot_listen(path_, "listen");
  return ok();
}

ControlSocket::~ControlSocket() {
  const std::uint64_t one = 1;
  if (wake_ >= 0 && write(wake_, &one, sizeof one) < 0) shutdown(listener_, SHUT_RDWR);
  if (thread_.joinable()) {
    thread_.join();
    unlink(path_.c_str());
  }
  for (const int descriptor : {listener_, wake_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

// True when there is something to read; false when the socket is to stop.
bool ControlSocket::wait_for(int descriptor) const {
  std::array<pollfd, 2> waits{pollfd{.fd = descriptor, .events = POLLIN, .revents = 0},
                              pollfd{.fd = wake_, .events = POLLIN, .revents = 0}};
  int ready = 0;
  do {
    ready = poll(waits.data(), waits.size(), -1);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && waits[1].revents == 0;
}

void ControlSocket::run() {
  while (wait_for(listener_)) {
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    serve(client);
    close(client);
  }
}

void ControlSocket::serve(int client) {
  std::string pending;
  while (wait_for(client)) {
    std::array<char, kLineMax> buffer;
    const ssize_t count = recv(client, buffer.data(), buffer.size(), 0);
    if (count <= 0) return;
    pending.append(buffer.data(), static_cast<std::size_t>(count));
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      const std::string line = pending.substr(0, end);
      pending.erase(0, end + 1);
      if (!write_all(client, handler_(line) + "\n")) return;
    }
    if (pending.size() > kLineMax) {
      write_all(client, "error: a line has at most 256 bytes\n");
      return;
    }
  }
}

}  // namespace imprimatur::devices
