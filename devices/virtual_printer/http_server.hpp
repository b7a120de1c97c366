// A small HTTP server for IPP on 127.0.0.1, on libcups' server functions: one thread accepts, one thread
// serves each connection, at most connections_max of them; a further client is told 503. The destructor stops
// it all: it closes what is open and joins every thread.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

typedef struct _http_s http_t;

namespace imprimatur::devices {

struct HttpReply {
  int status = 200;
  Bytes body;         // application/ipp when status is 200
  bool lost = false;  // close the connection without a word
};

struct HttpServerSettings {
  int port = 0;  // 0: any free one
  std::size_t connections_max = 32;
  std::size_t body_max = 16U << 20;            // bytes of a request, document included
  std::chrono::milliseconds idle_max{10'000};  // a silence of the client
};

class HttpServer {
 public:
  // Called for each POST of application/ipp, on the connection's thread.
  using Handler = std::function<HttpReply(std::string_view resource, ByteView body)>;

  // Listens when it returns. Error virtual_printer.listen.
  static Result<std::unique_ptr<HttpServer>> start(HttpServerSettings settings, Handler handler);
  ~HttpServer();

  int port() const { return port_; }

 private:
  // A place for one connection. `socket` is -1 when it is not to be touched from outside.
  struct Place {
    std::thread thread;
    std::atomic<bool> busy{false};
    std::mutex mutex;
    int socket = -1;
  };

  HttpServer(HttpServerSettings settings, Handler handler);
  Status listen_on_loopback();
  void accept_clients();
  void seat(http_t* http);
  void serve(http_t* http, Place& place);
  bool serve_request(http_t* http);

  HttpServerSettings settings_;
  Handler handler_;
  int port_ = 0;
  int listener_ = -1;
  int wake_ = -1;  // eventfd: written when the server stops
  std::atomic<bool> stopping_{false};
  std::vector<std::unique_ptr<Place>> places_;
  std::thread acceptor_;
};

}  // namespace imprimatur::devices
