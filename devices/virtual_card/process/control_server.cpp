#include "devices/virtual_card/process/control_server.hpp"

#include <poll.h>

#include "devices/virtual_card/process/unix_socket.hpp"

namespace imprimatur::devices {

namespace {
constexpr std::size_t kLineMax = 512;  // bytes
constexpr std::size_t kReceivedMax = 64U << 10;
constexpr std::size_t kClientsMax = 32;
}  // namespace

Result<std::unique_ptr<ControlServer>> ControlServer::listen(const std::filesystem::path& socket_path,
                                                             Bench& bench) {
  TRY(auto listener, listen_on(socket_path));
  return std::make_unique<ControlServer>(std::move(listener), bench);
}

void ControlServer::run(const FileDescriptor& stop) {
  while (true) {
    std::vector<pollfd> waits = {{stop.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    for (const auto& client : clients_) waits.push_back({client->socket.get(), POLLIN, 0});
    if (::poll(waits.data(), waits.size(), -1) < 0) continue;
    if (waits[0].revents != 0) return;
    const std::size_t served = clients_.size();
    for (std::size_t i = 0; i < served; ++i) {
      if (waits[2 + i].revents != 0) serve(*clients_[i]);
    }
    if (waits[1].revents != 0) {
      FileDescriptor socket = accept_client(listener_);
      if (socket.valid() && clients_.size() < kClientsMax) {
        auto client = std::make_unique<Client>();
        client->socket = std::move(socket);
        clients_.push_back(std::move(client));
      }
    }
    std::erase_if(clients_, [](const auto& client) { return client->gone; });
  }
}

void ControlServer::serve(Client& client) {
  if (!receive_some(client.socket, client.received, kReceivedMax)) client.gone = true;
  while (true) {
    const auto end = std::find(client.received.begin(), client.received.end(), '\n');
    const auto length = static_cast<std::size_t>(end - client.received.begin());
    if (length > kLineMax) {
      send_all(client.socket, bytes_of("error transport.syntax a line has at most 512 bytes\n"));
      client.gone = true;
      return;
    }
    if (end == client.received.end()) return;
    const std::string line(client.received.begin(), end);
    client.received.erase(client.received.begin(), end + 1);
    if (!send_all(client.socket, bytes_of(bench_.execute(line)))) client.gone = true;
  }
}

}  // namespace imprimatur::devices
