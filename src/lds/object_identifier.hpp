// Object identifiers between their dotted text and their content octets (X.690 section 8.19). Pure functions.
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur::lds {

// CHECK: dotted text of at least two numbers below 2^32, the first 0 to 2.
Bytes encode_object_identifier(std::string_view dotted);
// At most 64 bytes and numbers below 2^32. Error lds.object_identifier.
Result<std::string> decode_object_identifier(ByteView content);

}  // namespace imprimatur::lds
