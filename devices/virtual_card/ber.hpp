// Reading of BER data objects that a terminal or the personaliser sent to the card (ISO/IEC 7816-4 section
// 6.2): tags of one or two bytes, lengths up to 65535. Views into the input; pure functions; any thread.
#pragma once

#include "base/byte_reader.hpp"
#include "base/result.hpp"

namespace imprimatur::devices {

struct DataObject {
  std::uint16_t tag = 0;
  ByteView value;
  ByteView encoded;  // tag and length too
};

// The next object. Errors bytes.short, apdu.length for a form of length that is not allowed.
Result<DataObject> take_object(ByteReader& reader);

// The next object when it has this tag, else error apdu.object.
Result<ByteView> take_value(ByteReader& reader, std::uint16_t tag);

}  // namespace imprimatur::devices
