// BER-TLV as the LDS uses it: tags of one to three bytes, definite minimal lengths (ISO/IEC 8825-1, DER
// rules for lengths). Reading refuses indefinite, non-minimal and overrunning lengths with the offset.
#pragma once

#include <cstdint>

#include "base/byte_reader.hpp"

namespace imprimatur::lds {

// Tag as its bytes read as a number: 0x61, 0x5F1F, 0x7F60.
Bytes encode_tlv(std::uint32_t tag, ByteView value);
Bytes encode_length(std::size_t length);

struct Tlv {
  std::uint32_t tag = 0;
  ByteView value;  // borrowed
};

// The next object. Errors tlv.tag, tlv.length, bytes.short.
Result<Tlv> read_tlv(ByteReader& reader);
// The next object, which must have `tag`. Error tlv.unexpected.
Result<ByteView> expect_tlv(ByteReader& reader, std::uint32_t tag);
// The one object that `bytes` holds, nothing after it. Errors as above and tlv.trailing.
Result<ByteView> only_tlv(ByteView bytes, std::uint32_t tag, std::string_view what);

// Whole length (header and value) of the object whose first bytes are given, as a reader learns it from
// the first 4 to 6 bytes of a file. Error bytes.short when more bytes are needed.
Result<std::size_t> total_length(ByteView first_bytes);

}  // namespace imprimatur::lds
