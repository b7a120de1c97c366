// Certificate revocation lists as files: DER as it is, or PEM with one list in it. Pure function.
#pragma once

#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::app {

inline constexpr std::size_t kRevocationListBytesMax = 16U << 20;

// The DER of the list; what it says is checked where it is used. `name` is the file's, for the error
// crypto.crl_syntax.
Result<Bytes> revocation_list_of(std::string_view text, std::string_view name);

}  // namespace imprimatur::app
