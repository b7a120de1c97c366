// A bare client socket for tests: sends bytes, reads what comes until the other side closes or a time is
// over.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace imprimatur::tests {

class RawClient {
 public:
  explicit RawClient(int port);                           // 127.0.0.1
  explicit RawClient(const std::filesystem::path& path);  // Unix socket
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view bytes) const;
  // Until `end` was read, the connection closed, or 5 seconds passed.
  std::string read_until(std::string_view end) const;
  std::string read_all() const;

 private:
  int socket_ = -1;
  bool connected_ = false;
};

}  // namespace imprimatur::tests
