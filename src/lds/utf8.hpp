// UTF-8 read strictly (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. Pure functions.
#pragma once

#include <optional>
#include <string_view>

namespace imprimatur::lds {

struct CodePoint {
  char32_t value = 0;
  std::size_t bytes = 0;  // 1 to 4
};

// The code point that begins at `offset` (below the size of `text`); nothing where the bytes are not UTF-8.
std::optional<CodePoint> code_point_at(std::string_view text, std::size_t offset);

bool is_utf8(std::string_view text);

}  // namespace imprimatur::lds
