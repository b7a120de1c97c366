// The shared vectors of tests/data, and short forms of what every test of this room does with them.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/json.hpp"

namespace imprimatur::lds {

// A vector file; a missing or broken one ends the test program.
inline json::object vectors(const std::string& file) {
  return parse_json_object(read_text_file(std::string(TEST_DATA_DIR "/") + file).value()).value();
}

inline std::string text_at(const json::value& value, std::string_view pointer) {
  return std::string(value.at_pointer(pointer).as_string());
}

inline Bytes hex_at(const json::value& value, std::string_view pointer) {
  return hex(text_at(value, pointer));
}

// A file of the examples in lds.json.
inline Bytes example(std::string_view name) {
  static const json::object data = vectors("lds.json");
  return hex_at(data, "/examples/" + std::string(name) + "/hex");
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "no error" : result.error().code;
}

}  // namespace imprimatur::lds
