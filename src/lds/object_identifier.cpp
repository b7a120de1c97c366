#include "lds/object_identifier.hpp"

#include <charconv>
#include <vector>

#include "base/check.hpp"

namespace imprimatur::lds {
namespace {

constexpr std::size_t kContentBytesMax = 64;

Error identifier_error(std::string_view sentence) {
  return fail("lds.object_identifier", std::string(sentence));
}

// Seven bits a byte, the highest bit set in all but the last.
void append_base128(Bytes& out, std::uint64_t number) {
  int shift = 0;
  while (number >> shift >= 0x80) shift += 7;
  for (; shift > 0; shift -= 7) out.push_back(static_cast<std::uint8_t>(0x80 | (number >> shift & 0x7F)));
  out.push_back(static_cast<std::uint8_t>(number & 0x7F));
}

std::vector<std::uint64_t> numbers_of(std::string_view dotted) {
  std::vector<std::uint64_t> numbers;
  const char* at = dotted.data();
  const char* const end = dotted.data() + dotted.size();
  while (at != end) {
    std::uint32_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    CHECK(error == std::errc());
    numbers.push_back(number);
    CHECK(next == end || (*next == '.' && next + 1 != end));
    at = next == end ? end : next + 1;
  }
  return numbers;
}

}  // namespace

Bytes encode_object_identifier(std::string_view dotted) {
  const auto numbers = numbers_of(dotted);
  CHECK(numbers.size() >= 2 && numbers[0] <= 2 && (numbers[0] == 2 || numbers[1] < 40));
  Bytes out;
  append_base128(out, numbers[0] * 40 + numbers[1]);
  for (std::size_t i = 2; i < numbers.size(); ++i) append_base128(out, numbers[i]);
  return out;
}

Result<std::string> decode_object_identifier(ByteView content) {
  if (content.empty() || content.size() > kContentBytesMax || (content.back() & 0x80) != 0) {
    return identifier_error("an object identifier is empty, too long or cut");
  }
  std::string dotted;
  std::uint64_t number = 0;
  bool begins = true;
  for (const std::uint8_t byte : content) {
    if (begins && byte == 0x80) return identifier_error("a number is not in its shortest form");
    number = number << 7 | (byte & 0x7FU);
    if (number > UINT32_MAX) return identifier_error("a number exceeds 32 bits");
    begins = (byte & 0x80) == 0;
    if (!begins) continue;
    if (dotted.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(number / 40, 2);
      dotted = std::to_string(first) + "." + std::to_string(number - first * 40);
    } else {
      dotted += "." + std::to_string(number);
    }
    number = 0;
  }
  return dotted;
}

}  // namespace imprimatur::lds
