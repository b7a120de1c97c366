#include "devices/virtual_printer/http_server.hpp"

#include <arpa/inet.h>
#include <cups/http.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace imprimatur::devices {
namespace {

Error cannot_listen(int port, std::string_view what) {
  return fail("virtual_printer.listen",
              "Cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + std::string(what) + ": " +
                  std::strerror(errno) + ".",
              "port", "Choose a free port.");
}

// Sends a whole answer. False when the connection is of no more use.
bool respond(http_t* http, http_status_t status, ByteView body = {}) {
  httpClearFields(http);
  if (!body.empty()) httpSetField(http, HTTP_FIELD_CONTENT_TYPE, "application/ipp");
  if (status != HTTP_STATUS_OK) httpSetKeepAlive(http, HTTP_KEEPALIVE_OFF);
  httpSetLength(http, body.size());
  if (httpWriteResponse(http, status) < 0) return false;
  if (!body.empty()) {
    const auto* bytes = reinterpret_cast<const char*>(body.data());
    if (httpWrite2(http, bytes, body.size()) != static_cast<ssize_t>(body.size())) return false;
  }
  return httpFlushWrite(http) >= 0 && status == HTTP_STATUS_OK;
}

enum class Body { whole, too_large, broken };

Body read_body(http_t* http, std::size_t size_max, Bytes& body) {
  std::array<char, 16'384> buffer;
  while (true) {
    const ssize_t count = httpRead2(http, buffer.data(), buffer.size());
    if (count < 0) return Body::broken;
    if (count == 0) return httpError(http) == 0 ? Body::whole : Body::broken;
    if (body.size() + static_cast<std::size_t>(count) > size_max) return Body::too_large;
    append(body, {reinterpret_cast<const std::uint8_t*>(buffer.data()), static_cast<std::size_t>(count)});
  }
}

}  // namespace

HttpServer::HttpServer(HttpServerSettings settings, Handler handler)
    : settings_(settings), handler_(std::move(handler)) {
  for (std::size_t i = 0; i < settings_.connections_max; ++i) places_.push_back(std::make_unique<Place>());
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpServerSettings settings, Handler handler) {
  std::unique_ptr<HttpServer> server(new HttpServer(settings, std::move(handler)));
  TRY_STATUS(server->listen_on_loopback());
  server->acceptor_ = std::thread([raw = server.get()] { raw->accept_clients(); });
  return server;
}

Status HttpServer::listen_on_loopback() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  wake_ = eventfd(0, EFD_CLOEXEC);
  if (listener_ < 0 || wake_ < 0) return cannot_listen(settings_.port, "socket");
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(settings_.port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0) return cannot_listen(settings_.port, "bind");
  if (listen(listener_, 128) != 0) return cannot_listen(settings_.port, "listen");
  if (getsockname(listener_, generic, &size) != 0) return cannot_listen(settings_.port, "getsockname");
  port_ = ntohs(address.sin_port);
  return ok();
}

HttpServer::~HttpServer() {
  stopping_ = true;
  const std::uint64_t one = 1;
  if (wake_ >= 0 && write(wake_, &one, sizeof one) < 0) shutdown(listener_, SHUT_RDWR);
  if (acceptor_.joinable()) acceptor_.join();
  for (const auto& place : places_) {
    {
      const std::scoped_lock lock(place->mutex);
      if (place->socket >= 0) shutdown(place->socket, SHUT_RDWR);
    }
    if (place->thread.joinable()) place->thread.join();
  }
  for (const int descriptor : {listener_, wake_}) {
    if (descriptor >= 0) close(descriptor);
  }
}

void HttpServer::accept_clients() {
  while (!stopping_) {
    std::array<pollfd, 2> waits{pollfd{.fd = listener_, .events = POLLIN, .revents = 0},
                                pollfd{.fd = wake_, .events = POLLIN, .revents = 0}};
    if (poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[1].revents != 0) return;
    if (waits[0].revents == 0) continue;
    if (http_t* http = httpAcceptConnection(listener_, 1)) seat(http);
  }
}

void HttpServer::seat(http_t* http) {
  const double idle_s = std::chrono::duration<double>(settings_.idle_max).count();
  httpSetTimeout(http, idle_s, nullptr, nullptr);
  const auto place = std::find_if(places_.begin(), places_.end(), [](const auto& one) { return !one->busy; });
  if (place == places_.end()) {
    respond(http, HTTP_STATUS_SERVICE_UNAVAILABLE);
    httpClose(http);
    return;
  }
  Place& free = **place;
  if (free.thread.joinable()) free.thread.join();  // it has ended: it is no longer busy
  free.busy = true;
  {
    const std::scoped_lock lock(free.mutex);
    free.socket = httpGetFd(http);
  }
  free.thread = std::thread([this, http, &free] { serve(http, free); });
}

void HttpServer::serve(http_t* http, Place& place) {
  while (!stopping_ && serve_request(http)) {
  }
  {
    const std::scoped_lock lock(place.mutex);
    place.socket = -1;
  }
  httpClose(http);
  place.busy = false;
}

// One request and its answer. False when the connection is to be closed.
bool HttpServer::serve_request(http_t* http) {
  std::array<char, 1'024> resource{};
  const http_state_t state = httpReadRequest(http, resource.data(), resource.size());
  if (state == HTTP_STATE_WAITING || state == HTTP_STATE_ERROR) return false;
  if (state == HTTP_STATE_UNKNOWN_METHOD || state == HTTP_STATE_UNKNOWN_VERSION) {
    return respond(http, HTTP_STATUS_BAD_REQUEST);
  }
  // Each turn reads a header line; a request has at most so many.
  constexpr int kHeaderLinesMax = 200;
  http_status_t status = HTTP_STATUS_CONTINUE;
  for (int i = 0; i < kHeaderLinesMax && status == HTTP_STATUS_CONTINUE; ++i) status = httpUpdate(http);
  if (status != HTTP_STATUS_OK) return respond(http, HTTP_STATUS_BAD_REQUEST);
  if (state != HTTP_STATE_POST) return respond(http, HTTP_STATUS_METHOD_NOT_ALLOWED);
  if (std::string_view(httpGetField(http, HTTP_FIELD_CONTENT_TYPE)) != "application/ipp") {
    return respond(http, HTTP_STATUS_UNSUPPORTED_MEDIATYPE);
  }
  if (httpGetExpect(http) == HTTP_STATUS_CONTINUE && httpWriteResponse(http, HTTP_STATUS_CONTINUE) < 0)
    return false;

  Bytes body;
  switch (read_body(http, settings_.body_max, body)) {
    case Body::whole:
      break;
    case Body::too_large:
      return respond(http, HTTP_STATUS_REQUEST_TOO_LARGE);
    case Body::broken:
      return false;
  }
  const HttpReply reply = handler_(resource.data(), body);
  if (reply.lost) return false;
  return respond(http, static_cast<http_status_t>(reply.status), reply.body);
}

}  // namespace imprimatur::devices
