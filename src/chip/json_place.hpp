// Where a member stands in a JSON text, so that an error in a hand-written file can name the line.
// Pure function; any thread.
#pragma once

#include <cstddef>
#include <string_view>

namespace imprimatur::chip {

// Line (from 1) of the value that the JSON pointer names (RFC 6901, without escapes), or of the innermost
// value on the way to it that is there. `text` is valid JSON.
std::size_t line_of_pointer(std::string_view text, std::string_view pointer);

}  // namespace imprimatur::chip
