#include "devices/transport/virtual_transport.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

namespace imprimatur::devices {

namespace {

constexpr std::size_t kReceivedMax = 128U << 20;  // a list of a million cards
constexpr std::size_t kCardsMax = 1'000'000;

using SteadyClock = std::chrono::steady_clock;

// Words go into a line: no spaces or newlines may hide in them.
bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= 64 && text.find_first_of(" \t\r\n") == std::string_view::npos;
}

Error not_a_word(std::string_view what) {
  return fail("transport.syntax", std::string(what) + " is not one word of at most 64 characters");
}

Error bad_answer() {
  return unknown("transport.fault", "the card process gave an answer that was not understood",
                 "Look where the cards are before anything is moved again.");
}

}  // namespace

VirtualTransport::~VirtualTransport() {
  disconnect();
}

void VirtualTransport::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
  received_.clear();
}

Error VirtualTransport::broken(std::string_view what, bool may_have_happened) {
  disconnect();
  const std::string message = "card process at " + settings_.socket_path.string() + ": " + std::string(what);
  if (may_have_happened) return unknown("transport.fault", message, "Look where the card is, then go on.");
  return fail("transport.fault", message, {}, "Start the virtual-card process and try again.");
}

Status VirtualTransport::connect() {
  if (socket_ >= 0) return ok();
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = settings_.socket_path.string();
  if (path.size() >= sizeof address.sun_path) return broken("the socket path is too long", false);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket_ < 0 || ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return broken(std::string("it cannot be reached: ") + std::strerror(errno), false);
  }
  return ok();
}

// Requests are short: they fit into an empty socket buffer.
Status VirtualTransport::send_line(const std::string& line) {
  const std::string text = line + "\n";
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t result = ::send(socket_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (result < 0 && errno == EINTR) continue;
    if (result <= 0) return broken("it closed the connection", sent > 0);
    sent += static_cast<std::size_t>(result);
  }
  return ok();
}

Result<std::string> VirtualTransport::receive_line() {
  const auto deadline = SteadyClock::now() + std::chrono::milliseconds(settings_.time_limit_ms);
  while (true) {
    if (const std::size_t end = received_.find('\n'); end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()).count();
    pollfd wait{socket_, POLLIN, 0};
    const int ready = left <= 0 ? 0 : ::poll(&wait, 1, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return broken("it did not answer in time", true);
    std::array<char, 65536> buffer;
    const ssize_t count = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return broken("it closed the connection", true);
    received_.append(buffer.data(), static_cast<std::size_t>(count));
    if (received_.size() > kReceivedMax) return broken("it sends without end", true);
  }
}

Result<std::string> VirtualTransport::request(const std::string& line) {
  const bool was_connected = socket_ >= 0;
  TRY_STATUS(connect());
  if (auto sent = send_line(line); !sent) {
    // A connection kept from before may be one of a process that has gone: nothing was sent, so try a new
    // one.
    if (!was_connected || sent.error().happened == Happened::unknown) return sent.error();
    TRY_STATUS(connect());
    TRY_STATUS(send_line(line));
  }
  TRY(auto answer, receive_line());
  if (answer == "ok") return std::string();
  if (answer.starts_with("ok ")) return answer.substr(3);
  if (!answer.starts_with("error ")) {
    disconnect();
    return bad_answer();
  }
  const std::size_t end = answer.find(' ', 6);
  std::string code = answer.substr(6, end == std::string::npos ? end : end - 6);
  const std::string text = end == std::string::npos ? answer : answer.substr(end + 1);
  // The card may be anywhere on its way.
  if (code == "transport.jam")
    return unknown("transport.fault", text, "Take the card out; then resume the line.");
  return fail(std::move(code), text);
}

Result<std::string> VirtualTransport::take(int reader, std::string_view blank_class) {
  if (!is_word(blank_class)) return not_a_word("the class of blank");
  const station::Place to{station::Place::Kind::reader, reader};
  return request("take " + station::text_of(to) + " " + std::string(blank_class));
}

Status VirtualTransport::move(std::string_view card, station::Place to) {
  if (!is_word(card)) return not_a_word("the card");
  TRY_STATUS(request("move " + std::string(card) + " to " + station::text_of(to)));
  return ok();
}

Status VirtualTransport::set_fault(std::string_view card, std::string_view fault) {
  if (!is_word(card)) return not_a_word("the card");
  if (fault.find_first_of("\r\n") != std::string_view::npos) return not_a_word("a fault's kind");
  TRY_STATUS(request("fault " + std::string(card) + " " + std::string(fault)));
  return ok();
}

Result<std::vector<station::CardPlace>> VirtualTransport::list(bool with_hopper) {
  TRY(auto count_text, request("list"));
  std::size_t count = 0;
  const char* const text_end = count_text.data() + count_text.size();
  const auto [end, error] = std::from_chars(count_text.data(), text_end, count);
  if (error != std::errc() || end != text_end || count > kCardsMax) {
    disconnect();
    return bad_answer();
  }
  std::vector<station::CardPlace> cards;
  for (std::size_t i = 0; i < count; ++i) {
    TRY(auto line, receive_line());
    const std::size_t first = line.find(' ');
    const std::size_t second = line.find(' ', first + 1);
    if (first == std::string::npos || second == std::string::npos) {
      disconnect();
      return bad_answer();
    }
    TRY(auto place, station::place_named(std::string_view(line).substr(second + 1)));
    if (place.kind == station::Place::Kind::hopper && !with_hopper) continue;
    cards.push_back({line.substr(0, first), line.substr(first + 1, second - first - 1), place});
  }
  return cards;
}

}  // namespace imprimatur::devices
