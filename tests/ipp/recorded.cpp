#include "tests/ipp/recorded.hpp"

#include <string>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/files.hpp"

namespace imprimatur::tests {
namespace {

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

Bytes encode_value(std::uint8_t tag, const json::value& value) {
  Bytes out;
  switch (tag) {
    case 0x13:  // no-value
      return out;
    case 0x21:  // integer
    case 0x23:  // enum
      append_be(out, static_cast<std::uint64_t>(value.as_int64()), 4);
      return out;
    case 0x22:  // boolean
      out.push_back(value.as_bool() ? 1 : 0);
      return out;
    default:
      CHECK(tag >= 0x41 && tag <= 0x49);  // the character strings
      return copy_of(bytes_of(text(value)));
  }
}

}  // namespace

json::object recorded_ipp() {
  const auto file = read_text_file(TEST_DATA_DIR "/ipp-examples.json");
  CHECK(file.has_value());
  auto parsed = parse_json_object(file.value());
  CHECK(parsed.has_value());
  return std::move(parsed).value();
}

const json::object& entry_of(const json::object& examples, const char* list, const char* title) {
  for (const json::value& entry : examples.at(list).as_array()) {
    if (entry.as_object().at("title").as_string() == title) return entry.as_object();
  }
  std::fprintf(stderr, "no entry \"%s\"\n", title);
  std::abort();
}

Bytes encode(const json::object& message) {
  Bytes out{2, 0};
  append(out, hex(text(message.at("status"))));
  append_be(out, static_cast<std::uint64_t>(message.at("request_id").as_int64()), 4);
  for (const json::value& group : message.at("groups").as_array()) {
    append(out, hex(text(group.as_object().at("group"))));
    for (const json::value& attribute : group.as_object().at("attributes").as_array()) {
      const json::array& parts = attribute.as_array();
      const std::uint8_t tag = hex(text(parts.at(0))).at(0);
      const std::string name = text(parts.at(1));
      const Bytes value = encode_value(tag, parts.at(2));
      out.push_back(tag);
      append_be(out, name.size(), 2);
      append(out, bytes_of(name));
      append_be(out, value.size(), 2);
      append(out, value);
    }
  }
  out.push_back(0x03);  // end-of-attributes
  return out;
}

}  // namespace imprimatur::tests
