// The control socket of the virtual card process: lines in, answers out (FORMAT.md section 4). Runs on the
// thread that calls `run`, which also moves the cards; a slow client holds nobody up for more than a second.
#pragma once

#include <csignal>
#include <functional>
#include <memory>
#include <vector>

#include "base/bytes.hpp"
#include "devices/virtual_card/process/bench.hpp"
#include "devices/virtual_card/process/file_descriptor.hpp"

namespace imprimatur::devices {

class ControlServer {
 public:
  // Errors of listen_on.
  static Result<std::unique_ptr<ControlServer>> listen(const std::filesystem::path& socket_path,
                                                       Bench& bench);
  ControlServer(FileDescriptor listener, Bench& bench) : listener_(std::move(listener)), bench_(bench) {}

  // Serves until `stop` can be read (a signalfd, an eventfd, a pipe).
  void run(const FileDescriptor& stop);

 private:
  struct Client {
    FileDescriptor socket;
    Bytes received;
    bool gone = false;
  };
  void serve(Client& client);

  FileDescriptor listener_;
  Bench& bench_;
  std::vector<std::unique_ptr<Client>> clients_;
};

}  // namespace imprimatur::devices
