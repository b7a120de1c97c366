#include "devices/ipp/ipp_exchange.hpp"

#include <cups/http.h>

#include <array>
#include <memory>

namespace imprimatur::devices {
namespace {

struct HttpClose {
  void operator()(http_t* http) const { httpClose(http); }
};
using Http = std::unique_ptr<http_t, HttpClose>;

// libcups asks after each short silence whether it should go on waiting.
constexpr double kSilence = 0.1;  // seconds
struct Patience {
  const Clock& clock;
  SteadyTime deadline;
  bool over() const { return clock.steady() >= deadline; }
};
int wait_on(http_t*, void* context) {
  return static_cast<Patience*>(context)->over() ? 0 : 1;
}

Error no_answer(const IppTarget& target, std::string_view what) {
  return unknown("printer.unreachable",
                 "The printer at " + target.uri + " did not answer: " + std::string(what) + ".",
                 "Check that the printer is on and connected.");
}

bool post_all(http_t* http, const IppTarget& target, IppPost post) {
  httpClearFields(http);
  httpSetField(http, HTTP_FIELD_CONTENT_TYPE, "application/ipp");
  httpSetField(http, HTTP_FIELD_CONNECTION, "close");
  httpSetLength(http, post.request.size() + post.document.size());
  if (httpPost(http, target.resource.c_str()) != 0) return false;
  for (const ByteView part : {post.request, post.document}) {
    if (part.empty()) continue;
    const auto* bytes = reinterpret_cast<const char*>(part.data());
    if (httpWrite2(http, bytes, part.size()) != static_cast<ssize_t>(part.size())) return false;
  }
  return httpFlushWrite(http) >= 0;
}

// The final status line; 100-continue and other interim answers are passed over, a few at most.
http_status_t read_status(http_t* http) {
  constexpr int kInterimMax = 16;
  http_status_t status = HTTP_STATUS_CONTINUE;
  for (int i = 0; i < kInterimMax && status == HTTP_STATUS_CONTINUE; ++i) status = httpUpdate(http);
  return status;
}

Result<Bytes> read_body(http_t* http, const IppTarget& target, std::size_t size_max,
                        const Patience& patience) {
  Bytes body;
  std::array<char, 16'384> buffer;
  while (body.size() <= size_max) {
    if (patience.over()) return no_answer(target, "the answer took too long");
    const ssize_t count = httpRead2(http, buffer.data(), buffer.size());
    if (count < 0) return no_answer(target, "the connection broke within the answer");
    if (count == 0) return body;
    append(body, {reinterpret_cast<const std::uint8_t*>(buffer.data()), static_cast<std::size_t>(count)});
  }
  return unknown("printer.answer", "The printer at " + target.uri + " answered with more than " +
                                       std::to_string(size_max) + " bytes.");
}

}  // namespace

Result<IppTarget> parse_ipp_uri(const std::string& uri) {
  std::array<char, 16> scheme{};
  std::array<char, 256> user{}, host{}, resource{};
  int port = 0;
  const http_uri_status_t status =
      httpSeparateURI(HTTP_URI_CODING_ALL, uri.c_str(), scheme.data(), scheme.size(), user.data(),
                      user.size(), host.data(), host.size(), &port, resource.data(), resource.size());
  if (status != HTTP_URI_STATUS_OK || std::string_view(scheme.data()) != "ipp" || host[0] == '\0' ||
      port == 0) {
    return fail("printer.uri", "A printer's URI has the form ipp://HOST:PORT/PATH, found \"" + uri + "\".",
                "uri", "Correct the printer's URI in the configuration.");
  }
  return IppTarget{.uri = uri, .host = host.data(), .port = port, .resource = resource.data()};
}

Result<Bytes> exchange(const IppTarget& target, IppPost post, const ExchangeLimits& limits,
                       const Clock& clock) {
  const Http http(httpConnect2(target.host.c_str(), target.port, nullptr, AF_UNSPEC, HTTP_ENCRYPTION_NEVER, 1,
                               static_cast<int>(limits.connect_timeout.count()), nullptr));
  if (!http) {
    return fail("printer.unreachable", "No connection to the printer at " + target.uri + ".", {},
                "Check that the printer is on and connected.");
  }
  Patience patience{.clock = clock, .deadline = clock.steady() + limits.answer_timeout};
  httpSetTimeout(http.get(), kSilence, wait_on, &patience);

  // A printer may refuse and answer before it has read a whole document, so a failed write is not the end.
  const bool sent = post_all(http.get(), target, post);
  const http_status_t status = read_status(http.get());
  if (status == HTTP_STATUS_ERROR || status == HTTP_STATUS_CONTINUE) {
    return no_answer(target, sent ? "no answer came" : "the connection broke while the request was sent");
  }
  if (status != HTTP_STATUS_OK) {
    return unknown(
        "printer.answer",
        "The printer at " + target.uri + " answered with HTTP status " + std::to_string(status) + ".",
        "Check the path in the printer's URI; when the printer is busy, wait.");
  }
  return read_body(http.get(), target, limits.answer_size_max, patience);
}

}  // namespace imprimatur::devices
