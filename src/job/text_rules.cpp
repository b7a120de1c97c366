#include "job/text_rules.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"

namespace imprimatur::job {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_label(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_capital(c) || is_small(c) || c == '.' || c == '_' || c == ':' || c == '-';
  });
}

bool is_file_name(std::string_view text) {
  return text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_small(c) || c == '-'; });
}

bool is_member_name(std::string_view text) {
  return is_small(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || is_small(c) || c == '_'; });
}

bool is_state(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_capital);
}

bool is_time(std::string_view text) {
  return parse_rfc3339(text).has_value();
}

bool is_day(std::string_view text) {
  return parse_date(text).has_value();
}

}  // namespace

bool is_date_with_unknown_parts(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i != 4 && i != 7 && !is_digit(text[i])) return false;
  }
  const std::string_view year = text.substr(0, 4), month = text.substr(5, 2), day = text.substr(8, 2);
  if (month == "00" && day != "00") return false;
  if (year == "0000" && month != "00") return false;
  return month <= "12" && day <= "31";
}

bool is_base64url_sha256(std::string_view text) {
  const auto bytes = from_base64url(text);
  return bytes.has_value() && bytes.value().size() == 32;
}

const TextRule kUuidRule{36, 36, is_uuid, "a UUID in lower case"};
const TextRule kLabelRule{1, 64, is_label, "a label of letters, digits and . _ : -"};
const TextRule kFileNameRule{1, 40, is_file_name, "a name of small letters, digits and -"};
const TextRule kMemberNameRule{1, 32, is_member_name, "a name of small letters, digits and _"};
const TextRule kTimeRule{20, 40, is_time, "an RFC 3339 time such as 2026-11-24T08:14:15Z"};
const TextRule kDateRule{10, 10, is_day, "a day of the calendar as YYYY-MM-DD"};
const TextRule kSha256Rule{43, 43, is_base64url_sha256, "32 bytes in base64url"};
const TextRule kStateRule{1, 3, is_state, "one to three capital letters"};

TextRule free_text(std::size_t length_min, std::size_t length_max) {
  return {.length_min = length_min, .length_max = length_max};
}

}  // namespace imprimatur::job
