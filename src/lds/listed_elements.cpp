#include "lds/listed_elements.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::uint32_t kTagList = 0x5C;
constexpr std::uint32_t kRepeated = 0xA0;
constexpr std::size_t kRepetitionsMax = 16;

class ElementReader {
 public:
  explicit ElementReader(const ListedElementRules& rules) : rules_(rules) {}

  Result<std::vector<std::uint32_t>> read_list(ByteView list) const {
    ByteReader reader(list, rules_.file);
    std::vector<std::uint32_t> tags;
    while (!reader.at_end()) {
      TRY(const std::uint64_t tag, reader.take_be(2));
      const auto listed = static_cast<std::uint32_t>(tag);
      if (std::find(rules_.elements.begin(), rules_.elements.end(), listed) == rules_.elements.end()) {
        return refused("the tag list holds a tag that this group does not know");
      }
      if (std::find(tags.begin(), tags.end(), listed) != tags.end()) {
        return refused("the tag list holds a tag twice");
      }
      tags.push_back(listed);
    }
    return tags;
  }

  Status check_repeated(ByteView content) const {
    ByteReader reader(content, rules_.file);
    TRY(const ByteView count, expect_tlv(reader, 0x02));
    if (count.size() != 1 || count[0] > kRepetitionsMax) {
      return refused("the number of repeated elements is not 0 to 16");
    }
    for (std::uint8_t i = 0; i < count[0]; ++i) {
      TRY_STATUS(expect_tlv(reader, rules_.repeated));
    }
    return reader.at_end() ? ok() : Status(refused("more repeated elements follow than are counted"));
  }

  Error refused(std::string_view sentence) const {
    return fail(rules_.code, std::string(sentence), rules_.file);
  }

 private:
  const ListedElementRules& rules_;
};

}  // namespace

Result<std::vector<Tlv>> read_listed_elements(ByteView content, const ListedElementRules& rules) {
  const ElementReader elements(rules);
  ByteReader reader(content, rules.file);
  TRY(const ByteView list, expect_tlv(reader, kTagList));
  TRY(std::vector<std::uint32_t> expected, elements.read_list(list));
  std::vector<Tlv> found;
  // Every listed tag is there once and nothing else.
  while (!reader.at_end()) {
    TRY(const Tlv element, read_tlv(reader));
    const bool repeated = element.tag == kRepeated;
    const auto listed = std::find(expected.begin(), expected.end(), repeated ? rules.repeated : element.tag);
    if (listed == expected.end()) {
      return elements.refused("an element is not in the tag list or stands there twice");
    }
    expected.erase(listed);
    if (repeated) {
      TRY_STATUS(elements.check_repeated(element.value));
    } else {
      found.push_back(element);
    }
  }
  if (!expected.empty()) return elements.refused("an element of the tag list is missing");
  return found;
}

void ListedElementWriter::add(std::uint32_t tag, std::string_view text) {
  if (text.empty()) return;
  append_be(list_, tag, 2);
  append(elements_, encode_tlv(tag, bytes_of(text)));
}

Bytes ListedElementWriter::finish(std::uint32_t outer_tag) const {
  return encode_tlv(outer_tag, concat({encode_tlv(kTagList, list_), elements_}));
}

std::string date_digits(const Date& date) {
  const auto padded = [](int value, std::size_t width) {
    const std::string text = std::to_string(value);
    CHECK(value >= 0 && text.size() <= width);
    return std::string(width - text.size(), '0') + text;
  };
  return padded(date.year, 4) + padded(date.month, 2) + padded(date.day, 2);
}

std::optional<std::string> digits_of_value(ByteView value, std::size_t digits) {
  std::string text = text_of(value);
  if (value.size() * 2 == digits) {
    text.clear();
    for (std::uint8_t byte : value) {
      text += static_cast<char>('0' + (byte >> 4));
      text += static_cast<char>('0' + (byte & 0x0F));
    }
  }
  const bool all = std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return text.size() == digits && all ? std::optional(text) : std::nullopt;
}

std::optional<Date> date_of_digits(ByteView value) {
  const auto text = digits_of_value(value, 8);
  if (!text) return std::nullopt;
  const int number = std::stoi(*text);
  const Date date{number / 10000, number / 100 % 100, number % 100};
  return date.month <= 12 && date.day <= 31 ? std::optional(date) : std::nullopt;
}

}  // namespace imprimatur::lds
