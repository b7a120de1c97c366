// EF.CardAccess, DG14 and DG15: read before anything is trusted.
#include "base/check.hpp"
#include "lds/security_infos.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file(data, size);
  if (const auto infos = lds::decode_card_access(file)) {
    const auto again = lds::decode_card_access(lds::encode_card_access(infos.value().pace));
    CHECK(again && again.value().pace.size() == infos.value().pace.size());
  }
  if (const auto infos = lds::decode_dg14(file)) {
    const Bytes named = lds::encode_dg14(infos.value(), lds::CurveForm::named);
    const Bytes full = lds::encode_dg14(infos.value(), lds::CurveForm::explicit_);
    const auto again = lds::decode_dg14(named);
    CHECK(again &&
          again.value().chip_authentication_keys.size() == infos.value().chip_authentication_keys.size());
    CHECK(again.value().active_authentication_hash == infos.value().active_authentication_hash);
    CHECK(equal(lds::encode_dg14(lds::decode_dg14(full).value(), lds::CurveForm::named), named));
  }
  if (const auto key = lds::decode_dg15(file)) {
    CHECK(lds::decode_dg15(lds::encode_dg15(key.value().spki_der())).value().type() == key.value().type());
  }
  return 0;
}
