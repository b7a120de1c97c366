#include "ledger/serial_ranges.hpp"

#include <algorithm>
#include <charconv>

namespace imprimatur::ledger {
namespace {

// A serial as letters and the number at its end.
struct SerialParts {
  std::string_view prefix;
  std::int64_t number = -1;  // -1: none that can be counted on
};
SerialParts parts_of(std::string_view serial) {
  constexpr std::size_t kDigitsMax = 15;
  const std::size_t digits = serial.find_last_not_of("0123456789") + 1;
  SerialParts parts{serial.substr(0, digits)};
  const std::size_t count = serial.size() - digits;
  if (count > 0 && count <= kDigitsMax) {
    std::from_chars(serial.data() + digits, serial.data() + serial.size(), parts.number);
  }
  return parts;
}

bool follows(std::string_view serial, std::string_view before) {
  const SerialParts left = parts_of(before);
  const SerialParts right = parts_of(serial);
  return serial.size() == before.size() && left.prefix == right.prefix && left.number >= 0 &&
         right.number == left.number + 1;
}

// The serial that stands `steps` after `first`, of the same length.
std::string after(std::string_view first, const SerialParts& parts, std::int64_t steps) {
  std::string digits = std::to_string(parts.number + steps);
  const std::size_t width = first.size() - parts.prefix.size();
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return std::string(parts.prefix) + digits;
}

}  // namespace

std::vector<SerialRange> ranges_of(std::vector<std::string> serials) {
  std::sort(serials.begin(), serials.end());
  std::vector<SerialRange> ranges;
  for (std::size_t i = 0; i < serials.size();) {
    std::size_t last = i;
    while (last + 1 < serials.size() && follows(serials[last + 1], serials[last])) ++last;
    ranges.push_back({i == last ? serials[i] : serials[i] + ".." + serials[last],
                      static_cast<std::int64_t>(last - i + 1)});
    i = last + 1;
  }
  return ranges;
}

json::array texts_of(const std::vector<SerialRange>& ranges) {
  json::array texts;
  for (const SerialRange& range : ranges) texts.emplace_back(range.text);
  return texts;
}

Result<std::vector<std::string>> serials_of(const json::array& ranges) {
  std::vector<std::string> serials;
  const auto bad = [](std::size_t index) {
    return fail("stock.serials", "expected a serial, or FIRST..LAST of one form; at most 100,000 in all",
                "/serials/" + std::to_string(index));
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (!ranges[i].is_string()) return bad(i);
    const std::string_view text(ranges[i].get_string().data(), ranges[i].get_string().size());
    const std::size_t dots = text.find("..");
    const std::string_view first = text.substr(0, dots);
    if (first.empty() || first.size() > kSerialLettersMax) return bad(i);
    if (dots == std::string_view::npos) {
      serials.emplace_back(first);
    } else {
      const std::string_view last = text.substr(dots + 2);
      const SerialParts from = parts_of(first);
      const SerialParts to = parts_of(last);
      const bool one_form = first.size() == last.size() && from.prefix == to.prefix && from.number >= 0;
      const auto room = static_cast<std::int64_t>(kSerialsMax - serials.size());
      if (!one_form || to.number < from.number || to.number - from.number >= room) return bad(i);
      for (std::int64_t step = 0; step <= to.number - from.number; ++step)
        serials.push_back(after(first, from, step));
    }
    if (serials.size() > kSerialsMax) return bad(i);
  }
  std::sort(serials.begin(), serials.end());
  serials.erase(std::unique(serials.begin(), serials.end()), serials.end());
  return serials;
}

}  // namespace imprimatur::ledger
