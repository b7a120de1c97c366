// A card that answers PACE with whatever the input says. Our scalars are those of the worked example (ICAO
// Doc 9303-11 appendix G.1), so that a good run is among the seeds.
#include "base/check.hpp"
#include "base/encoding.hpp"
#include "chip/pace.hpp"
#include "tests/fuzz/answer_script.hpp"

using namespace imprimatur;

namespace {

class ExampleScalars final : public Random {
 public:
  void fill(std::span<std::uint8_t> bytes) override {
    const Bytes value = hex(first_ ? "7F4EF07B9EA82FD78AD689B38D0BC78CF21F249D953BC46F4C6E19259C010F99"
                                   : "A73FB703AC1436A18E0CFA5ABB3F7BEC7A070E7A6788486BEE230C4A22762595");
    std::copy_n(value.begin(), std::min(bytes.size(), value.size()), bytes.begin());
    first_ = false;
  }

 private:
  bool first_ = true;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::ScriptChannel channel({data, size});
  ExampleScalars random;
  const chip::PacePassword password{chip::PasswordKind::mrz,
                                    Secret(hex("7E2D2A41C74EA0B38CD36F863939BFA8E9032AAD"))};
  const lds::PaceInfo info{lds::CipherSuite::aes128, crypto::Curve::brainpool_p256r1};
  const auto opened = chip::open_pace(channel, info, password, random);
  if (opened) CHECK(opened.value().alive());
  return 0;
}
