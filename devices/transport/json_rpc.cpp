#include "devices/transport/json_rpc.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

namespace imprimatur::devices {
namespace {

constexpr std::size_t kAnswerMax = 64U << 10;  // bytes
constexpr std::size_t kTextMax = 200;          // of a machine's own words in an error

using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

// False when the deadline came first.
bool wait_for(int socket, short events, Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    if (left <= 0) return false;
    pollfd wait{socket, events, 0};
    const int ready = ::poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0;
  }
}

Error unreachable(const RpcTarget& target, const std::string& what) {
  return fail("rpc.unreachable",
              "no connection to " + target.host + ":" + std::to_string(target.port) + ": " + what, {},
              "Check that the machine is on and its service runs.");
}

Error no_answer(const std::string& what) {
  return unknown("rpc.unreachable", "the machine did not answer: " + what, "Look what the machine did.");
}

Error no_rpc(const std::string& what) {
  return unknown("rpc.answer", "the machine's answer is none: " + what, "Look what the machine did.");
}

std::optional<sockaddr_in> address_of(const RpcTarget& target) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(target.port));
  const std::string host = target.host == "localhost" ? "127.0.0.1" : target.host;
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return address;
}

Status connect_within(int socket, const sockaddr_in& address, const RpcTarget& target) {
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return ok();
  if (errno != EINPROGRESS) return unreachable(target, std::strerror(errno));
  if (!wait_for(socket, POLLOUT, SteadyClock::now() + target.connect_timeout))
    return unreachable(target, "it does not answer");
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return unreachable(target, std::strerror(error));
  return ok();
}

Status send_all(int socket, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    const ssize_t count = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno == EINTR) {
      continue;
    } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!wait_for(socket, POLLOUT, deadline)) return no_answer("it takes no request");
    } else {
      return no_answer("the connection broke while the request was sent");
    }
  }
  return ok();
}

// Until the text is one JSON object, or the machine closes.
Result<json::object> receive_object(int socket, Deadline deadline) {
  std::string text;
  std::array<char, 4096> buffer;
  for (;;) {
    if (!wait_for(socket, POLLIN, deadline)) return no_answer("its time is over");
    const ssize_t count = ::recv(socket, buffer.data(), buffer.size(), 0);
    if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) continue;
    if (count < 0) return no_answer("the connection broke");
    text.append(buffer.data(), static_cast<std::size_t>(count));
    if (text.size() > kAnswerMax) return no_rpc("more than " + std::to_string(kAnswerMax) + " bytes");
    // A whole object ends with its brace; one within a text only costs another look.
    const std::size_t last = text.find_last_not_of(" \t\r\n");
    if (last != std::string::npos && text[last] == '}') {
      if (auto object = parse_json_object(text)) return object;
    }
    if (count == 0)
      return text.empty() ? no_answer("it closed the connection") : no_rpc("it is no JSON object");
  }
}

std::string plain(std::string_view text) {
  std::string out(text.substr(0, kTextMax));
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

Error refused(const json::value& error) {
  std::string text = "an error";
  if (const json::object* object = error.if_object()) {
    const json::value* message = object->if_contains("message");
    if (message != nullptr && message->is_string()) text = plain(message->get_string());
  }
  return unknown("rpc.refused", "the machine says: " + text, "Look at the machine's own display.");
}

}  // namespace

Result<json::value> rpc_call(const RpcTarget& target, const RpcCall& call) {
  const auto address = address_of(target);
  if (!address) return unreachable(target, "the host is no numeric address");
  const Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return unreachable(target, std::strerror(errno));
  TRY_STATUS(connect_within(socket.get(), *address, target));
  const std::string request = canonical_json(
      json::object{{"id", call.id}, {"jsonrpc", "2.0"}, {"method", call.method}, {"params", call.params}});
  const Deadline deadline = SteadyClock::now() + call.answer_timeout;
  TRY_STATUS(send_all(socket.get(), request, deadline));
  TRY(const json::object answer, receive_object(socket.get(), deadline));
  const json::value* id = answer.if_contains("id");
  if (const json::value* error = answer.if_contains("error"); error != nullptr && !error->is_null()) {
    return refused(*error);
  }
  if (id == nullptr || *id != json::value(call.id)) return no_rpc("it belongs to another call");
  const json::value* result = answer.if_contains("result");
  if (result == nullptr) return no_rpc("it has neither result nor error");
  return *result;
}

}  // namespace imprimatur::devices
