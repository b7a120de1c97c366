// Reading of the vector files of tests/data: short ways to a member, that stop the test program
// when the file is not what the test expects.
#pragma once

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/files.hpp"
#include "base/json.hpp"

namespace imprimatur::vectors {

inline json::value load(const std::string& file) {
  const auto text = read_text_file(std::string(TEST_DATA_DIR "/") + file);
  return parse_json(text.value()).value();
}

inline Bytes hex_member(const json::value& object, std::string_view name) {
  return hex(std::string_view(object.at(name).as_string()));
}

inline std::string text_member(const json::value& object, std::string_view name) {
  return std::string(object.at(name).as_string());
}

}  // namespace imprimatur::vectors
