// The form of DG11 and DG12 (ICAO Doc 9303-10 sections 4.7.11 and 4.7.12): 5C lists the tags that follow,
// each element once; repeated ones stand in A0 behind a count and are listed by the tag of one. For this
// room's own files only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "lds/tlv.hpp"

namespace imprimatur::lds {

struct ListedElementRules {
  const char* code;                         // of what is well formed and not allowed
  const char* file;                         // name of the file in errors
  std::span<const std::uint32_t> elements;  // all that may be listed
  std::uint32_t repeated;                   // tag of one of those in A0
};

// Every listed element of a group's content, in the order of the file; A0 is checked and left out. Errors of
// tlv.hpp and the rules' code.
Result<std::vector<Tlv>> read_listed_elements(ByteView content, const ListedElementRules& rules);

// Collects elements and writes the list in front of them. Empty values are left out.
class ListedElementWriter {
 public:
  void add(std::uint32_t tag, std::string_view text);
  Bytes finish(std::uint32_t outer_tag) const;

 private:
  Bytes list_;
  Bytes elements_;
};

// Eight digits, CCYYMMDD, unknown month or day 00. CHECK: years 0 to 9999.
std::string date_digits(const Date& date);
// The same, as eight ASCII digits or, on older chips, four bytes of packed digits.
std::optional<Date> date_of_digits(ByteView value);
// The digits of a value that is `digits` ASCII digits or half as many bytes of packed digits.
std::optional<std::string> digits_of_value(ByteView value, std::size_t digits);

}  // namespace imprimatur::lds
