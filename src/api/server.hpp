// The Asio shell of the API: HTTP and WebSocket on a Unix socket. One io_context thread; requests are
// answered on a small pool of worker threads, so nothing blocks the network. FORMAT.md says what goes over
// it.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "api/backend.hpp"
#include "base/clock.hpp"

namespace imprimatur::api {

struct ServerOptions {
  std::filesystem::path socket;  // replaced when it stands there from an earlier run; at most 107 bytes
  std::string source;            // urn:imprimatur:<station>
  People people;                 // who is known, and in which roles
  std::size_t connections_max = 256;
  std::size_t body_bytes_max = 16U << 20;
  int workers = 2;
};

class Server {
 public:
  // Begins to listen. Error api.listen, also when another daemon listens there or the path is no socket.
  // Backend and clock are borrowed and outlive the server.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Backend& backend,
                                               const Clock& clock);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Any thread: the journal has grown or progress has changed. Cheap; never blocks.
  void wake_subscribers();

  // Says bye to subscribers, lets running requests end (at most two seconds), joins its threads.
  void stop();

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::api
