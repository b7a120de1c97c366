// The command line's way to the daemon: HTTP and the status socket over its Unix socket. Blocking; one
// thread.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "api/event_messages.hpp"
#include "base/result.hpp"

namespace imprimatur::app {

struct ClientAnswer {
  int status = 0;
  std::string content_type;
  std::string body;
};

class Client {
 public:
  // Error client.connect with what to do when the daemon is not there.
  static Result<std::unique_ptr<Client>> connect(const std::filesystem::path& socket);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // One request and its answer, whatever its status. Error client.exchange, Happened::unknown when the
  // request may have been taken.
  Result<ClientAnswer> request(const std::string& method, const std::string& target,
                               const std::string& body = {});

  // The same, with a problem document turned into its error. The answer's JSON.
  Result<json::value> call(const std::string& method, const std::string& target,
                           const std::string& body = {});

  // Subscribes on this connection, which then serves nothing else, and hands every message to `handle` until
  // that answers false or the daemon says goodbye. Credit is renewed by itself. Error client.stream.
  Status follow(const api::Subscribe& subscribe,
                const std::function<bool(const json::object&, std::string_view)>& handle);

 private:
  struct State;
  explicit Client(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace imprimatur::app
