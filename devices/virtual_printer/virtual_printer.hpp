// The bench's card printers, running: IPP server, control socket, and the thread that moves their cards. The
// same in a test's own process and as the program `virtual-printer`.
#pragma once

#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "devices/virtual_printer/control_socket.hpp"
#include "devices/virtual_printer/http_server.hpp"
#include "devices/virtual_printer/ipp_service.hpp"

namespace imprimatur::devices {

struct VirtualPrinterSettings {
  IppServiceSettings service;
  HttpServerSettings http;
  std::filesystem::path control;  // path of the control socket; empty for none
};

class VirtualPrinter {
 public:
  // Listens when it returns. Errors virtual_printer.listen, .control, .settings, file.make_folder. Clock and
  // random must outlive it.
  static Result<std::unique_ptr<VirtualPrinter>> start(const VirtualPrinterSettings& settings,
                                                       const Clock& clock, Random& random);
  ~VirtualPrinter();  // stops at once; cards in the heads are lost

  int port() const { return http_->port(); }
  // "ipp://127.0.0.1:PORT/ipp/print/card-N", N from 1.
  std::string uri(int printer) const;
  // As a line of the control socket (IppService::control).
  std::string control(std::string_view line);

 private:
  explicit VirtualPrinter(const Clock& clock) : clock_(clock) {}
  HttpReply reply(std::string_view resource, ByteView body);
  void move_cards();
  void nudge();  // something changed: look again what is due

  const Clock& clock_;
  std::unique_ptr<IppService> service_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool nudged_ = false;
  bool stopping_ = false;
  std::thread mover_;
  // Last, so that no request comes after the others are gone.
  std::unique_ptr<ControlSocket> control_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace imprimatur::devices
