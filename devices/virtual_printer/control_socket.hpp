// The control socket: a Unix socket on which a person or a test writes lines and reads one answer a line. One
// client at a time. The destructor stops it and removes the socket's file.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.hpp"

namespace imprimatur::devices {

class ControlSocket {
 public:
  using Handler =
      std::function<std::string(std::string_view line)>;  // without the newline; on the socket's thread

  // Listens when it returns; an old socket file of that name is replaced. Error virtual_printer.control.
  static Result<std::unique_ptr<ControlSocket>> start(const std::filesystem::path& path, Handler handler);
  ~ControlSocket();

 private:
  ControlSocket(std::filesystem::path path, Handler handler)
      : path_(std::move(path)), handler_(std::move(handler)) {}
  Status listen_on_path();
  void run();
  void serve(int client);
  bool wait_for(int descriptor) const;

  std::filesystem::path path_;
  Handler handler_;
  int listener_ = -1;
  int wake_ = -1;  // eventfd: written when it stops
  std::thread thread_;
};

}  // namespace imprimatur::devices
