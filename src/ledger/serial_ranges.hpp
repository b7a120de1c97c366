// Serials of blanks as ranges: `B000001..B000050` stands for all serials of that length between the two. Pure
// functions.
#pragma once

#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/result.hpp"

namespace imprimatur::ledger {

inline constexpr std::size_t kSerialsMax = 100000;  // in one receipt, move or count
inline constexpr std::size_t kSerialLettersMax = 40;
inline constexpr std::size_t kRangesInEntry = 30;  // of two serials each: they fit into an entry's 4 KB

struct SerialRange {
  std::string text;  // "B000001..B000050", or one serial
  std::int64_t count = 0;
};

// Sorted, each serial once in its range.
std::vector<SerialRange> ranges_of(std::vector<std::string> serials);
json::array texts_of(const std::vector<SerialRange>& ranges);

// The other way: sorted, each once. Error stock.serials with the JSON pointer.
Result<std::vector<std::string>> serials_of(const json::array& ranges);

}  // namespace imprimatur::ledger
