#include "devices/virtual_printer/virtual_printer.hpp"

#include <algorithm>

namespace imprimatur::devices {

Result<std::unique_ptr<VirtualPrinter>> VirtualPrinter::start(const VirtualPrinterSettings& settings,
                                                              const Clock& clock, Random& random) {
  std::unique_ptr<VirtualPrinter> made(new VirtualPrinter(clock));
  VirtualPrinter* const raw = made.get();
  TRY(made->service_, IppService::make(settings.service, clock, random));
  made->mover_ = std::thread([raw] { raw->move_cards(); });
  if (!settings.control.empty()) {
    TRY(made->control_,
        ControlSocket::start(settings.control, [raw](std::string_view line) { return raw->control(line); }));
  }
  TRY(made->http_, HttpServer::start(settings.http, [raw](std::string_view resource, ByteView body) {
        return raw->reply(resource, body);
      }));
  return made;
}

VirtualPrinter::~VirtualPrinter() {
  http_.reset();
  control_.reset();
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (mover_.joinable()) mover_.join();
}

std::string VirtualPrinter::uri(int printer) const {
  return "ipp://127.0.0.1:" + std::to_string(port()) + "/ipp/print/card-" + std::to_string(printer);
}

std::string VirtualPrinter::control(std::string_view line) {
  std::string answer = service_->control(line);
  nudge();
  return answer;
}

HttpReply VirtualPrinter::reply(std::string_view resource, ByteView body) {
  IppAnswer answer = service_->answer(resource, body);
  nudge();
  return {.status = answer.http_status, .body = std::move(answer.body), .lost = answer.lost};
}

void VirtualPrinter::nudge() {
  {
    const std::scoped_lock lock(mutex_);
    nudged_ = true;
  }
  changed_.notify_one();
}

void VirtualPrinter::move_cards() {
  constexpr std::chrono::seconds kWaitMax{1};
  while (true) {
    const auto due = service_->advance();
    const auto wait = due ? std::min<SteadyTime::duration>(*due - clock_.steady(), kWaitMax) : kWaitMax;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, wait, [this] { return nudged_ || stopping_; });
    if (stopping_) return;
    nudged_ = false;
  }
}

}  // namespace imprimatur::devices
