// The control messages of the status socket (design section 9): CloudEvents without a sequence.
#pragma once

#include <cstdint>
#include <string>

#include "api/event_filter.hpp"
#include "base/clock.hpp"
#include "base/json.hpp"

namespace imprimatur::api {

inline constexpr std::size_t kCreditMax = 10000;

// Client → server: where to begin and how many entries may be sent before the next acknowledgement.
struct Subscribe {
  std::int64_t after = -1;  // last sequence the client has; -1: from the first
  std::string epoch;        // empty: whichever is current
  std::size_t credit = 100;
  EventFilter filter = {};
  bool progress = false;  // also the unnumbered progress class
};
// Client → server: `after` is safely kept; `credit` more may be sent.
struct Acknowledge {
  std::int64_t after = -1;
  std::size_t credit = 0;
};

// Errors api.control with the member.
Result<Subscribe> parse_subscribe(std::string_view message);
Result<Acknowledge> parse_acknowledge(std::string_view message);

// Server → client. `source` is the station's URN.
std::string resync_message(std::string_view source, std::string_view epoch, std::uint64_t size, WallTime now);
// Everything up to `after` was looked at: a client with a filter may keep it as its last sequence.
std::string bookmark_message(std::string_view source, std::string_view epoch, std::int64_t after,
                             WallTime now);
std::string bye_message(std::string_view source, std::string_view reason, WallTime now);

// Client side, for the command line.
std::string subscribe_message(const Subscribe& subscribe);
std::string acknowledge_message(const Acknowledge& acknowledge);

}  // namespace imprimatur::api
