// Hex and base64 as text forms of bytes. Decoding is strict: one text has one value and one value
// one text, so white space, missing or surplus padding and non-zero trailing bits are refused
// (RFC 4648 section 3.5).
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace imprimatur {

std::string to_hex(ByteView bytes);        // upper case, no spaces
std::string to_hex_lower(ByteView bytes);  // lower case, for formats that ask for it

// Upper or lower case, no spaces. Error encoding.hex with the offset.
Result<Bytes> from_hex(std::string_view text);

std::string to_base64(ByteView bytes);                // standard alphabet, padded
std::string to_base64url(ByteView bytes);             // URL alphabet, no padding (RFC 7515 section 2)
Result<Bytes> from_base64(std::string_view text);     // error encoding.base64
Result<Bytes> from_base64url(std::string_view text);  // error encoding.base64url

// Bytes of a hex literal in code and tests; a bad literal stops the process.
Bytes hex(std::string_view literal);

}  // namespace imprimatur
