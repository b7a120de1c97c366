// One HTTP POST of one IPP request with its answer (RFC 8010 section 4): on a connection of its own, once.
// What a retry would mean is known only above, so nothing here repeats anything.
#pragma once

#include <chrono>
#include <string>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct IppTarget {
  std::string uri;   // as it stands in printer-uri
  std::string host;  // address or localhost
  int port = 631;
  std::string resource;  // path of the POST
};

// Splits ipp://HOST:PORT/PATH. Error printer.uri.
Result<IppTarget> parse_ipp_uri(const std::string& uri);

struct ExchangeLimits {
  std::chrono::milliseconds connect_timeout{3'000};
  std::chrono::milliseconds answer_timeout{15'000};  // from the connection to the end of the answer
  std::size_t answer_size_max = 1U << 20;            // bytes
};

struct IppPost {
  ByteView request;   // a complete IPP message
  ByteView document;  // follows it; may be empty
};

// Bytes of the answer's body. Blocks within the limits. Errors printer.unreachable and printer.answer
// (the HTTP status is not 200, or the answer is too large): Happened::no when no connection was made,
// Happened::unknown from the first byte that may have left.
Result<Bytes> exchange(const IppTarget& target, IppPost post, const ExchangeLimits& limits,
                       const Clock& clock);

}  // namespace imprimatur::devices
