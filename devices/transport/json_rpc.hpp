// One JSON-RPC 2.0 request over TCP on a connection of its own, with deadlines and bounded sizes. Blocks; any
// thread.
#pragma once

#include <chrono>
#include <string>

#include "base/json.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct RpcTarget {
  std::string host;  // a numeric address or localhost: a name would wait for DNS
  int port = 0;
  std::chrono::milliseconds connect_timeout{3'000};
};

struct RpcCall {
  std::string id;
  std::string method;
  json::object params;
  std::chrono::milliseconds answer_timeout{5'000};  // from the begin of the request to its whole answer
};

// The `result` member. Errors rpc.unreachable (Happened::no when no connection was made, else unknown),
// rpc.answer (it is no answer to this call; Happened::unknown), rpc.refused (an error object: its code and
// text; Happened::unknown, since a machine may have done half of it).
Result<json::value> rpc_call(const RpcTarget& target, const RpcCall& call);

}  // namespace imprimatur::devices
