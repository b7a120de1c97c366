#include "devices/virtual_card/ber.hpp"

namespace imprimatur::devices {

Result<DataObject> take_object(ByteReader& reader) {
  constexpr std::uint8_t kTagGoesOn = 0x1F;
  const ByteView start = reader.rest();
  TRY(auto tag, reader.take_u8());
  std::uint16_t whole_tag = tag;
  if ((tag & kTagGoesOn) == kTagGoesOn) {
    TRY(auto second, reader.take_u8());
    whole_tag = static_cast<std::uint16_t>(tag << 8 | second);
  }
  TRY(auto first, reader.take_u8());
  std::uint64_t length = first;
  if (first == 0x81 || first == 0x82) {
    TRY(length, reader.take_be(static_cast<std::size_t>(first - 0x80)));
  } else if (first > 0x7F) {
    return fail("apdu.length", "the length of a data object is not allowed");
  }
  TRY(auto value, reader.take(static_cast<std::size_t>(length)));
  return DataObject{whole_tag, value, start.first(start.size() - reader.left())};
}

Result<ByteView> take_value(ByteReader& reader, std::uint16_t tag) {
  TRY(auto object, take_object(reader));
  if (object.tag != tag) return fail("apdu.object", "another data object was expected");
  return object.value;
}

}  // namespace imprimatur::devices
