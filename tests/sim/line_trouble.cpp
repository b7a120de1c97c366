#include "tests/sim/line_trouble.hpp"

#include <array>

namespace imprimatur::sim {
namespace {

// Some that a printer waits with, some that it stops for (station/printer_reasons.cpp).
constexpr std::array kReasons{"media-empty-error", "media-jam-error", "marker-supply-empty-error",
                              "cover-open-error",  "paused",          "output-area-full-error"};
constexpr int kLooksMax = 4;  // of the face reader that go wrong

}  // namespace

std::string LineTrouble::begin() {
  const int printer = dice_.between(1, world_.printers());
  switch (dice_.below(4)) {
    case 0:
    case 1:
      return stop(printer);
    case 2:
      return disconnect(printer);
    default:
      return blind();
  }
}

std::string LineTrouble::stop(int printer) {
  const char* reason = kReasons.at(static_cast<std::size_t>(dice_.below(static_cast<int>(kReasons.size()))));
  world_.printer(printer).stop(reason);
  return "printer " + std::to_string(printer) + " stands still: " + reason;
}

std::string LineTrouble::disconnect(int printer) {
  world_.printer(printer).connected = false;
  return "printer " + std::to_string(printer) + " cannot be reached";
}

std::string LineTrouble::blind() {
  const int looks = dice_.between(1, kLooksMax);
  for (int i = 0; i < looks; ++i) {
    world_.face_reader().faults.push_back(static_cast<FaceFault>(dice_.between(1, 5)));
  }
  return "the face reader fails at the next " + std::to_string(looks) + " looks";
}

void LineTrouble::end() {
  for (int i = 1; i <= world_.printers(); ++i) {
    world_.printer(i).connected = true;
    world_.printer(i).go_on();
  }
  world_.face_reader().faults.clear();
}

}  // namespace imprimatur::sim
