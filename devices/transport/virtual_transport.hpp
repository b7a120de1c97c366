// The transport of a bench: moves virtual cards by the control socket of the `virtual-card` process
// (devices/virtual_card/FORMAT.md section 4). Implements station::Transport.
//
// One thread at a time. Calls block, each at most `time_limit_ms`. The connection is made when it is needed
// and made again after it broke. An answer that does not come is Happened::unknown.
#pragma once

#include <filesystem>

#include "station/transport.hpp"

namespace imprimatur::devices {

class VirtualTransport final : public station::Transport {
 public:
  struct Settings {
    std::filesystem::path socket_path;  // control.sock
    int time_limit_ms = 5000;
  };
  explicit VirtualTransport(Settings settings) : settings_(std::move(settings)) {}
  ~VirtualTransport() override;
  VirtualTransport(const VirtualTransport&) = delete;
  VirtualTransport& operator=(const VirtualTransport&) = delete;

  Result<std::string> take(int reader, std::string_view blank_class) override;
  Status move(std::string_view card, station::Place to) override;
  Result<std::vector<station::CardPlace>> list(bool with_hopper) override;

  // Gives a card a fault, "cut 7 300" (FORMAT.md); for tests and demonstrations. Errors transport.no_card,
  // transport.syntax.
  Status set_fault(std::string_view card, std::string_view fault);

 private:
  // One line there, `ok` and what follows back. An error answer becomes an Error with its code.
  Result<std::string> request(const std::string& line);
  Status connect();
  Status send_line(const std::string& line);
  Result<std::string> receive_line();
  Error broken(std::string_view what, bool may_have_happened);
  void disconnect();

  Settings settings_;
  int socket_ = -1;
  std::string received_;  // beyond the last line
};

}  // namespace imprimatur::devices
