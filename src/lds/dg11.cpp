// DG11, additional personal details (ICAO Doc 9303-10 section 4.7.11).
#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "lds/data_groups.hpp"
#include "lds/tlv.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kTagList = 0x5C;
constexpr std::uint32_t kOtherNames = 0xA0;
constexpr std::uint32_t kFullName = 0x5F0E;
constexpr std::uint32_t kOtherName = 0x5F0F;
constexpr std::uint32_t kPersonalNumber = 0x5F10;
constexpr std::uint32_t kBirthDate = 0x5F2B;
constexpr std::uint32_t kPlaceOfBirth = 0x5F11;
constexpr std::uint32_t kAddress = 0x5F42;
// All that may be listed: also telephone, profession, title, summary, image, other documents, custody.
constexpr std::array<std::uint32_t, 13> kElements{
    kFullName, kOtherName, kPersonalNumber, kBirthDate, kPlaceOfBirth, kAddress, 0x5F12,
    0x5F13,    0x5F14,     0x5F15,          0x5F16,     0x5F17,        0x5F18};
constexpr std::size_t kOtherNamesMax = 16;

std::string digits_of(int value, std::size_t width) {
  std::string text = std::to_string(value);
  CHECK(value >= 0 && text.size() <= width);
  return std::string(width - text.size(), '0') + text;
}

Error detail_error(std::string_view sentence) {
  return fail("lds.dg11", std::string(sentence), "DG11");
}

Result<Date> date_of_element(ByteView value) {
  std::string text = text_of(value);
  if (value.size() == 4) {  // older chips: packed digits
    text.clear();
    for (std::uint8_t byte : value) {
      text += static_cast<char>('0' + (byte >> 4));
      text += static_cast<char>('0' + (byte & 0x0F));
    }
  }
  const bool digits = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (text.size() != 8 || !digits) return detail_error("the date of birth is not eight digits");
  const int number = std::stoi(text);
  const Date date{number / 10000, number / 100 % 100, number % 100};
  if (date.month > 12 || date.day > 31) return detail_error("the date of birth is not a date");
  return date;
}

Result<std::vector<std::uint32_t>> read_tag_list(ByteView list) {
  ByteReader reader(list, "DG11 tag list");
  std::vector<std::uint32_t> tags;
  while (!reader.at_end()) {
    TRY(const std::uint64_t tag, reader.take_be(2));
    const auto listed = static_cast<std::uint32_t>(tag);
    if (std::find(kElements.begin(), kElements.end(), listed) == kElements.end()) {
      return detail_error("the tag list holds a tag that DG11 does not know");
    }
    if (std::find(tags.begin(), tags.end(), listed) != tags.end()) {
      return detail_error("the tag list holds a tag twice");
    }
    tags.push_back(listed);
  }
  return tags;
}

Status check_other_names(ByteView content) {
  ByteReader reader(content, "DG11 other names");
  TRY(const ByteView count, expect_tlv(reader, 0x02));
  if (count.size() != 1 || count[0] > kOtherNamesMax)
    return detail_error("the number of other names is not 0 to 16");
  for (std::uint8_t i = 0; i < count[0]; ++i) {
    TRY_STATUS(expect_tlv(reader, kOtherName));
  }
  if (!reader.at_end()) return detail_error("more other names follow than are counted");
  return ok();
}

Status take_element(const Tlv& element, Dg11& details) {
  if (element.tag == kOtherNames) return check_other_names(element.value);
  if (element.tag == kBirthDate) {
    TRY(details.birth_date, date_of_element(element.value));
    return ok();
  }
  std::string* text = nullptr;
  if (element.tag == kFullName) text = &details.full_name;
  if (element.tag == kPersonalNumber) text = &details.personal_number;
  if (element.tag == kPlaceOfBirth) text = &details.place_of_birth;
  if (element.tag == kAddress) text = &details.address;
  if (text == nullptr) return ok();  // listed and well formed, but nothing that this structure has
  *text = text_of(element.value);
  if (!is_utf8(*text)) return detail_error("a text is not UTF-8");
  return ok();
}

}  // namespace

Bytes encode_dg11(const Dg11& details) {
  Bytes list;
  Bytes elements;
  const auto add = [&](std::uint32_t tag, const std::string& text) {
    if (text.empty()) return;
    append_be(list, tag, 2);
    append(elements, encode_tlv(tag, bytes_of(text)));
  };
  add(kFullName, details.full_name);
  add(kPersonalNumber, details.personal_number);
  if (details.birth_date) {
    const Date& date = *details.birth_date;
    add(kBirthDate, digits_of(date.year, 4) + digits_of(date.month, 2) + digits_of(date.day, 2));
  }
  add(kPlaceOfBirth, details.place_of_birth);
  add(kAddress, details.address);
  return encode_tlv(0x6B, concat({encode_tlv(kTagList, list), elements}));
}

Result<Dg11> decode_dg11(ByteView file) {
  TRY(const ByteView content, only_tlv(file, 0x6B, "DG11"));
  ByteReader reader(content, "DG11");
  TRY(const ByteView list, expect_tlv(reader, kTagList));
  TRY(std::vector<std::uint32_t> expected, read_tag_list(list));
  Dg11 details;
  // Every listed tag is there once and nothing else; other names stand in A0 and are listed as 5F0F.
  while (!reader.at_end()) {
    TRY(const Tlv element, read_tlv(reader));
    const auto listed =
        std::find(expected.begin(), expected.end(), element.tag == kOtherNames ? kOtherName : element.tag);
    if (listed == expected.end())
      return detail_error("an element is not in the tag list or stands there twice");
    expected.erase(listed);
    TRY_STATUS(take_element(element, details));
  }
  if (!expected.empty()) return detail_error("an element of the tag list is missing");
  return details;
}

}  // namespace imprimatur::lds
