// DG11, additional personal details (ICAO Doc 9303-10 section 4.7.11).
#include <array>

#include "lds/data_groups.hpp"
#include "lds/listed_elements.hpp"
#include "lds/utf8.hpp"

namespace imprimatur::lds {
namespace {

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
constexpr ListedElementRules kRules{"lds.dg11", "DG11", kElements, kOtherName};

Error detail_error(std::string_view sentence) {
  return fail(kRules.code, std::string(sentence), kRules.file);
}

std::string* text_member(std::uint32_t tag, Dg11& details) {
  if (tag == kFullName) return &details.full_name;
  if (tag == kPersonalNumber) return &details.personal_number;
  if (tag == kPlaceOfBirth) return &details.place_of_birth;
  if (tag == kAddress) return &details.address;
  return nullptr;  // listed and well formed, but nothing that this structure has
}

}  // namespace

Bytes encode_dg11(const Dg11& details) {
  ListedElementWriter writer;
  writer.add(kFullName, details.full_name);
  writer.add(kPersonalNumber, details.personal_number);
  if (details.birth_date) writer.add(kBirthDate, date_digits(*details.birth_date));
  writer.add(kPlaceOfBirth, details.place_of_birth);
  writer.add(kAddress, details.address);
  return writer.finish(tag_of(FileId::dg11));
}

Result<Dg11> decode_dg11(ByteView file) {
  TRY(const ByteView content, only_tlv(file, tag_of(FileId::dg11), "DG11"));
  TRY(const auto elements, read_listed_elements(content, kRules));
  Dg11 details;
  for (const Tlv& element : elements) {
    if (element.tag == kBirthDate) {
      details.birth_date = date_of_digits(element.value);
      if (!details.birth_date) return detail_error("the date of birth is not a date in eight digits");
    } else if (std::string* text = text_member(element.tag, details)) {
      *text = text_of(element.value);
      if (!is_utf8(*text)) return detail_error("a text is not UTF-8");
    }
  }
  return details;
}

}  // namespace imprimatur::lds
