#include "app/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <charconv>

namespace imprimatur::app {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using Socket = asio::local::stream_protocol::socket;
using boost::system::error_code;

constexpr std::size_t kAnswerBytesMax = 64U << 20;

std::int64_t sequence_of(const json::object& event) {
  const json::value* text = event.if_contains("sequence");
  std::int64_t sequence = -1;
  if (text != nullptr && text->is_string()) {
    const auto& digits = text->get_string();
    std::from_chars(digits.data(), digits.data() + digits.size(), sequence);
  }
  return sequence;
}

Error error_of(const ClientAnswer& answer) {
  auto problem = parse_json_object(answer.body);
  if (!problem) return fail("client.answer", "the daemon answered " + std::to_string(answer.status));
  Error error;
  error.code = member_text_or(problem.value(), "title", "client.answer").value();
  error.message = member_text_or(problem.value(), "detail", "").value();
  error.field = member_text_or(problem.value(), "field", "").value();
  error.remedy = member_text_or(problem.value(), "remedy", "").value();
  return error;
}

}  // namespace

struct Client::State {
  asio::io_context context;
  Socket socket{context};
  beast::flat_buffer buffer;
};

Client::Client(std::unique_ptr<State> state) : state_(std::move(state)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::connect(const std::filesystem::path& socket) {
  auto state = std::make_unique<State>();
  error_code ec;
  state->socket.connect(asio::local::stream_protocol::endpoint(socket.string()), ec);
  if (ec) {
    return fail("client.connect", "cannot reach the daemon: " + ec.message(), socket.string(),
                "Start imprimaturd, or name its socket with --socket.");
  }
  return std::unique_ptr<Client>(new Client(std::move(state)));
}

Result<ClientAnswer> Client::request(const std::string& method, const std::string& target,
                                     const std::string& body) {
  http::request<http::string_body> request;
  request.version(11);
  request.method_string(method);
  request.target(target);
  request.set(http::field::host, "localhost");
  request.body() = body;
  request.prepare_payload();
  error_code ec;
  http::write(state_->socket, request, ec);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kAnswerBytesMax);
  if (!ec) http::read(state_->socket, state_->buffer, parser, ec);
  if (ec)
    return unknown("client.exchange", "the daemon did not answer: " + ec.message(),
                   "Ask for the state first.");
  const auto& response = parser.get();
  return ClientAnswer{static_cast<int>(response.result_int()),
                      std::string(response[http::field::content_type]), response.body()};
}

Result<json::value> Client::call(const std::string& method, const std::string& target,
                                 const std::string& body) {
  TRY(auto answer, request(method, target, body));
  if (answer.status >= 300) return error_of(answer);
  return parse_json(answer.body, {.size_max = kAnswerBytesMax});
}

Status Client::follow(const api::Subscribe& subscribe,
                      const std::function<bool(const json::object&, std::string_view)>& handle) {
  websocket::stream<Socket&> socket(state_->socket);
  socket.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
    request.set(http::field::sec_websocket_protocol, "cloudevents.json");
  }));
  error_code ec;
  const auto broken = [&ec] { return fail("client.stream", "the status socket ended: " + ec.message()); };
  socket.handshake("localhost", "/v1/events", ec);
  if (ec) return broken();
  socket.text(true);
  socket.write(asio::buffer(api::subscribe_message(subscribe)), ec);
  if (ec) return broken();
  std::size_t used = 0;
  for (;;) {
    beast::flat_buffer buffer;
    socket.read(buffer, ec);
    if (ec == websocket::error::closed) return ok();
    if (ec) return broken();
    const std::string message = beast::buffers_to_string(buffer.data());
    TRY(auto event, parse_json_object(message));
    if (!handle(event, message)) {
      socket.close(websocket::close_code::normal, ec);
      return ok();
    }
    const std::int64_t sequence = sequence_of(event);
    if (sequence < 0 || ++used < subscribe.credit / 2) continue;
    socket.write(asio::buffer(api::acknowledge_message({.after = sequence, .credit = used})), ec);
    if (ec) return broken();
    used = 0;
  }
}

}  // namespace imprimatur::app
