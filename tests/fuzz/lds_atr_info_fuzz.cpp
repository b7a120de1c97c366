// EF.ATR/INFO: whatever a chip says, the sizes stay within what an APDU can have.
#include "base/check.hpp"
#include "lds/atr_info.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (const auto info = lds::decode_atr_info(ByteView(data, size))) {
    CHECK(info.value().command_bytes_max >= 261 && info.value().command_bytes_max <= 65'544);
    CHECK(info.value().answer_bytes_max >= 258 && info.value().answer_bytes_max <= 65'538);
  }
  return 0;
}
