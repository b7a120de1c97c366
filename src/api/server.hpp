// The Asio shell of the API: HTTP and WebSocket on a Unix socket, and the same over mutual TLS 1.3 on a TCP
// port. One io_context thread; requests are answered on a small pool of worker threads, so nothing blocks
// the network. FORMAT.md says what goes over it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/backend.hpp"
#include "api/tls_files.hpp"
#include "base/clock.hpp"

namespace imprimatur::api {

// What one client, and all of them together, may take of the station.
struct ServerLimits {
  std::size_t connections_max = 256;        // on each of the two ports
  std::size_t person_connections_max = 64;  // of one person, over both
  std::size_t handshakes_max = 64;          // of TLS, under way; one more, and the oldest is shed
  std::size_t address_handshakes_max = 16;  // likewise from one address: the oldest of its own is shed
  std::size_t body_bytes_max = 16U << 20;
  std::size_t intake_bytes_max = 256U << 20;  // of bodies that are held at the same time
  std::size_t slow_bytes = 4U << 20;          // of events that a client has credit for and does not take
  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds idle{30000};    // between two requests
  std::chrono::milliseconds header{10000};  // from the first byte of a request to the end of its header
  std::chrono::milliseconds body{60000};    // for a body, or for 64 KiB of a batch
  std::chrono::milliseconds answer{30000};  // until the client has taken an answer
  std::chrono::milliseconds slow{5000};     // one event that is not taken
};

// Whether the text is an IPv4 or IPv6 address.
bool is_address(const std::string& text);

struct TcpOptions {
  std::string address = "127.0.0.1";  // IPv4 or IPv6
  std::uint16_t port = 0;             // 0: any that is free
  TlsFiles tls;
};

struct ServerOptions {
  std::filesystem::path socket;  // replaced when it stands there from an earlier run; at most 107 bytes
  std::string source;            // urn:imprimatur:<station>
  People people;                 // who is known, and in which roles
  std::optional<TcpOptions> tcp;
  ServerLimits limits;
  int workers = 4;  // more than processors: those that wait for a commit do not count
};

class Server {
 public:
  // Begins to listen. Errors api.listen, also when another daemon listens there or the path is no socket,
  // and api.tls. Backend and clock are borrowed and outlive the server.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Backend& backend,
                                               const Clock& clock);
  ~Server();  // stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // The TCP port that it listens on; 0 without TCP.
  std::uint16_t tcp_port() const;

  // Any thread: reads the certificates and revocation lists again. What was read is shown to `note` before it
  // is in force (empty without TCP, and `note` is not asked). Connections over TCP end when they have their
  // answer, so that whoever comes again is checked anew. Error api.tls, or that of `note`: nothing has
  // changed.
  Result<CertificatesRead> reload_certificates(
      const std::function<Status(const CertificatesRead&)>& note = {});

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
