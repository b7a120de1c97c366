#include "devices/virtual_card/answer_to_reset.hpp"

#include "base/encoding.hpp"

namespace imprimatur::devices {

namespace {

// Card capabilities (ISO/IEC 7816-4 table 119): selection by full and partial name, by short id; one-byte
// data coding; then command chaining 80, extended Lc and Le 40, length information in EF.ATR/INFO 20.
Bytes capabilities(Lengths lengths) {
  switch (lengths) {
    case Lengths::extended:
      return hex("C40160");
    case Lengths::chaining:
      return hex("C40180");
    case Lengths::short_only:
      return hex("C40100");
  }
  return {};
}

// With TCK, the exclusive or of all bytes from T0.
Bytes with_check_byte(Bytes atr) {
  std::uint8_t check = 0;
  for (std::size_t i = 1; i < atr.size(); ++i) check = static_cast<std::uint8_t>(check ^ atr[i]);
  atr.push_back(check);
  return atr;
}

}  // namespace

Bytes answer_to_reset(Lengths lengths) {
  // TS 3B, T0 8 interface TD1 and 12 historical bytes, TD1 81: T=1 follows, TD2 31: TA3 FE and TB3 45; then
  // 80, 73 and capabilities, 56 and a name.
  return with_check_byte(
      concat({hex("3B8C8131FE4580"), hex("73"), capabilities(lengths), hex("56"), bytes_of("IMPRI1")}));
}

// 43 card service data, 47 capabilities, 7F66 the largest command and answer in bytes (ISO/IEC
// 7816-4 12.7.1).
Bytes information_file(Lengths lengths) {
  const auto number = [](std::size_t value) {
    Bytes bytes;
    append_be(bytes, value, 2);
    return bytes;
  };
  constexpr std::size_t kOverhead = 9;  // header and the extended length fields
  Bytes out = tlv(0x43, hex("B8"));
  append_tlv(out, 0x47, capabilities(lengths));
  if (lengths == Lengths::extended) {
    append_tlv(
        out, 0x7F66,
        concat({tlv(0x02, number(kCommandDataMax + kOverhead)), tlv(0x02, number(kAnswerDataMax + 2))}));
  }
  return out;
}

}  // namespace imprimatur::devices
