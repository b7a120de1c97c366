// EF.SOD and the object inside. Nothing is authentic without a trusted certificate.
#include "base/check.hpp"
#include "lds/sod.hpp"

using namespace imprimatur;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto object = lds::decode_security_object(input)) {
    const auto again = lds::decode_security_object(lds::encode_security_object(object.value()));
    CHECK(again && again.value().hashes == object.value().hashes);
  }
  const WallTime at{std::chrono::seconds(1'790'000'000)};
  CHECK(!lds::authenticate_passively(input, {}, {}, at).authentic());
  return 0;
}
