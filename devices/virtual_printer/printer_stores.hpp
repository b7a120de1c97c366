// What a virtual card printer has inside: ribbon, input hopper, output tray. A store of 0 cards is one
// without end. Functions of their input; the owner locks.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace imprimatur::devices {

struct StoreSettings {
  int ribbon_cards = 0;  // that a new ribbon prints
  int hopper_cards = 0;  // that fit into the hopper
  int output_cards = 0;  // that fit into the tray
};

class PrinterStores {
 public:
  explicit PrinterStores(StoreSettings full)
      : full_(full), ribbon_(full.ribbon_cards), hopper_(full.hopper_cards) {}

  // A card was printed, or at least begun.
  void use_card() {
    ribbon_ = std::max(ribbon_ - 1, 0);
    hopper_ = std::max(hopper_ - 1, 0);
    ++output_;
  }
  // A person puts in a ribbon and cards, and takes out what was printed.
  void refill() { *this = PrinterStores(full_); }

  bool can_print() const {
    return !gone(ribbon_, full_.ribbon_cards) && !gone(hopper_, full_.hopper_cards) && !full();
  }

  // printer-state-reasons of PWG 5100.9, with their suffix: a warning from a tenth on, an error at the end.
  std::vector<std::string> reasons() const {
    std::vector<std::string> said;
    say(said, "marker-supply", ribbon_, full_.ribbon_cards);
    say(said, "media", hopper_, full_.hopper_cards);
    if (full()) {
      said.emplace_back("output-area-full-error");
    } else if (full_.output_cards > 0 && output_ * 10 >= full_.output_cards * 9) {
      said.emplace_back("output-area-almost-full-warning");
    }
    return said;
  }

  int ribbon_percent() const { return full_.ribbon_cards == 0 ? 100 : ribbon_ * 100 / full_.ribbon_cards; }

 private:
  static bool gone(int left, int of) { return of > 0 && left == 0; }
  bool full() const { return full_.output_cards > 0 && output_ >= full_.output_cards; }
  static void say(std::vector<std::string>& said, const std::string& what, int left, int of) {
    if (gone(left, of)) {
      said.push_back(what + "-empty-error");
    } else if (of > 0 && left * 10 <= of) {
      said.push_back(what + "-low-warning");
    }
  }

  StoreSettings full_;
  int ribbon_ = 0;
  int hopper_ = 0;
  int output_ = 0;
};

}  // namespace imprimatur::devices
