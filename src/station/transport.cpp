#include "station/transport.hpp"

#include <array>
#include <charconv>

namespace imprimatur::station {
namespace {

struct PlaceName {
  Place::Kind kind;
  std::string_view text;
  bool numbered;
};

constexpr std::array kPlaceNames{
    PlaceName{Place::Kind::hopper, "hopper", false},   PlaceName{Place::Kind::reader, "reader-", true},
    PlaceName{Place::Kind::printer, "printer-", true}, PlaceName{Place::Kind::output, "output", false},
    PlaceName{Place::Kind::reject, "reject", false},
};

constexpr int kDevicesMax = 99;

}  // namespace

std::string text_of(Place place) {
  for (const auto& name : kPlaceNames) {
    if (name.kind == place.kind) {
      return std::string(name.text) + (name.numbered ? std::to_string(place.device) : std::string());
    }
  }
  return {};
}

Result<Place> place_named(std::string_view text) {
  for (const auto& name : kPlaceNames) {
    if (!name.numbered && text == name.text) return Place{name.kind, 0};
    if (!name.numbered || !text.starts_with(name.text)) continue;
    const std::string_view digits = text.substr(name.text.size());
    int device = 0;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), device);
    if (ec == std::errc{} && end == digits.data() + digits.size() && device >= 1 && device <= kDevicesMax) {
      return Place{name.kind, device};
    }
  }
  return fail("transport.place", "no place of a line has this name", std::string(text));
}

}  // namespace imprimatur::station
